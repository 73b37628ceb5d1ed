import type { Db } from '../store.ts';

/** The sealed canary of one wrapping key. */
export interface KeyCheck {
  kid: string;
  sealed: string;
}

/** Every canary, by `kid`. */
export function listKeyChecks(db: Db): Promise<KeyCheck[]> {
  return db.selectFrom('keyChecks').selectAll().orderBy('kid').execute();
}

/** Inserts a canary; does nothing when its key has one. */
export async function insertKeyCheck(db: Db, check: KeyCheck): Promise<void> {
  await db
    .insertInto('keyChecks')
    .values(check)
    .onConflict((conflict) => conflict.column('kid').doNothing())
    .execute();
}

/** Deletes the canary of a retired key. */
export async function deleteKeyCheck(db: Db, kid: string): Promise<void> {
  await db.deleteFrom('keyChecks').where('kid', '=', kid).execute();
}
