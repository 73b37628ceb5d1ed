import { parseJson, toJson } from '../../lib/json.ts';
import type { Role } from '../../viewer.ts';
import type { Db } from '../store.ts';
import { toUser, type User } from './users.ts';

/** The lock key of every transaction that may leave the gateway without an administrator. */
export const ADMINISTRATORS = 'administrators';

/**
 * A page of all users who are no service accounts, oldest first.
 * @param after the last one of the page before
 * @param email only the user with it
 */
export async function pageOfUsers(
  db: Db,
  {
    email,
    after,
    limit,
  }: { email?: string | undefined; after?: { at: number; id: string } | undefined; limit: number },
): Promise<User[]> {
  let query = db
    .selectFrom('users')
    .selectAll()
    .where((row) => row.or([row('email', 'is not', null), row('issuer', 'is not', null)]));
  if (email !== undefined) query = query.where('email', '=', email);
  if (after !== undefined) {
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('createdAt', 'id'), '>', tuple(after.at, after.id)),
    );
  }
  const rows = await query.orderBy('createdAt').orderBy('id').limit(limit).execute();
  return rows.flatMap((row) => toUser(row) ?? []);
}

/** Stores the roles and whether the user is disabled, under a new revision of the rights. Returns the user as changed. */
export async function updateRights(
  tx: Db,
  userId: string,
  { roles, isDisabled }: { roles: Role[]; isDisabled: boolean },
): Promise<User | undefined> {
  const row = await tx
    .updateTable('users')
    .set((expression) => ({
      roles: toJson(roles),
      isDisabled: isDisabled ? 1 : 0,
      rightsRevision: expression('rightsRevision', '+', 1),
    }))
    .where('id', '=', userId)
    .returningAll()
    .executeTakeFirst();
  return row && toUser(row);
}

/** The ids of the administrators who can sign in. Read under the lock `ADMINISTRATORS`. */
export async function listAdministrators(tx: Db): Promise<string[]> {
  const rows = await tx
    .selectFrom('users')
    .select(['id', 'roles'])
    .where('email', 'is not', null)
    .where('isDisabled', '=', 0)
    .execute();
  return rows.filter(({ roles }) => parseJson(roles).includes('admin')).map(({ id }) => id);
}

/** The secrets of the service accounts that a user made: tokens name them. */
export async function secretIdsOfServicesBy(db: Db, userId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('serviceSecrets')
    .innerJoin('serviceAccounts', 'serviceAccounts.id', 'serviceSecrets.serviceId')
    .select('serviceSecrets.id')
    .where('serviceAccounts.createdBy', '=', userId)
    .execute();
  return rows.map(({ id }) => id);
}

/** Stores the one token with which the user may set a password; an earlier one serves no more. */
export async function putPasswordReset(
  tx: Db,
  reset: { userId: string; hash: string; expiresAt: number },
): Promise<void> {
  await tx
    .insertInto('passwordResets')
    .values(reset)
    .onConflict((conflict) =>
      conflict.column('userId').doUpdateSet({ hash: reset.hash, expiresAt: reset.expiresAt }),
    )
    .execute();
}

/** The user who may set a password with the token of this hash now; undefined when the token does not serve. */
export async function findPasswordReset(db: Db, hash: string, nowMs: number): Promise<string | undefined> {
  const row = await db
    .selectFrom('passwordResets')
    .select('userId')
    .where('hash', '=', hash)
    .where('expiresAt', '>', nowMs)
    .executeTakeFirst();
  return row?.userId;
}

/** Uses the token up: of two at once one gets `true`. */
export async function takePasswordReset(tx: Db, hash: string): Promise<boolean> {
  const result = await tx.deleteFrom('passwordResets').where('hash', '=', hash).executeTakeFirst();
  return Number(result.numDeletedRows) === 1;
}

/** Withdraws the token of a user, if there is one. */
export async function deletePasswordReset(db: Db, userId: string): Promise<void> {
  await db.deleteFrom('passwordResets').where('userId', '=', userId).execute();
}

/** Deletes up to `limit` tokens that expired before `beforeMs`. @returns how many */
export async function prunePasswordResets(tx: Db, beforeMs: number, limit: number): Promise<number> {
  const old = tx.selectFrom('passwordResets').select('userId').where('expiresAt', '<', beforeMs).limit(limit);
  const result = await tx.deleteFrom('passwordResets').where('userId', 'in', old).executeTakeFirst();
  return Number(result.numDeletedRows);
}

/** Sets the password, also where there was none. */
export async function setPasswordHash(tx: Db, userId: string, passwordHash: string): Promise<void> {
  await tx.updateTable('users').set({ passwordHash }).where('id', '=', userId).execute();
}
