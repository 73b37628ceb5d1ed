import { setTimeout as sleep } from 'node:timers/promises';
import { cpuMsOf } from './proc.ts';

/** The share of one core that a process uses while some time passes, in percent. */
export async function cpuPercentOver(pid: number, seconds: number): Promise<number> {
  const usedMs = cpuMsOf(pid);
  const startMs = performance.now();
  await sleep(seconds * 1_000);
  return (100 * (cpuMsOf(pid) - usedMs)) / (performance.now() - startMs);
}
