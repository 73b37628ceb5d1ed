import type { Db } from '../store.ts';

/** The sealed canary of one wrapping key. */
export interface KeyCheck {
  kid: string;
  sealed: string;
}

/** Every canary. */
export function listKeyChecks(db: Db): Promise<KeyCheck[]> {
  return db.selectFrom('keyChecks').selectAll().orderBy('kid').execute();
}

/** Adds a canary unless its key has one. */
export async function insertKeyCheck(db: Db, check: KeyCheck): Promise<void> {
  await db
    .insertInto('keyChecks')
    .values(check)
    .onConflict((conflict) => conflict.column('kid').doNothing())
    .execute();
}

/** Forgets the canary of a retired key. */
export async function deleteKeyCheck(db: Db, kid: string): Promise<void> {
  await db.deleteFrom('keyChecks').where('kid', '=', kid).execute();
}
