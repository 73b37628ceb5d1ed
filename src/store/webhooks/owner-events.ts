import { type LogBounds, toRowsAndBounds } from '../coordination/log-bounds.ts';
import type { NewOwnerEventRow, OwnerEventRow } from '../schema/index.ts';
import type { Db } from '../store.ts';

/** Writes events that are about neither a deployment nor a list. */
export async function insertOwnerEvents(tx: Db, rows: readonly NewOwnerEventRow[]): Promise<void> {
  await tx.insertInto('ownerEvents').values(rows).execute();
}

/** The stored part of an owner's log, and the owner's own events with numbers above `after`, all as they were at one moment. */
export async function readOwnerEventsAndBounds(
  db: Db,
  ownerId: string,
  after: number,
  limit: number,
): Promise<LogBounds & { rows: OwnerEventRow[] }> {
  const found = await db
    .selectFrom('eventHeads')
    .leftJoin('ownerEvents', (join) =>
      join.onRef('ownerEvents.ownerId', '=', 'eventHeads.ownerId').on('ownerEvents.seq', '>', after),
    )
    .select(['eventHeads.lastSeq', 'eventHeads.prunedSeq'])
    .selectAll('ownerEvents')
    .where('eventHeads.ownerId', '=', ownerId)
    .orderBy('ownerEvents.seq')
    .limit(limit)
    .execute();
  return toRowsAndBounds<OwnerEventRow>(found);
}
