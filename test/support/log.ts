import type { Db } from '../../src/store/store.ts';

/** Moves the only log to a later number, and its beginning too, as if many events had been written and removed. @returns that number */
export async function moveLogOn(db: Db): Promise<number> {
  const { lastSeq } = await db
    .updateTable('eventHeads')
    .set((row) => ({ lastSeq: row('lastSeq', '+', 9), prunedSeq: row('lastSeq', '+', 9) }))
    .returning('lastSeq')
    .executeTakeFirstOrThrow();
  return lastSeq;
}

/** The ids of all events of deployments, in the order of the log; the only user's. */
export async function idsOfLog(db: Db): Promise<string[]> {
  const rows = await db.selectFrom('events').select('seq').orderBy('seq').execute();
  return rows.map(({ seq }) => String(seq));
}
