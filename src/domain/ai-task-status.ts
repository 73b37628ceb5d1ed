/** The states of an AI task (QuantCDN page, section 2); `UNKNOWN` is a word the gateway has not met. */
export const AI_TASK_STATUSES = [
  'PENDING',
  'IN_PROGRESS',
  'COMPLETED',
  'FAILED',
  'CANCELLED',
  'BLOCKED',
] as const;

export type AiTaskStatus = (typeof AI_TASK_STATUSES)[number] | 'UNKNOWN';

/** Reads the upstream's word. */
export function readAiTaskStatus(rawStatus: string): AiTaskStatus {
  const word = rawStatus.trim().toUpperCase();
  return AI_TASK_STATUSES.find((status) => status === word) ?? 'UNKNOWN';
}

/** The upstream's word for a state. */
export function writeAiTaskStatus(status: (typeof AI_TASK_STATUSES)[number]): string {
  return status.toLowerCase();
}

/** True once nothing more is to be expected of a task; an unknown word is not an end. */
export function isAiTaskOver(status: AiTaskStatus): boolean {
  return status === 'COMPLETED' || status === 'FAILED' || status === 'CANCELLED';
}
