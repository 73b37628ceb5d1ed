import type { ListEventKind } from '../../domain/ai-task-run.ts';
import type { ListEventRow } from '../schema/index.ts';
import type { Db } from '../store.ts';

/** Which part of an owner's log is meant: one list of AI tasks, or only some of what happens in it. */
export interface ListEventFilter {
  organisation: string;
  taskListId: string;
  kinds: readonly ListEventKind[];
}

/** Rows a statement: a large list is written in pieces, as databases bound the parameters of one statement. */
const BATCH = 500;

export async function insertListEvents(tx: Db, rows: readonly ListEventRow[]): Promise<void> {
  for (let start = 0; start < rows.length; start += BATCH) {
    await tx
      .insertInto('listEvents')
      .values(rows.slice(start, start + BATCH))
      .execute();
  }
}

/** Events later than `after`, oldest first. */
export function readListEvents(
  db: Db,
  ownerId: string,
  filter: ListEventFilter,
  after: number,
  limit: number,
): Promise<ListEventRow[]> {
  return db
    .selectFrom('listEvents')
    .selectAll()
    .where('ownerId', '=', ownerId)
    .where('organisation', '=', filter.organisation)
    .where('taskListId', '=', filter.taskListId)
    .where('kind', 'in', filter.kinds)
    .where('seq', '>', after)
    .orderBy('seq')
    .limit(limit)
    .execute();
}

/** The newest event of one thing; undefined when none is kept. */
export function newestListEvent(
  db: Db,
  ownerId: string,
  subjectId: string,
): Promise<ListEventRow | undefined> {
  return db
    .selectFrom('listEvents')
    .selectAll()
    .where('ownerId', '=', ownerId)
    .where('subjectId', '=', subjectId)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
}
