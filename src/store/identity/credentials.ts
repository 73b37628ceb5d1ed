import { sql } from 'kysely';
import type { CredentialRow, NewCredentialRow } from '../schema/index.ts';
import type { Db } from '../store.ts';

/** The columns that can change; `setDefaultCredential` and `markFirstUse` change the others. */
export type CredentialChange = Partial<
  Pick<
    CredentialRow,
    'label' | 'organizationId' | 'tokenHint' | 'sealed' | 'kid' | 'status' | 'verificationProblem'
  >
>;

export async function insertCredential(db: Db, credential: NewCredentialRow): Promise<void> {
  await db.insertInto('credentials').values(credential).execute();
}

/** Stores the time of the first use; `false` when it was used before. */
export async function markFirstUse(db: Db, id: string, nowMs: number): Promise<boolean> {
  const result = await db
    .updateTable('credentials')
    .set({ firstUsedAt: nowMs })
    .where('id', '=', id)
    .where('firstUsedAt', 'is', null)
    .executeTakeFirst();
  return Number(result.numUpdatedRows) === 1;
}

/** A credential by its id; undefined when it is not this owner's. */
export function findCredential(db: Db, ownerId: string, id: string): Promise<CredentialRow | undefined> {
  return db
    .selectFrom('credentials')
    .selectAll()
    .where('id', '=', id)
    .where('ownerId', '=', ownerId)
    .executeTakeFirst();
}

/** A credential of any owner, for operators. */
export function findStoredCredential(db: Db, id: string): Promise<CredentialRow | undefined> {
  return db.selectFrom('credentials').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Credentials of all owners with the owner's e-mail, for operators; of each owner the default ones first. */
export function listStoredCredentials(
  db: Db,
  limit: number,
): Promise<(CredentialRow & { email: string | null })[]> {
  return db
    .selectFrom('credentials')
    .innerJoin('users', 'users.id', 'credentials.ownerId')
    .selectAll('credentials')
    .select('users.email')
    .orderBy('credentials.ownerId')
    .orderBy('credentials.isDefault', 'desc')
    .orderBy('credentials.createdAt')
    .orderBy('credentials.id')
    .limit(limit)
    .execute();
}

/** An owner's credentials, oldest first. */
export function listCredentials(db: Db, ownerId: string): Promise<CredentialRow[]> {
  return db
    .selectFrom('credentials')
    .selectAll()
    .where('ownerId', '=', ownerId)
    .orderBy('createdAt')
    .orderBy('id')
    .execute();
}

/** The credential for callers that choose none: the default one, else the oldest. */
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

/** Changes a credential and returns the new row; `undefined` when it is not this owner's. */
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

/** The `kid` of each key that wraps a stored secret, transcript or secret of a webhook, sorted. */
export async function kidsInUse(db: Db): Promise<string[]> {
  const rows = await db
    .selectFrom('credentials')
    .select('kid')
    .union(db.selectFrom('transcripts').select('kid'))
    .union(db.selectFrom('webhookSecrets').select('kid'))
    .orderBy('kid')
    .execute();
  return rows.map((row) => row.kid);
}

/** How many rows one key wraps. PostgreSQL writes the number as text. */
export interface KidCount {
  kid: string;
  rows: number | string | bigint;
}

/** How many stored secrets each key wraps. */
export function countCredentialsByKid(db: Db): Promise<KidCount[]> {
  return db
    .selectFrom('credentials')
    .select(({ fn }) => ['kid', fn.countAll().as('rows')])
    .groupBy('kid')
    .orderBy('kid')
    .execute();
}

/** A page of the credentials whose secret is wrapped by another key than `kid`, by id. */
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

/** Replaces the sealed secret by its rewrapped form; `false` when it was replaced by another one in the meantime. */
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
