import { nextRevision } from '../revisions.ts';
import type { AiTaskRow } from '../schema/index.ts';
import type { Db } from '../store.ts';

/** A list of AI tasks of one owner. */
export interface ListKey {
  ownerId: string;
  organisation: string;
  taskListId: string;
}

/** The stored AI tasks of these ids, in any list. */
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

/** The stored AI tasks of a list, without those that have left it. */
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

/** The stored AI tasks of a list, each with the position of its newest event; null when that was pruned. */
export function aiTasksWithPositions(db: Db, key: ListKey): Promise<(AiTaskRow & { seq: number | null })[]> {
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

/** Inserts or replaces an AI task, with the next revision. */
export async function putAiTask(tx: Db, row: Omit<AiTaskRow, 'revision'>): Promise<void> {
  const { taskListId, state, observedAt, isGone } = row;
  await tx
    .insertInto('aiTasks')
    .values({ ...row, revision: nextRevision('aiTasks', row.ownerId) })
    .onConflict((conflict) =>
      conflict.columns(['ownerId', 'organisation', 'id']).doUpdateSet((set) => ({
        taskListId,
        state,
        observedAt,
        isGone,
        revision: set.ref('excluded.revision'),
      })),
    )
    .execute();
}

/** Marks an AI task as no longer in its list, with the next revision. */
export async function markGone(tx: Db, row: Omit<AiTaskRow, 'revision'>, observedAt: number): Promise<void> {
  await tx
    .updateTable('aiTasks')
    .set({ isGone: 1, observedAt, revision: nextRevision('aiTasks', row.ownerId) })
    .where('ownerId', '=', row.ownerId)
    .where('organisation', '=', row.organisation)
    .where('id', '=', row.id)
    .execute();
}

/** Deletes up to `limit` AI tasks observed last before `beforeMs` whose list has no watch; returns how many. */
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
