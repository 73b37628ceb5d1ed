import { endOfPeriod, toDay } from './usage.ts';

/** For what the tokens of a budget are: a UTC day, a UTC month, or each run of a list. */
export type BudgetPeriod = 'DAY' | 'MONTH' | 'RUN';

/** What happens when a budget is reached. `STOP` does what `STOP_STARTING` does, and stops what runs. */
export type BudgetAction = 'WARN' | 'STOP_STARTING' | 'STOP';

/** The part of a budget that says what it covers. '' covers every task, or every list and what belongs to none. */
export interface BudgetScope {
  period: BudgetPeriod;
  taskId: string;
  taskListId: string;
}

/** What is known of a deployment, or of one that is to be made, when it is compared with budgets. */
export interface BudgetSubject {
  taskId: string | null;
  taskListId: string | null;
  listRunId: string | null;
}

/** What the log has said of a budget in one period. */
export interface BudgetMark {
  period: string;
  isReached: boolean;
}

/** Marks that are kept of one budget, the newest: days or runs before the last ones have no open deployments. */
export const MAX_MARKS = 50;

/** True when a budget covers what is done with a task, for a list or in its run. */
export function covers(budget: BudgetScope, subject: BudgetSubject): boolean {
  return (
    (budget.taskId === '' || budget.taskId === subject.taskId) &&
    (budget.taskListId === '' || budget.taskListId === subject.taskListId) &&
    (budget.period !== 'RUN' || subject.listRunId !== null)
  );
}

/**
 * The period of a budget that something counts for: a day, a month or the id of a list run.
 * @param day `YYYY-MM-DD`
 */
export function periodOf({ period }: BudgetScope, day: string, listRunId: string | null): string {
  if (period === 'RUN') return listRunId ?? '';
  return period === 'DAY' ? day : day.slice(0, 7);
}

/** The period in which something that starts now counts. */
export function presentPeriod(budget: BudgetScope, nowMs: number, listRunId: string | null): string {
  return periodOf(budget, toDay(nowMs), listRunId);
}

/** When a budget begins anew, RFC 3339; null for one of a run, which does not. */
export function resetsAt(budget: BudgetScope, nowMs: number): string | null {
  if (budget.period === 'RUN') return null;
  return new Date(endOfPeriod(presentPeriod(budget, nowMs, null))).toISOString();
}
