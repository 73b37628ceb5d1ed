import { sql } from 'kysely';
import type { CredentialRow, NewCredentialRow } from '../schema/index.ts';
import type { Db } from '../store.ts';

/** What of a credential may change. */
export type CredentialChange = Partial<
  Pick<CredentialRow, 'label' | 'organizationId' | 'tokenHint' | 'sealed' | 'kid' | 'status'>
>;

/** Stores a credential. */
export async function insertCredential(db: Db, credential: NewCredentialRow): Promise<void> {
  await db.insertInto('credentials').values(credential).execute();
}

/** Notes the first use of a credential; `false` when it was used before. */
export async function markFirstUse(db: Db, id: string, nowMs: number): Promise<boolean> {
  const result = await db
    .updateTable('credentials')
    .set({ firstUsedAt: nowMs })
    .where('id', '=', id)
    .where('firstUsedAt', 'is', null)
    .executeTakeFirst();
  return Number(result.numUpdatedRows) === 1;
}

/** A credential by its id, if it is this owner's: another one's does not exist. */
export function findCredential(db: Db, ownerId: string, id: string): Promise<CredentialRow | undefined> {
  return db
    .selectFrom('credentials')
    .selectAll()
    .where('id', '=', id)
    .where('ownerId', '=', ownerId)
    .executeTakeFirst();
}

/** An owner's credentials, the first stored first. */
export function listCredentials(db: Db, ownerId: string): Promise<CredentialRow[]> {
  return db
    .selectFrom('credentials')
    .selectAll()
    .where('ownerId', '=', ownerId)
    .orderBy('createdAt')
    .orderBy('id')
    .execute();
}

/** The credential that serves when the caller picks none: the one made default, else the first stored. */
export function findDefaultCredential(
  db: Db,
  ownerId: string,
  provider: CredentialRow['provider'],
): Promise<CredentialRow | undefined> {
  return db
    .selectFrom('credentials')
    .selectAll()
    .where('ownerId', '=', ownerId)
    .where('provider', '=', provider)
    .orderBy('isDefault', 'desc')
    .orderBy('createdAt')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
}

/** Changes a credential; the new row, or `undefined` when it is not this owner's. */
export function updateCredential(
  db: Db,
  ownerId: string,
  id: string,
  change: CredentialChange,
): Promise<CredentialRow | undefined> {
  return db
    .updateTable('credentials')
    .set(change)
    .where('id', '=', id)
    .where('ownerId', '=', ownerId)
    .returningAll()
    .executeTakeFirst();
}

/** Makes one credential the only default of its provider, in one statement. */
export async function setDefaultCredential(db: Db, credential: CredentialRow): Promise<void> {
  await db
    .updateTable('credentials')
    .set({ isDefault: sql<0 | 1>`case when id = ${credential.id} then 1 else 0 end` })
    .where('ownerId', '=', credential.ownerId)
    .where('provider', '=', credential.provider)
    .execute();
}

/** Deletes a credential; `false` when it is not this owner's. */
export async function deleteCredential(db: Db, ownerId: string, id: string): Promise<boolean> {
  const result = await db
    .deleteFrom('credentials')
    .where('id', '=', id)
    .where('ownerId', '=', ownerId)
    .executeTakeFirst();
  return Number(result.numDeletedRows) === 1;
}

/** The keys that wrap stored secrets. */
export async function kidsInUse(db: Db): Promise<string[]> {
  const rows = await db.selectFrom('credentials').select('kid').distinct().orderBy('kid').execute();
  return rows.map((row) => row.kid);
}

/** The next credentials by id whose secret is wrapped by another key than `kid`. */
export function listWrappedByOthers(
  db: Db,
  kid: string,
  afterId: string,
  limit: number,
): Promise<CredentialRow[]> {
  return db
    .selectFrom('credentials')
    .selectAll()
    .where('kid', '!=', kid)
    .where('id', '>', afterId)
    .orderBy('id')
    .limit(limit)
    .execute();
}

/** Puts the rewrapped secret in the place of the one it was made from; `false` when that was replaced meanwhile. */
export async function replaceSealed(
  db: Db,
  credential: CredentialRow,
  rewrapped: { sealed: string; kid: string },
): Promise<boolean> {
  const result = await db
    .updateTable('credentials')
    .set(rewrapped)
    .where('id', '=', credential.id)
    .where('sealed', '=', credential.sealed)
    .executeTakeFirst();
  return Number(result.numUpdatedRows) === 1;
}
