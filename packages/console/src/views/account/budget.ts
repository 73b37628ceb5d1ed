/** A budget of tokens, as `GET /v1/budgets` shows it. */
export interface Budget {
  id: string;
  period: string;
  maxTokens: number;
  usedTokens: number;
  taskId: string | null;
  taskListId: string | null;
  onReached: string;
  warnAt: number;
  resetsAt: string | null;
}

const PERIODS: Readonly<Record<string, string>> = { DAY: 'Each day', MONTH: 'Each month', RUN: 'Each run' };

/** What happens when a budget is used up. */
export const ON_REACHED: Readonly<Record<string, string>> = {
  WARN: 'Only warn',
  STOP_STARTING: 'Start nothing more',
  STOP: 'Stop what runs',
};

/** `Each month · task 301`. */
export function nameOfBudget({ period, taskId, taskListId }: Budget): string {
  const parts = [
    PERIODS[period] ?? period,
    taskId !== null && `task ${taskId}`,
    taskListId !== null && `list ${taskListId}`,
    taskId === null && taskListId === null && 'all deployments',
  ];
  return parts.filter(Boolean).join(' · ');
}
