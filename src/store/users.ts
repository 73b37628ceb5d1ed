import type { Role } from '../viewer.ts';
import type { UserRow } from './schema.ts';
import type { Db } from './store.ts';

/** A person who signs in. */
export interface User {
  id: string;
  /** Normalised: the same person always has the same spelling. */
  email: string;
  /** PHC string of argon2id. */
  passwordHash: string;
  roles: Role[];
  createdAtMs: number;
}

const toUser = (row: UserRow): User => ({
  id: row.id,
  email: row.email,
  passwordHash: row.passwordHash,
  roles: JSON.parse(row.roles),
  createdAtMs: row.createdAt,
});

/** Adds a user; `false` when the e-mail is taken, also by one who came a moment earlier. */
export const insertUser = async (db: Db, user: User): Promise<boolean> => {
  const { createdAtMs, roles, ...rest } = user;
  const result = await db
    .insertInto('users')
    .values({ ...rest, roles: JSON.stringify(roles), createdAt: createdAtMs })
    .onConflict((conflict) => conflict.column('email').doNothing())
    .executeTakeFirst();
  return Number(result.numInsertedOrUpdatedRows) === 1;
};

/** The user of a normalised e-mail. */
export const findUserByEmail = async (db: Db, email: string): Promise<User | undefined> => {
  const row = await db.selectFrom('users').selectAll().where('email', '=', email).executeTakeFirst();
  return row && toUser(row);
};

/** Replaces the password's hash. */
export const updatePasswordHash = async (db: Db, userId: string, passwordHash: string): Promise<void> => {
  await db.updateTable('users').set({ passwordHash }).where('id', '=', userId).execute();
};
