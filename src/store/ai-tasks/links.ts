import type { AiLinkRow } from '../schema/index.ts';
import type { Db } from '../store.ts';

/** Stores the link of an AI task; a `taskId` of null deletes it. */
export async function putLink(
  tx: Db,
  { taskId, ...key }: Omit<AiLinkRow, 'taskId'> & { taskId: string | null },
): Promise<void> {
  if (taskId === null) {
    await tx
      .deleteFrom('aiLinks')
      .where('ownerId', '=', key.ownerId)
      .where('organisation', '=', key.organisation)
      .where('aiTaskId', '=', key.aiTaskId)
      .execute();
    return;
  }
  await tx
    .insertInto('aiLinks')
    .values({ ...key, taskId })
    .onConflict((conflict) =>
      conflict.columns(['ownerId', 'organisation', 'aiTaskId']).doUpdateSet({ taskId }),
    )
    .execute();
}

/** The linked task ids by AI task id; AI tasks without a link are left out. */
export async function linksOf(
  db: Db,
  ownerId: string,
  organisation: string,
  aiTaskIds: readonly string[],
): Promise<Map<string, string>> {
  if (aiTaskIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('aiLinks')
    .select(['aiTaskId', 'taskId'])
    .where('ownerId', '=', ownerId)
    .where('organisation', '=', organisation)
    .where('aiTaskId', 'in', aiTaskIds)
    .execute();
  return new Map(rows.map(({ aiTaskId, taskId }) => [aiTaskId, taskId]));
}

/** The ids of an organisation's AI tasks that are linked to a QuantConnect task, sorted. */
export async function linkedAiTasks(
  db: Db,
  ownerId: string,
  organisation: string,
  taskId: string,
): Promise<string[]> {
  const rows = await db
    .selectFrom('aiLinks')
    .select('aiTaskId')
    .where('ownerId', '=', ownerId)
    .where('organisation', '=', organisation)
    .where('taskId', '=', taskId)
    .orderBy('aiTaskId')
    .execute();
  return rows.map(({ aiTaskId }) => aiTaskId);
}
