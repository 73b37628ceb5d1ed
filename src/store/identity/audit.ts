import type { AuditRow } from '../schema/index.ts';
import type { Db } from '../store.ts';

/** Adds one row; rows never change. */
export async function insertAuditRow(db: Db, row: AuditRow): Promise<void> {
  await db.insertInto('audit').values(row).execute();
}

/** The newest rows, or the newest of those older than the row of id `before`; newest first. */
export function readAuditRows(db: Db, before: string | undefined, limit: number): Promise<AuditRow[]> {
  const newestFirst = db.selectFrom('audit').selectAll().orderBy('id', 'desc').limit(limit);
  return (before === undefined ? newestFirst : newestFirst.where('id', '<', before)).execute();
}

/** Deletes up to `limit` rows written before `beforeMs`, oldest first; returns how many. */
export async function pruneAudit(db: Db, beforeMs: number, limit: number): Promise<number> {
  const old = db.selectFrom('audit').select('id').where('at', '<', beforeMs).orderBy('at').limit(limit);
  const result = await db.deleteFrom('audit').where('id', 'in', old).executeTakeFirst();
  return Number(result.numDeletedRows);
}
