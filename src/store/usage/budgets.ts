import { covers, periodOf } from '../../domain/budget.ts';
import { toDay } from '../../domain/usage.ts';
import { toJson } from '../../lib/json.ts';
import { type Moment, NEVER } from '../coordination/watches.ts';
import type { BudgetRow, DeploymentRow, DeploymentUsageRow } from '../schema/index.ts';
import type { Db } from '../store.ts';

/** The budgets of an owner, oldest first. */
export function budgetsOf(db: Db, ownerId: string): Promise<BudgetRow[]> {
  return db
    .selectFrom('budgets')
    .selectAll()
    .where('ownerId', '=', ownerId)
    .orderBy('createdAt')
    .orderBy('id')
    .execute();
}

/** Stores a budget. One of the same owner, period, task and list keeps its id, and the log may warn anew. */
export async function saveBudget(tx: Db, row: BudgetRow): Promise<BudgetRow> {
  const { maxTokens, onReached, warnAt } = row;
  return tx
    .insertInto('budgets')
    .values(row)
    .onConflict((conflict) =>
      conflict
        .columns(['ownerId', 'period', 'taskId', 'taskListId'])
        .doUpdateSet({ maxTokens, onReached, warnAt, marks: toJson([]) }),
    )
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** @returns false when the owner has no such budget */
export async function deleteBudget(tx: Db, ownerId: string, id: string): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom('budgets')
    .where('ownerId', '=', ownerId)
    .where('id', '=', id)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

export async function updateMarks(tx: Db, { id, marks }: Pick<BudgetRow, 'id' | 'marks'>): Promise<void> {
  await tx.updateTable('budgets').set({ marks }).where('id', '=', id).execute();
}

/** What the ledger has of a budget in one period. */
function ledgerOf(db: Db, budget: BudgetRow, period: string) {
  let query = db.selectFrom('deploymentUsage').where('ownerId', '=', budget.ownerId);
  if (budget.taskId !== '') query = query.where('taskId', '=', budget.taskId);
  if (budget.taskListId !== '') query = query.where('taskListId', '=', budget.taskListId);
  if (budget.period === 'RUN') return query.where('listRunId', '=', period);
  if (budget.period === 'DAY') return query.where('day', '=', period);
  return query.where('day', '>=', `${period}-01`).where('day', '<=', `${period}-31`);
}

/** Tokens that count for a budget in one period, input and output together. */
export async function usedTokens(db: Db, budget: BudgetRow, period: string): Promise<number> {
  const { inputTokens, outputTokens } = await ledgerOf(db, budget, period)
    .select(({ fn }) => [fn.sum('inputTokens').as('inputTokens'), fn.sum('outputTokens').as('outputTokens')])
    .executeTakeFirstOrThrow();
  // A sum is null without rows, and text on PostgreSQL.
  return Number(inputTokens) + Number(outputTokens);
}

/** The deployments that count for a budget in one period, the newest first. */
export function coveredDeployments(db: Db, budget: BudgetRow, period: string): Promise<DeploymentRow[]> {
  return db
    .selectFrom('deployments')
    .selectAll()
    .where('ownerId', '=', budget.ownerId)
    .where('isDeleted', '=', 0)
    .where('id', 'in', ledgerOf(db, budget, period).select('deploymentId'))
    .orderBy('createdAt', 'desc')
    .orderBy('id', 'desc')
    .execute();
}

/** The newest run of a list, ended or not; undefined when the list was never run. */
export async function newestRunOf(db: Db, ownerId: string, taskListId: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('aiListRuns')
    .select('id')
    .where('ownerId', '=', ownerId)
    .where('taskListId', '=', taskListId)
    .orderBy('createdAt', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.id;
}

/**
 * Whether a deployment counts for a budget. Its tokens count on the day of its creation, so what it uses after it was revived in
 * a later period is in no budget of that period.
 * @returns the period that it counts for; undefined when it counts for none
 */
export function findPeriod(budget: BudgetRow, usage: DeploymentUsageRow): string | undefined {
  if (!covers(budget, usage)) return undefined;
  const period = periodOf(budget, usage.day, usage.listRunId);
  if (usage.resumedAt === null) return period;
  return periodOf(budget, toDay(usage.resumedAt), usage.listRunId) === period ? period : undefined;
}

/** The watched deployments of a credential whose tokens count for a budget: their conversations are read with each poll. */
export async function budgetedDeployments(
  db: Db,
  { ownerId, credentialId }: { ownerId: string; credentialId: string },
): Promise<ReadonlySet<string>> {
  const budgets = await budgetsOf(db, ownerId);
  if (budgets.length === 0) return new Set();
  const watched = db
    .selectFrom('deployments')
    .select('id')
    .where('credentialId', '=', credentialId)
    .where('isWatched', '=', 1);
  const rows = await db
    .selectFrom('deploymentUsage')
    .selectAll()
    .where('ownerId', '=', ownerId)
    .where('deploymentId', 'in', watched)
    .execute();
  const isCounted = (row: DeploymentUsageRow) =>
    budgets.some((budget) => findPeriod(budget, row) !== undefined);
  return new Set(rows.filter(isCounted).map(({ deploymentId }) => deploymentId));
}

/** Makes all watches of an owner due that budgets may hold or have read more. Paused and failing watches keep their time. */
export async function wakeBudgeted(tx: Db, ownerId: string, now: Moment): Promise<void> {
  await tx
    .updateTable('watches')
    .set({ nextLookAt: now })
    .where('ownerId', '=', ownerId)
    .where('kind', '!=', 'AI_TASK_LIST')
    .where('nextLookAt', '>', now)
    .where('nextLookAt', '<', NEVER)
    .where('failures', '=', 0)
    .execute();
}
