import type { PasswordRules } from '../../auth/password-rules.ts';
import type { Passwords } from '../../auth/passwords.ts';
import { hashOf } from '../../auth/refresh-tokens.ts';
import { newResetToken, RESET_TTL_MS } from '../../auth/reset-tokens.ts';
import type { SessionRevocations } from '../../auth/session-revocations.ts';
import type { Sessions } from '../../auth/sessions.ts';
import { badUserInput, conflict, notFound } from '../../errors.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Random } from '../../lib/random.ts';
import {
  ADMINISTRATORS,
  listAdministrators,
  pageOfUsers,
  putPasswordReset,
  secretIdsOfServicesBy,
  updateRights,
} from '../../store/identity/user-administration.ts';
import { findUser, findUserByEmail, insertUser, nameOf, type User } from '../../store/identity/users.ts';
import type { Db, Store } from '../../store/store.ts';
import { ROLES, type Role, rightsIdOf, type Viewer } from '../../viewer.ts';
import { type Audit, type AuditAct, actorOf } from '../common/audit.ts';
import { authorizeAdmin } from '../common/authorize.ts';
import { assertValid, check, checkPage } from '../common/input.ts';
import {
  DEFAULT_PAGE,
  decodeCursor,
  encodeCursor,
  type Page,
  type PageRequest,
  toPage,
} from '../common/page.ts';
import { normalizeEmail } from '../identity/accounts.ts';
import { type PasswordReset, toUserView, type UserView } from './views.ts';

/** A user whom an administrator adds. */
export interface NewUser {
  email: string;
  /** Without it the answer has a token with which the user sets one. */
  password?: string | undefined;
  /** @default user */
  roles?: readonly Role[] | undefined;
}

/** What an administrator changes of a user; what is absent stays. */
export interface UserChange {
  roles?: readonly Role[] | undefined;
  isDisabled?: boolean | undefined;
}

/** The people who use the gateway, for administrators. */
export interface Users {
  /** All users, or the one of this e-mail; the oldest first. @throws GatewayError `FORBIDDEN`, `BAD_USER_INPUT` */
  page(viewer: Viewer, input: PageRequest & { email?: string | undefined }): Promise<Page<UserView>>;
  /** @throws GatewayError `NOT_FOUND` */
  get(viewer: Viewer, userId: string): Promise<UserView>;
  /** @throws GatewayError `CONFLICT` for an e-mail that is taken, `BAD_USER_INPUT` for a password that is easy to guess */
  create(viewer: Viewer, input: NewUser): Promise<{ user: UserView } & Partial<PasswordReset>>;
  /**
   * Changes roles, and disables or enables. What is open with the former rights ends: at once here, within 5 s everywhere.
   * @throws GatewayError `CONFLICT` for the last administrator, `NOT_FOUND`, `BAD_USER_INPUT`
   */
  change(viewer: Viewer, userId: string, change: UserChange): Promise<UserView>;
  /** Ends all sessions of a user. @returns how many @throws GatewayError `NOT_FOUND` */
  endSessions(viewer: Viewer, userId: string): Promise<number>;
  /** A token with which the user sets a password. An earlier one serves no more. @throws GatewayError `NOT_FOUND` */
  resetPassword(viewer: Viewer, userId: string): Promise<PasswordReset>;
}

export interface UsersDeps {
  store: Store;
  passwords: Passwords;
  passwordRules: PasswordRules;
  sessions: Pick<Sessions, 'revokeAllOf'>;
  revocations: SessionRevocations;
  audit: Audit;
  clock: Pick<Clock, 'now'>;
  random: Random;
}

export function createUsers(deps: UsersDeps): Users {
  const { store, passwords, passwordRules, sessions, revocations, audit, clock, random } = deps;

  const find = async (db: Db, userId: string): Promise<User> => {
    const user = await findUser(db, userId);
    if (user === undefined) throw notFound('User');
    return user;
  };

  const record = (act: AuditAct, viewer: Viewer, { id }: { id: string }): Promise<void> =>
    audit.record({ act, ...actorOf(viewer), subjects: { userId: id } });

  const issueReset = async (tx: Db, userId: string): Promise<PasswordReset> => {
    const resetToken = newResetToken(random);
    const expiresAt = clock.now() + RESET_TTL_MS;
    await putPasswordReset(tx, { userId, hash: hashOf(resetToken), expiresAt });
    return { resetToken, expiresAt: new Date(expiresAt).toISOString() };
  };

  return {
    async page(viewer, { email, after, first }) {
      authorizeAdmin(viewer);
      assertValid([checkPage(first)]);
      const size = first ?? DEFAULT_PAGE;
      const users = await pageOfUsers(store.db, {
        email: email === undefined ? undefined : normalizeEmail(email),
        after: decodeCursor(after),
        limit: size + 1,
      });
      const { nodes, pageInfo } = toPage(
        users,
        size,
        ({ createdAtMs: at, id }) => encodeCursor({ at, id }),
        after,
      );
      return { nodes: nodes.map(toUserView), pageInfo };
    },

    async get(viewer, userId) {
      authorizeAdmin(viewer);
      return toUserView(await find(store.db, userId));
    },

    async create(viewer, { email: given, password, roles = ['user'] }) {
      authorizeAdmin(viewer);
      const email = normalizeEmail(given);
      assertValid([checkRoles(roles)]);
      const problem = password === undefined ? undefined : await passwordRules.problemOf(password, email);
      if (problem !== undefined) throw badUserInput({ path: 'password', message: problem });
      if (await findUserByEmail(store.db, email)) throw conflict('The e-mail is taken');
      const user: User = {
        id: random.uuid(),
        email,
        passwordHash: password === undefined ? null : await passwords.hash(password, viewer.address ?? ''),
        roles: inOrder(roles),
        createdAtMs: clock.now(),
        isDisabled: false,
        rightsRevision: 0,
        outside: null,
      };
      const reset = await store.transaction(user.id, async (tx) => {
        if (!(await insertUser(tx, user))) throw conflict('The e-mail is taken');
        return password === undefined ? issueReset(tx, user.id) : undefined;
      });
      await record('USER_CREATE', viewer, user);
      return { user: toUserView(user), ...reset };
    },

    async change(viewer, userId, { roles, isDisabled }) {
      authorizeAdmin(viewer);
      assertValid([roles && checkRoles(roles)]);
      const { before, after } = await store.transaction(ADMINISTRATORS, async (tx) => {
        const before = await find(tx, userId);
        const next = {
          roles: roles ? inOrder(roles) : before.roles,
          isDisabled: isDisabled ?? before.isDisabled,
        };
        if (before.outside !== null && next.roles.includes('admin'))
          throw badUserInput({ path: 'roles', message: 'admin is only for users who sign in here' });
        if (isSame(before, next)) return { before, after: before };
        if (next.isDisabled || !next.roles.includes('admin')) await assertNotLastAdministrator(tx, before);
        return { before, after: (await updateRights(tx, userId, next)) ?? before };
      });
      if (after !== before) {
        await endFormerRights(before, after);
        if (after.isDisabled !== before.isDisabled)
          await record(after.isDisabled ? 'USER_DISABLE' : 'USER_ENABLE', viewer, after);
        if (!isSame({ ...before, isDisabled: after.isDisabled }, after))
          await record('USER_ROLES_CHANGE', viewer, after);
      }
      return toUserView(after);
    },

    async endSessions(viewer, userId) {
      authorizeAdmin(viewer);
      const user = await find(store.db, userId);
      const ended = await sessions.revokeAllOf(userId);
      for (const sessionId of ended) {
        const onBehalfOf = { id: user.id, name: nameOf(user) };
        const { actor, address } = actorOf(viewer);
        await audit.record({ act: 'SESSION_END', actor, onBehalfOf, address, subjects: { sessionId } });
      }
      return ended.length;
    },

    async resetPassword(viewer, userId) {
      authorizeAdmin(viewer);
      const reset = await store.transaction(userId, async (tx) => {
        const { outside } = await find(tx, userId);
        if (outside !== null) throw conflict('The user signs in at an outside identity provider');
        return issueReset(tx, userId);
      });
      await record('PASSWORD_RESET_ISSUE', viewer, { id: userId });
      return reset;
    },
  };

  /** Ends what is open with rights that have changed; a disabled user loses the sessions too. */
  async function endFormerRights(before: User, after: User): Promise<void> {
    const userId = before.id;
    revocations.announce({ sessionId: rightsIdOf(before), userId });
    if (!after.isDisabled || before.isDisabled) return;
    await sessions.revokeAllOf(userId);
    for (const sessionId of await secretIdsOfServicesBy(store.db, userId))
      revocations.announce({ sessionId, userId });
  }
}

/**
 * Call it under the lock `ADMINISTRATORS`, before the user ceases to be an administrator.
 * @throws GatewayError `CONFLICT` when no other administrator can sign in
 */
export async function assertNotLastAdministrator(tx: Db, { id }: Pick<User, 'id'>): Promise<void> {
  const administrators = await listAdministrators(tx);
  if (administrators.length === 1 && administrators[0] === id) {
    throw conflict('This is the last administrator; make another one first');
  }
}

function checkRoles(roles: readonly Role[]) {
  return check(roles.length > 0, 'roles', 'must name at least one role');
}

/** Each role once, always in the same order. */
function inOrder(roles: readonly Role[]): Role[] {
  return ROLES.filter((role) => roles.includes(role));
}

type Rights = Pick<User, 'roles' | 'isDisabled'>;

function isSame(one: Rights, other: Rights): boolean {
  return one.isDisabled === other.isDisabled && one.roles.join() === other.roles.join();
}
