import type { AiTaskRow } from '../schema/index.ts';
import type { Db } from '../store.ts';

/** A list of AI tasks of one owner. */
export interface ListKey {
  ownerId: string;
  organisation: string;
  taskListId: string;
}

/** What was last seen of some tasks, whichever list they were in. */
export async function findAiTasks(
  db: Db,
  { ownerId, organisation }: Pick<ListKey, 'ownerId' | 'organisation'>,
  ids: readonly string[],
): Promise<AiTaskRow[]> {
  return ids.length === 0
    ? []
    : db
        .selectFrom('aiTasks')
        .selectAll()
        .where('ownerId', '=', ownerId)
        .where('organisation', '=', organisation)
        .where('id', 'in', ids)
        .execute();
}

/** What was last seen in a list; tasks that have left it are not part of it. */
export function aiTasksOfList(db: Db, key: ListKey): Promise<AiTaskRow[]> {
  return db
    .selectFrom('aiTasks')
    .selectAll()
    .where('ownerId', '=', key.ownerId)
    .where('organisation', '=', key.organisation)
    .where('taskListId', '=', key.taskListId)
    .where('isGone', '=', 0)
    .execute();
}

/** The same, each with the place of its newest event in the log; null when that is no longer kept. */
export function aiTasksWithPlaces(db: Db, key: ListKey): Promise<(AiTaskRow & { seq: number | null })[]> {
  return db
    .selectFrom('aiTasks')
    .selectAll('aiTasks')
    .select((row) =>
      row
        .selectFrom('listEvents')
        .select((count) => count.fn.max('seq').as('seq'))
        .whereRef('listEvents.ownerId', '=', 'aiTasks.ownerId')
        .whereRef('listEvents.subjectId', '=', 'aiTasks.id')
        .as('seq'),
    )
    .where('ownerId', '=', key.ownerId)
    .where('organisation', '=', key.organisation)
    .where('taskListId', '=', key.taskListId)
    .where('isGone', '=', 0)
    .execute();
}

/** Stores what was seen of a task in the place of what was known. */
export async function putAiTask(tx: Db, row: AiTaskRow): Promise<void> {
  const { taskListId, state, observedAt, isGone } = row;
  await tx
    .insertInto('aiTasks')
    .values(row)
    .onConflict((conflict) =>
      conflict
        .columns(['ownerId', 'organisation', 'id'])
        .doUpdateSet({ taskListId, state, observedAt, isGone }),
    )
    .execute();
}

/** A task is no longer in its list. */
export async function markGone(tx: Db, row: AiTaskRow, observedAt: number): Promise<void> {
  await tx
    .updateTable('aiTasks')
    .set({ isGone: 1, observedAt })
    .where('ownerId', '=', row.ownerId)
    .where('organisation', '=', row.organisation)
    .where('id', '=', row.id)
    .execute();
}

/** Forgets up to `limit` tasks that have not changed since `beforeMs` and whose list nobody watches; returns how many. */
export async function pruneAiTasks(tx: Db, beforeMs: number, limit: number): Promise<number> {
  const old = await tx
    .selectFrom('aiTasks')
    .select(['ownerId', 'organisation', 'id'])
    .where('observedAt', '<', beforeMs)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('watches')
            .select('watches.scope')
            .where('watches.kind', '=', 'AI_TASK_LIST')
            .whereRef('watches.scope', '=', 'aiTasks.taskListId')
            .whereRef('watches.ownerId', '=', 'aiTasks.ownerId'),
        ),
      ),
    )
    .limit(limit)
    .execute();
  for (const { ownerId, organisation, id } of old) {
    await tx
      .deleteFrom('aiTasks')
      .where('ownerId', '=', ownerId)
      .where('organisation', '=', organisation)
      .where('id', '=', id)
      .execute();
  }
  return old.length;
}
