/** By what usage is summed up. `USER` is for administrators. */
export type UsageGroup = 'DAY' | 'MONTH' | 'TASK' | 'AGENT' | 'TASK_LIST' | 'DEPLOYMENT' | 'USER';

/** The UTC day of a time in ms since the epoch, `YYYY-MM-DD`. */
export function toDay(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}

/** When a day or a month ends in UTC, in ms since the epoch. @param period `YYYY-MM-DD` or `YYYY-MM` */
export function endOfPeriod(period: string): number {
  const [year = 0, month = 1, day] = period.split('-').map(Number);
  return day === undefined ? Date.UTC(year, month, 1) : Date.UTC(year, month - 1, day + 1);
}

/** The times of one execution, as the upstream has written them. */
export interface ExecutionTimes {
  startedAt?: string | null;
  endedAt?: string | null;
}

/**
 * How long an execution took that has ended, in ms.
 * @param resumedAtMs when it began, if a prompt or the upstream has revived the deployment: the upstream goes on to show the
 *   start of the first execution
 * @param nowMs counts as the end when the upstream states none
 */
export function ranMsOf(
  { startedAt, endedAt }: ExecutionTimes,
  resumedAtMs: number | null,
  nowMs: number,
): number {
  const startMs = resumedAtMs ?? Date.parse(startedAt ?? '');
  const statedMs = Date.parse(endedAt ?? '');
  const ranMs = (Number.isNaN(statedMs) ? nowMs : statedMs) - startMs;
  // A deployment that ended in the queue never started.
  return ranMs > 0 ? ranMs : 0;
}
