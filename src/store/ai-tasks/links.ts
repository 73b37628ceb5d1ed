import type { AiLinkRow } from '../schema/index.ts';
import type { Db } from '../store.ts';

/** Remembers what an AI task is linked to; null that it is linked to nothing. */
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

/** The links of some AI tasks, by AI task. */
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

/** The AI tasks of an organisation that are linked to a task. */
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
