import type { Deployment } from './records.ts';

const DEFAULT_RUNTIME_ERROR = 'Runtime Error: division by zero at OnData in main.py: line 21';

export function isActive({ phase }: Deployment): boolean {
  return phase === 'InQueue' || phase === 'Running';
}

/** The error of a failed deployment. */
export function runtimeErrorOf({ script }: Deployment): string {
  return script.runtimeError ?? DEFAULT_RUNTIME_ERROR;
}

/** The raw status, in the spelling of the script. */
export function statusOf(deployment: Deployment, nowMs: number): string {
  const { script, stopAskedMs } = deployment;
  if (script.rawStatus !== undefined) return script.rawStatus;
  const stopping = isActive(deployment) && stopAskedMs !== null && nowMs >= stopAskedMs;
  const phase = stopping ? 'Stopping' : deployment.phase;
  return script.spelling?.[phase] ?? phase;
}
