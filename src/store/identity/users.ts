import { parseJson, toJson } from '../../lib/json.ts';
import type { Principal, Role } from '../../viewer.ts';
import type { UserRow } from '../schema/index.ts';
import type { Db } from '../store.ts';

/** A user who is no service account. */
export interface User {
  id: string;
  /** Trimmed and lower-cased; null for a user of an outside identity provider. */
  email: string | null;
  /** PHC string of argon2id; null while there is none. */
  passwordHash: string | null;
  roles: Role[];
  createdAtMs: number;
  isDisabled: boolean;
  /** Grows with each change of the roles and of `isDisabled`. */
  rightsRevision: number;
  /** Null for who signs in here. */
  outside: OutsideIdentity | null;
}

/** Who a user is at an outside identity provider: the claims `iss` and `sub` of its tokens. */
export interface OutsideIdentity {
  issuer: string;
  subject: string;
}

/** Undefined for the row of a service account, and for that of an account that is being erased. */
export function toUser({ email, issuer, subject, ...row }: UserRow): User | undefined {
  const outside = issuer === null || subject === null ? null : { issuer, subject };
  if (email === null && outside === null) return undefined;
  return {
    id: row.id,
    email,
    passwordHash: row.passwordHash,
    roles: parseJson(row.roles),
    createdAtMs: row.createdAt,
    isDisabled: row.isDisabled === 1,
    rightsRevision: row.rightsRevision,
    outside,
  };
}

/** What users are called in the audit log: by their e-mail, or by their name at an outside identity provider. */
export function nameOf({ id, email, outside }: Pick<User, 'id' | 'email' | 'outside'>): string {
  return email ?? (outside ? `${outside.subject} of ${outside.issuer}` : id);
}

/** Inserts a user; `false` when the e-mail or the outside identity is taken. Of two concurrent inserts one succeeds. */
export async function insertUser(db: Db, user: User): Promise<boolean> {
  const { createdAtMs, roles, isDisabled, outside, ...rest } = user;
  const result = await db
    .insertInto('users')
    .values({
      ...rest,
      roles: toJson(roles),
      createdAt: createdAtMs,
      isDisabled: isDisabled ? 1 : 0,
      issuer: outside?.issuer ?? null,
      subject: outside?.subject ?? null,
    })
    .onConflict((conflict) =>
      (outside ? conflict.columns(['issuer', 'subject']) : conflict.column('email')).doNothing(),
    )
    .executeTakeFirst();
  return Number(result.numInsertedOrUpdatedRows) === 1;
}

/** @param email trimmed and lower-cased */
export async function findUserByEmail(db: Db, email: string): Promise<User | undefined> {
  const row = await db.selectFrom('users').selectAll().where('email', '=', email).executeTakeFirst();
  return row && toUser(row);
}

export async function findOutsideUser(db: Db, identity: OutsideIdentity): Promise<User | undefined> {
  const row = await db
    .selectFrom('users')
    .selectAll()
    .where('issuer', '=', identity.issuer)
    .where('subject', '=', identity.subject)
    .executeTakeFirst();
  return row && toUser(row);
}

/** The user of this id; undefined also for a service account. */
export async function findUser(db: Db, id: string): Promise<User | undefined> {
  const row = await db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst();
  return row && toUser(row);
}

/** A user's id and name: a person's e-mail, or a service account's name. */
export async function findPrincipal(db: Db, id: string): Promise<Principal | undefined> {
  const row = await db
    .selectFrom('users')
    .leftJoin('serviceAccounts', 'serviceAccounts.id', 'users.id')
    .select(['users.email', 'users.issuer', 'users.subject', 'serviceAccounts.name', 'users.erasingAt'])
    .where('users.id', '=', id)
    .executeTakeFirst();
  if (row === undefined || row.erasingAt !== null) return undefined;
  const { email, issuer, subject } = row;
  const outside = issuer === null || subject === null ? null : { issuer, subject };
  return { id, name: row.name ?? nameOf({ id, email, outside }) };
}

/** Whether the user is disabled, or is a service account that a disabled user made. */
export async function isPrincipalDisabled(db: Db, id: string): Promise<boolean> {
  const row = await db
    .selectFrom('users')
    .leftJoin('serviceAccounts', 'serviceAccounts.id', 'users.id')
    .leftJoin('users as makers', 'makers.id', 'serviceAccounts.createdBy')
    .select(['users.isDisabled', 'makers.isDisabled as isMakerDisabled'])
    .where('users.id', '=', id)
    .executeTakeFirst();
  return row?.isDisabled === 1 || row?.isMakerDisabled === 1;
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
