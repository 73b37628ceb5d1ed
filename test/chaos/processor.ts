import { readFileSync } from 'node:fs';

/** How long processes wait for a processor. */
export interface ProcessorWait {
  /** Reads what the kernel counts of each of these processes; call it often, because a process that ends is not counted. */
  sample(pids: readonly number[]): void;
  /** How many times as long as on a processor of its own everything has taken so far; at least 1. */
  factor(): number;
}

export function createProcessorWait(): ProcessorWait {
  const seen = new Map<number, { ranNs: number; waitedNs: number }>();
  let ranNs = 0;
  let waitedNs = 0;
  return {
    sample(pids) {
      for (const pid of pids) {
        const now = readTimes(pid);
        if (now === undefined) continue;
        const before = seen.get(pid) ?? { ranNs: 0, waitedNs: 0 };
        seen.set(pid, now);
        ranNs += now.ranNs - before.ranNs;
        waitedNs += now.waitedNs - before.waitedNs;
      }
    },
    factor: () => (ranNs === 0 ? 1 : 1 + waitedNs / ranNs),
  };
}

/** Of the main thread, which runs JavaScript; undefined where the system does not count it, or the process has ended. */
function readTimes(pid: number): { ranNs: number; waitedNs: number } | undefined {
  try {
    const [ranNs = 0, waitedNs = 0] = readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ').map(Number);
    return { ranNs, waitedNs };
  } catch {
    return undefined;
  }
}
