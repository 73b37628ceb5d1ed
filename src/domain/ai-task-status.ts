/** The statuses of an AI task (docs/upstream/quantcdn.md, Statuses). */
export const AI_TASK_STATUSES = [
  'PENDING',
  'IN_PROGRESS',
  'COMPLETED',
  'FAILED',
  'CANCELLED',
  'BLOCKED',
] as const;

/** A status, or `UNKNOWN` for an upstream word that is not in the list. */
export type AiTaskStatus = (typeof AI_TASK_STATUSES)[number] | 'UNKNOWN';

/** The status for the upstream's word; case and surrounding space are ignored. */
export function readAiTaskStatus(rawStatus: string): AiTaskStatus {
  const word = rawStatus.trim().toUpperCase();
  return AI_TASK_STATUSES.find((status) => status === word) ?? 'UNKNOWN';
}

/** The upstream's word for a status. */
export function writeAiTaskStatus(status: (typeof AI_TASK_STATUSES)[number]): string {
  return status.toLowerCase();
}

/** True when the status is final. An unknown one is not. */
export function isAiTaskOver(status: AiTaskStatus): boolean {
  return status === 'COMPLETED' || status === 'FAILED' || status === 'CANCELLED';
}
