import type { AiTaskStatus } from '../../domain/ai-task-status.ts';
import type { SeenAiTaskRow } from '../schema/index.ts';
import type { Db } from '../store.ts';
import type { ListKey } from './tasks.ts';

/** The owner of AI tasks, and the organisation that they are in. */
type Owner = Pick<ListKey, 'ownerId' | 'organisation'>;

/** What a read shows of a task. */
export interface SeenTask {
  id: string;
  taskListId: string | null;
  status: AiTaskStatus;
}

/** The tasks of a list with one status. */
export interface SeenCount {
  taskListId: string;
  status: AiTaskStatus;
  count: number;
  seenAt: number;
}

/** Rows of one statement. */
const BATCH_SIZE = 100;

/** The time of a list is only this exact, so that a read of what is known already writes nothing. */
const EXACT_MS = 5_000;

/**
 * Stores what a read has shown: one statement when it is known already. Of a read of a whole list, tasks that it does not
 * show are removed.
 * @param whole the list, when `tasks` are all of its tasks
 */
export async function putSeenTasks(
  db: Db,
  owner: Owner,
  tasks: readonly SeenTask[],
  nowMs: number,
  whole?: string,
): Promise<void> {
  const stored = new Map<string, SeenAiTaskRow>();
  const ids = tasks.map(({ id }) => id);
  const known =
    whole === undefined ? await seenByIds(db, owner, ids) : await seenOfList(db, owner, whole, ids);
  for (const row of known) stored.set(row.id, row);
  const rows: SeenAiTaskRow[] = [];
  const gone: string[] = [];
  for (const { id, taskListId, status } of tasks) {
    const row = stored.get(id);
    stored.delete(id);
    if (taskListId === null) {
      if (row !== undefined) gone.push(id);
      continue;
    }
    const isKnown = row?.taskListId === taskListId && row.status === status;
    if (!isKnown || row.seenAt < nowMs - EXACT_MS)
      rows.push({ ...owner, id, taskListId, status, seenAt: nowMs });
  }
  if (whole !== undefined) gone.push(...stored.keys());
  for (let at = 0; at < rows.length; at += BATCH_SIZE) await putRows(db, rows.slice(at, at + BATCH_SIZE));
  await deleteSeenTasks(db, owner, gone);
}

/** Removes tasks that no longer exist. */
export async function deleteSeenTasks(db: Db, owner: Owner, ids: readonly string[]): Promise<void> {
  for (let at = 0; at < ids.length; at += BATCH_SIZE) {
    await db
      .deleteFrom('seenAiTasks')
      .where('ownerId', '=', owner.ownerId)
      .where('organisation', '=', owner.organisation)
      .where('id', 'in', ids.slice(at, at + BATCH_SIZE))
      .execute();
  }
}

/** The number of tasks of each list and status. */
export async function countSeenTasks(db: Db, { ownerId, organisation }: Owner): Promise<SeenCount[]> {
  const rows = await db
    .selectFrom('seenAiTasks')
    .select(({ fn }) => [
      'taskListId',
      'status',
      fn.countAll<number>().as('count'),
      fn.max<number>('seenAt').as('seenAt'),
    ])
    .where('ownerId', '=', ownerId)
    .where('organisation', '=', organisation)
    .groupBy(['taskListId', 'status'])
    .orderBy('taskListId')
    .execute();
  return rows.map(({ count, seenAt, ...same }) => ({
    ...same,
    count: Number(count),
    seenAt: Number(seenAt),
  }));
}

/** Deletes up to `limit` tasks of lists that were last seen before `beforeMs`; returns how many. */
export async function pruneSeenTasks(tx: Db, beforeMs: number, limit: number): Promise<number> {
  const old = await tx
    .selectFrom('seenAiTasks as task')
    .select(['task.ownerId', 'task.organisation', 'task.id'])
    .where('task.seenAt', '<', beforeMs)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('seenAiTasks as other')
            .select('other.id')
            .whereRef('other.ownerId', '=', 'task.ownerId')
            .whereRef('other.organisation', '=', 'task.organisation')
            .whereRef('other.taskListId', '=', 'task.taskListId')
            .where('other.seenAt', '>=', beforeMs),
        ),
      ),
    )
    .limit(limit)
    .execute();
  for (const { id, ...owner } of old) await deleteSeenTasks(tx, owner, [id]);
  return old.length;
}

function putRows(db: Db, rows: readonly SeenAiTaskRow[]) {
  return db
    .insertInto('seenAiTasks')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['ownerId', 'organisation', 'id']).doUpdateSet((set) => ({
        taskListId: set.ref('excluded.taskListId'),
        status: set.ref('excluded.status'),
        seenAt: set.ref('excluded.seenAt'),
      })),
    )
    .execute();
}

async function seenByIds(db: Db, owner: Owner, ids: readonly string[]): Promise<SeenAiTaskRow[]> {
  if (ids.length === 0) return [];
  return ofOwner(db, owner).where('id', 'in', ids).execute();
}

/** The stored tasks of a list, and those of these ids that were in another one. */
function seenOfList(db: Db, owner: Owner, taskListId: string, ids: readonly string[]) {
  return ofOwner(db, owner)
    .where((row) =>
      ids.length === 0
        ? row('taskListId', '=', taskListId)
        : row.or([row('taskListId', '=', taskListId), row('id', 'in', ids)]),
    )
    .execute();
}

function ofOwner(db: Db, { ownerId, organisation }: Owner) {
  return db
    .selectFrom('seenAiTasks')
    .selectAll()
    .where('ownerId', '=', ownerId)
    .where('organisation', '=', organisation);
}
