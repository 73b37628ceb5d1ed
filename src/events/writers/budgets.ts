import { MAX_MARKS } from '../../domain/budget.ts';
import { parseJson, toJson } from '../../lib/json.ts';
import { type Moment, wakeWatch } from '../../store/coordination/watches.ts';
import { updateDeployment } from '../../store/deployments/deployments.ts';
import type { BudgetRow, DeploymentRow } from '../../store/schema/index.ts';
import type { Db } from '../../store/store.ts';
import {
  budgetsOf,
  coveredDeployments,
  findPeriod,
  updateMarks,
  usedTokens,
} from '../../store/usage/budgets.ts';
import { findUsage } from '../../store/usage/ledger.ts';
import type { Emit } from '../log.ts';
import { toEventDraft } from './deployment-diff.ts';

/**
 * Checks the budgets that a deployment counts for, in the transaction that has changed what is counted of it, or has begun or
 * revived it.
 * @param row as the events show it
 * @param now the time of the store, for due times
 */
export async function enforceBudgets(tx: Db, emit: Emit, row: DeploymentRow, now: Moment): Promise<void> {
  const budgets = await budgetsOf(tx, row.ownerId);
  const usage = budgets.length === 0 ? undefined : await findUsage(tx, row.ownerId, row.id);
  if (usage === undefined) return;
  for (const budget of budgets) {
    const period = findPeriod(budget, usage);
    if (period !== undefined) await enforceBudget(tx, emit, { budget, period, row }, now);
  }
}

/**
 * Warns once in each period, says once that the budget is reached, and with `STOP` has each deployment stopped that counts for
 * it and runs: its own watch stops it, until it has ended.
 */
export async function enforceBudget(
  tx: Db,
  emit: Emit,
  { budget, period, row }: { budget: BudgetRow; period: string; row: DeploymentRow },
  now: Moment,
): Promise<void> {
  const used = await usedTokens(tx, budget, period);
  const isReached = used >= budget.maxTokens;
  if (!isReached && used < budget.warnAt * budget.maxTokens) return;
  const marks = parseJson(budget.marks);
  const known = marks.find((mark) => mark.period === period);
  const reason = `budget ${budget.id}: ${used} of ${budget.maxTokens} tokens used in ${period}`;
  if (known === undefined) emit({ type: 'BUDGET_WARNED', ...toEventDraft(row), reason });
  if (isReached && known?.isReached !== true) emit({ type: 'BUDGET_REACHED', ...toEventDraft(row), reason });
  if (known?.isReached !== isReached) {
    const others = marks.filter((mark) => mark.period !== period);
    await updateMarks(tx, {
      id: budget.id,
      marks: toJson([...others, { period, isReached }].slice(-MAX_MARKS)),
    });
  }
  if (isReached && budget.onReached === 'STOP') await stopCovered(tx, budget, period, now);
}

async function stopCovered(tx: Db, budget: BudgetRow, period: string, now: Moment): Promise<void> {
  for (const row of await coveredDeployments(tx, budget, period)) {
    if (row.isTerminal || row.stopCause !== null || row.guardTripped !== null) continue;
    const usage = await findUsage(tx, row.ownerId, row.id);
    if (usage === undefined || findPeriod(budget, usage) === undefined) continue;
    await updateDeployment(tx, row.ownerId, row.id, { stopCause: 'BUDGET' });
    const { credentialId, organizationId } = row;
    if (credentialId === null) continue;
    await wakeWatch(tx, { kind: 'DEPLOYMENTS', credentialId, scope: organizationId ?? '' }, now);
  }
}
