import type { AiListRunRow, DeploymentRow } from '../schema/index.ts';
import type { Db } from '../store.ts';

type ListRunKey = Pick<AiListRunRow, 'ownerId' | 'id'>;

/** What the deployments of a list run have used together, the ended ones included, as their conversations were last read. */
export async function readListRunUsage(
  db: Db,
  { ownerId, id }: ListRunKey,
): Promise<{ tokens: number; turns: number }> {
  const { inputTokens, outputTokens, turns } = await db
    .selectFrom('deployments')
    .select(({ fn }) => [
      fn.sum('inputTokens').as('inputTokens'),
      fn.sum('outputTokens').as('outputTokens'),
      fn.sum('turns').as('turns'),
    ])
    .where('ownerId', '=', ownerId)
    .where('id', 'in', deploymentIdsOf(db, { ownerId, id }))
    .executeTakeFirstOrThrow();
  // A sum is null without rows, and text on PostgreSQL.
  return { tokens: Number(inputTokens) + Number(outputTokens), turns: Number(turns) };
}

/** The deployments of a list run that have not ended. */
export function openDeploymentsOf(db: Db, { ownerId, id }: ListRunKey): Promise<DeploymentRow[]> {
  return db
    .selectFrom('deployments')
    .selectAll()
    .where('ownerId', '=', ownerId)
    .where('isTerminal', '=', 0)
    .where('isDeleted', '=', 0)
    .where('id', 'in', deploymentIdsOf(db, { ownerId, id }))
    .orderBy('createdAt')
    .orderBy('id')
    .execute();
}

/** The list runs with a guard that have not ended and that one of these deployments belongs to. */
export async function guardedListRuns(
  db: Db,
  ownerId: string,
  deploymentIds: readonly string[],
): Promise<ListRunKey[]> {
  if (deploymentIds.length === 0) return [];
  const listRunIds = db
    .selectFrom('aiTaskRuns')
    .select('listRunId')
    .where('ownerId', '=', ownerId)
    .where('listRunId', 'is not', null)
    .where('deploymentId', 'in', deploymentIds);
  return db
    .selectFrom('aiListRuns')
    .select(['ownerId', 'id'])
    .where('ownerId', '=', ownerId)
    .where('guard', 'is not', null)
    .where('endedAt', 'is', null)
    .where('id', 'in', listRunIds)
    .execute();
}

function deploymentIdsOf(db: Db, { ownerId, id }: ListRunKey) {
  return db
    .selectFrom('aiTaskRuns')
    .select('deploymentId')
    .where('ownerId', '=', ownerId)
    .where('listRunId', '=', id)
    .where('deploymentId', 'is not', null);
}
