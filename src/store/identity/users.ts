import { parseJson, toJson } from '../../lib/json.ts';
import type { Principal, Role } from '../../viewer.ts';
import type { UserRow } from '../schema/index.ts';
import type { Db } from '../store.ts';

/** A person who signs in. */
export interface User {
  id: string;
  /** Trimmed and lower-cased. */
  email: string;
  /** PHC string of argon2id. */
  passwordHash: string;
  roles: Role[];
  createdAtMs: number;
}

/** Undefined for the row of a service account, which has neither e-mail nor password. */
function toUser({ email, passwordHash, ...row }: UserRow): User | undefined {
  return email === null || passwordHash === null
    ? undefined
    : { id: row.id, email, passwordHash, roles: parseJson(row.roles), createdAtMs: row.createdAt };
}

/** Inserts a user; `false` when the e-mail is taken. Of two concurrent inserts one succeeds. */
export async function insertUser(db: Db, user: User): Promise<boolean> {
  const { createdAtMs, roles, ...rest } = user;
  const result = await db
    .insertInto('users')
    .values({ ...rest, roles: toJson(roles), createdAt: createdAtMs })
    .onConflict((conflict) => conflict.column('email').doNothing())
    .executeTakeFirst();
  return Number(result.numInsertedOrUpdatedRows) === 1;
}

/** @param email trimmed and lower-cased */
export async function findUserByEmail(db: Db, email: string): Promise<User | undefined> {
  const row = await db.selectFrom('users').selectAll().where('email', '=', email).executeTakeFirst();
  return row && toUser(row);
}

/** The person of this id; undefined also for a service account. */
export async function findUser(db: Db, id: string): Promise<User | undefined> {
  const row = await db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst();
  return row && toUser(row);
}

/** A user's id and name: a person's e-mail, or a service account's name. */
export async function findPrincipal(db: Db, id: string): Promise<Principal | undefined> {
  const row = await db
    .selectFrom('users')
    .leftJoin('serviceAccounts', 'serviceAccounts.id', 'users.id')
    .select(['users.email', 'serviceAccounts.name'])
    .where('users.id', '=', id)
    .executeTakeFirst();
  return row && { id, name: row.email ?? row.name ?? id };
}

/** Replaces the password hash `from` by `to`; `false` when the stored hash is no longer `from`. */
export async function replacePasswordHash(
  db: Db,
  userId: string,
  hashes: { from: string; to: string },
): Promise<boolean> {
  const result = await db
    .updateTable('users')
    .set({ passwordHash: hashes.to })
    .where('id', '=', userId)
    .where('passwordHash', '=', hashes.from)
    .executeTakeFirst();
  return Number(result.numUpdatedRows) === 1;
}
