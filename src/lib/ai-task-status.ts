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
export const readAiTaskStatus = (rawStatus: string): AiTaskStatus => {
  const word = rawStatus.trim().toUpperCase();
  return AI_TASK_STATUSES.find((status) => status === word) ?? 'UNKNOWN';
};

/** The upstream's word for a state. */
export const writeAiTaskStatus = (status: (typeof AI_TASK_STATUSES)[number]): string => status.toLowerCase();

/** True once nothing more is to be expected of a task; an unknown word is not an end. */
export const isAiTaskOver = (status: AiTaskStatus): boolean =>
  status === 'COMPLETED' || status === 'FAILED' || status === 'CANCELLED';
