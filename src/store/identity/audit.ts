import type { AuditRow } from '../schema/index.ts';
import type { Db } from '../store.ts';

/** Adds one row; rows never change. */
export async function insertAuditRow(db: Db, row: AuditRow): Promise<void> {
  await db.insertInto('audit').values(row).execute();
}

/** Which rows of the log. */
export interface AuditFilter {
  /** Only those older than the row of this id. */
  before?: string | undefined;
  act?: string | undefined;
  /** Only those of this user or service account: what it did, and what was done for it. */
  principalId?: string | undefined;
}

/** The newest rows that match; newest first. */
export function readAuditRows(
  db: Db,
  { before, act, principalId }: AuditFilter,
  limit: number,
): Promise<AuditRow[]> {
  let rows = db.selectFrom('audit').selectAll().orderBy('id', 'desc').limit(limit);
  if (before !== undefined) rows = rows.where('id', '<', before);
  if (act !== undefined) rows = rows.where('act', '=', act);
  if (principalId !== undefined)
    rows = rows.where((is) => is.or([is('actorId', '=', principalId), is('onBehalfOfId', '=', principalId)]));
  return rows.execute();
}

/** Deletes up to `limit` rows written before `beforeMs`, oldest first; returns how many. */
export async function pruneAudit(db: Db, beforeMs: number, limit: number): Promise<number> {
  const old = db.selectFrom('audit').select('id').where('at', '<', beforeMs).orderBy('at').limit(limit);
  const result = await db.deleteFrom('audit').where('id', 'in', old).executeTakeFirst();
  return Number(result.numDeletedRows);
}
