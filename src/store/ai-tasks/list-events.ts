import type { ListEventKind } from '../../domain/ai-task-run.ts';
import { type LogBounds, toRowsAndBounds } from '../coordination/log-bounds.ts';
import type { ListEventRow, NewListEventRow } from '../schema/index.ts';
import type { Db } from '../store.ts';

/** Selects events of one AI task list from an owner's log. */
export interface ListEventFilter {
  organisation: string;
  taskListId: string;
  kinds: readonly ListEventKind[];
}

/** Rows per statement, because databases limit the parameters of one statement. */
const BATCH = 500;

export async function insertListEvents(tx: Db, rows: readonly NewListEventRow[]): Promise<void> {
  for (let start = 0; start < rows.length; start += BATCH) {
    await tx
      .insertInto('listEvents')
      .values(rows.slice(start, start + BATCH))
      .execute();
  }
}

/** The stored part of an owner's log, and the events of lists with numbers above `after`, all as they were at one moment. */
export async function readListEventsAndBounds(
  db: Db,
  ownerId: string,
  after: number,
  limit: number,
): Promise<LogBounds & { rows: ListEventRow[] }> {
  const found = await db
    .selectFrom('eventHeads')
    .leftJoin('listEvents', (join) =>
      join.onRef('listEvents.ownerId', '=', 'eventHeads.ownerId').on('listEvents.seq', '>', after),
    )
    .select(['eventHeads.lastSeq', 'eventHeads.prunedSeq'])
    .selectAll('listEvents')
    .where('eventHeads.ownerId', '=', ownerId)
    .orderBy('listEvents.seq')
    .limit(limit)
    .execute();
  return toRowsAndBounds<ListEventRow>(found);
}

/** Events with numbers above `after`, in log order. */
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

/** The newest event of a task or list run; undefined when none is stored. */
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
