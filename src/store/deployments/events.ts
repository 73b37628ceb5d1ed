import { type RawBuilder, sql } from 'kysely';
import { type LogBounds, toRowsAndBounds } from '../coordination/log-bounds.ts';
import type { EventRow, NewEventRow } from '../schema/index.ts';
import type { Db } from '../store.ts';

/** Selects events from an owner's log: of one deployment, of one task's deployments, or all. */
export interface EventFilter {
  deploymentId?: string | undefined;
  taskId?: string | undefined;
}

/** Sequence numbers per millisecond: the first number of an event is its time in microseconds. */
export const SEQ_PER_MS = 1_000;

/**
 * Takes `count` sequence numbers and returns the last of them. The first is the greater of the last one plus 1 and the
 * time in microseconds: a log that was restored from a backup never gives a number of its lost part again.
 * The row stays locked until the transaction ends, so events become visible in the order of their numbers, and a reader
 * never passes one that is committed later.
 * @param nowMs `Store.time`
 */
export async function takeSequence(
  tx: Db,
  ownerId: string,
  count: number,
  nowMs: RawBuilder<number>,
): Promise<number> {
  const lastByTime = sql<number>`${nowMs} * ${sql.lit(SEQ_PER_MS)} + ${sql.lit(count - 1)}`;
  const { lastSeq } = await tx
    .insertInto('eventHeads')
    .values({ ownerId, lastSeq: lastByTime, prunedSeq: 0 })
    .onConflict((conflict) =>
      conflict.column('ownerId').doUpdateSet((set) => {
        const lastByCount = set('eventHeads.lastSeq', '+', count);
        const isAhead = set(lastByCount, '>', set.ref('excluded.lastSeq'));
        return {
          lastSeq: set.case().when(isAhead).then(lastByCount).else(set.ref('excluded.lastSeq')).end(),
        };
      }),
    )
    .returning('lastSeq')
    .executeTakeFirstOrThrow();
  return Number(lastSeq);
}

/** Plain SQL: the query builder takes longer for the events of a large poll than the database. */
export async function insertEvents(tx: Db, rows: readonly NewEventRow[]): Promise<void> {
  const values = rows.map(
    (
      row,
    ) => sql`(${row.ownerId}, ${row.seq}, ${row.type}, ${row.deploymentId}, ${row.taskId ?? null}, ${row.status},
      ${row.previousStatus ?? null}, ${row.rawStatus}, ${row.reason ?? null}, ${row.occurredAt},
      ${row.traceParent ?? null})`,
  );
  await sql`
    insert into events (owner_id, seq, type, deployment_id, task_id, status,
      previous_status, raw_status, reason, occurred_at, trace_parent)
    values ${sql.join(values)}`.execute(tx.withoutPlugins());
}

/** The stored part of an owner's log, and the events with numbers above `after`, all as they were at one moment. */
export async function readEventsAndBounds(
  db: Db,
  ownerId: string,
  after: number,
  limit: number,
): Promise<LogBounds & { rows: EventRow[] }> {
  const found = await db
    .selectFrom('eventHeads')
    .leftJoin('events', (join) =>
      join.onRef('events.ownerId', '=', 'eventHeads.ownerId').on('events.seq', '>', after),
    )
    .select(['eventHeads.lastSeq', 'eventHeads.prunedSeq'])
    .selectAll('events')
    .where('eventHeads.ownerId', '=', ownerId)
    .orderBy('events.seq')
    .limit(limit)
    .execute();
  return toRowsAndBounds<EventRow>(found);
}

/** Events with numbers above `after`, in log order. */
export function readEvents(
  db: Db,
  ownerId: string,
  filter: EventFilter,
  after: number,
  limit: number,
): Promise<EventRow[]> {
  let query = db.selectFrom('events').selectAll().where('ownerId', '=', ownerId).where('seq', '>', after);
  if (filter.deploymentId !== undefined) query = query.where('deploymentId', '=', filter.deploymentId);
  if (filter.taskId !== undefined) query = query.where('taskId', '=', filter.taskId);
  return query.orderBy('seq').limit(limit).execute();
}

/** The newest event of a deployment. */
export function newestEvent(db: Db, ownerId: string, deploymentId: string): Promise<EventRow | undefined> {
  return db
    .selectFrom('events')
    .selectAll()
    .where('ownerId', '=', ownerId)
    .where('deploymentId', '=', deploymentId)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
}

/** The newest event of each unfinished deployment (of one task, if given), in log order. */
export function newestEventsOfUnfinished(db: Db, ownerId: string, taskId?: string): Promise<EventRow[]> {
  let unfinished = db
    .selectFrom('deployments')
    .select('id')
    .where('ownerId', '=', ownerId)
    .where('isTerminal', '=', 0)
    .where('isDeleted', '=', 0);
  if (taskId !== undefined) unfinished = unfinished.where('taskId', '=', taskId);
  const newest = db
    .selectFrom('events')
    .select((count) => count.fn.max('seq').as('seq'))
    .where('ownerId', '=', ownerId)
    .where('deploymentId', 'in', unfinished)
    .groupBy('deploymentId');
  return db
    .selectFrom('events')
    .selectAll()
    .where('ownerId', '=', ownerId)
    .where('seq', 'in', newest)
    .orderBy('seq')
    .execute();
}

/** The tables of the log. */
const LOG_TABLES = ['events', 'listEvents', 'ownerEvents'] as const;

/**
 * Deletes up to `limit` events of each table that happened before `beforeMs`, oldest first, and stores the new
 * `prunedSeq` of each owner in the same transaction.
 * @returns how many old events were found; fewer than `limit` when none is left
 */
export async function pruneEvents(tx: Db, beforeMs: number, limit: number): Promise<number> {
  const prunedUpTo = new Map<string, number>();
  let found = 0;
  for (const table of LOG_TABLES) {
    const old = await oldEvents(tx, table, beforeMs, limit);
    found = Math.max(found, old.length);
    for (const { ownerId, seq } of old) prunedUpTo.set(ownerId, Math.max(seq, prunedUpTo.get(ownerId) ?? 0));
  }
  for (const [ownerId, seq] of prunedUpTo) {
    for (const table of LOG_TABLES) {
      await tx.deleteFrom(table).where('ownerId', '=', ownerId).where('seq', '<=', seq).execute();
    }
    await tx
      .updateTable('eventHeads')
      .set({ prunedSeq: seq })
      .where('ownerId', '=', ownerId)
      .where('prunedSeq', '<', seq)
      .execute();
  }
  return found;
}

function oldEvents(tx: Db, table: (typeof LOG_TABLES)[number], beforeMs: number, limit: number) {
  return tx
    .selectFrom(table)
    .select(['ownerId', 'seq'])
    .where('occurredAt', '<', beforeMs)
    .orderBy('occurredAt')
    .orderBy('seq')
    .limit(limit)
    .execute();
}
