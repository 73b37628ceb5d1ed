import { type BudgetSubject, covers, presentPeriod, resetsAt } from '../../domain/budget.ts';
import { GatewayError } from '../../errors.ts';
import type { Clock } from '../../lib/clock.ts';
import { readTimeMs, type Store } from '../../store/store.ts';
import { budgetsOf, usedTokens } from '../../store/usage/budgets.ts';

/** What the check of budgets needs. */
export interface BudgetCheckDeps {
  store: Pick<Store, 'db' | 'time'>;
  clock: Pick<Clock, 'evenMs'>;
}

/**
 * @returns the refusal of a deployment or prompt that a used-up budget of the owner covers; undefined when nothing refuses it.
 * An owner without budgets costs one query.
 */
export async function findExceededBudget(
  { store, clock }: BudgetCheckDeps,
  ownerId: string,
  subject: BudgetSubject,
): Promise<GatewayError | undefined> {
  const budgets = (await budgetsOf(store.db, ownerId)).filter(
    (budget) => budget.onReached !== 'WARN' && covers(budget, subject),
  );
  if (budgets.length === 0) return undefined;
  const nowMs = await readTimeMs(store, clock.evenMs());
  for (const budget of budgets) {
    const used = await usedTokens(store.db, budget, presentPeriod(budget, nowMs, subject.listRunId));
    if (used < budget.maxTokens) continue;
    const details = { budgetId: budget.id, resetsAt: resetsAt(budget, nowMs) };
    const text = `${used} of ${budget.maxTokens} tokens of a budget are used`;
    return new GatewayError('BUDGET_EXCEEDED', text, details);
  }
  return undefined;
}

/** @throws GatewayError `BUDGET_EXCEEDED` */
export async function assertBudget(
  deps: BudgetCheckDeps,
  ownerId: string,
  subject: BudgetSubject,
): Promise<void> {
  const refusal = await findExceededBudget(deps, ownerId, subject);
  if (refusal !== undefined) throw refusal;
}
