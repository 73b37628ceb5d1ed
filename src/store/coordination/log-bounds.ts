import type { Db } from '../store.ts';

/** The stored part of an owner's log: numbers above `prunedSeq`, up to `lastSeq`. */
export interface LogBounds {
  lastSeq: number;
  prunedSeq: number;
}

/** Both are zero while the log is empty. */
export async function logBounds(db: Db, ownerId: string): Promise<LogBounds> {
  const head = await db
    .selectFrom('eventHeads')
    .select(['lastSeq', 'prunedSeq'])
    .where('ownerId', '=', ownerId)
    .executeTakeFirst();
  return head ?? { lastSeq: 0, prunedSeq: 0 };
}

/** Owners of one statement, because databases limit its parameters. */
const HEADS_AT_ONCE = 500;

/** The last numbers of the logs of these owners. An owner without events is missing. */
export async function readHeads(db: Db, ownerIds: readonly string[]): Promise<Map<string, number>> {
  const heads = new Map<string, number>();
  for (let start = 0; start < ownerIds.length; start += HEADS_AT_ONCE) {
    const rows = await db
      .selectFrom('eventHeads')
      .select(['ownerId', 'lastSeq'])
      .where('ownerId', 'in', ownerIds.slice(start, start + HEADS_AT_ONCE))
      .execute();
    for (const { ownerId, lastSeq } of rows) heads.set(ownerId, lastSeq);
  }
  return heads;
}

/** Takes the bounds of a log from the rows that they were joined with. Without events there is one row of bounds alone. */
export function toRowsAndBounds<Row extends { seq: number }>(
  found: readonly (LogBounds & { [Column in keyof Row]: Row[Column] | null })[],
): LogBounds & { rows: Row[] } {
  const { lastSeq, prunedSeq } = found[0] ?? { lastSeq: 0, prunedSeq: 0 };
  const rows = found.flatMap(({ lastSeq: _last, prunedSeq: _pruned, ...row }) =>
    row.seq === null ? [] : [row],
  );
  return { lastSeq, prunedSeq, rows: rows as unknown as Row[] };
}
