import type { LoginLimits } from '../../auth/login-limits.ts';
import type { PasswordRules } from '../../auth/password-rules.ts';
import type { Passwords } from '../../auth/passwords.ts';
import type { RecentNetworks } from '../../auth/recent-networks.ts';
import type { FindRevoked } from '../../auth/session-revocations.ts';
import type { Sessions } from '../../auth/sessions.ts';
import type { JwkSet, Tokens } from '../../auth/tokens.ts';
import { badUserInput, conflict, GatewayError, invalidToken } from '../../errors.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Random } from '../../lib/random.ts';
import { StartError } from '../../lib/start-error.ts';
import { deletePasswordReset } from '../../store/identity/user-administration.ts';
import {
  findUser,
  findUserByEmail,
  insertUser,
  replacePasswordHash,
  type User,
} from '../../store/identity/users.ts';
import type { Store } from '../../store/store.ts';
import type { Role, Viewer } from '../../viewer.ts';
import { type Audit, actorOf } from '../common/audit.ts';
import { authorizePerson, refuseWatchToken } from '../common/authorize.ts';
import { type Authenticate, type AuthenticateDeps, createAuthenticate } from './authenticate.ts';

/** What a person signs in with. */
export interface EmailAndPassword {
  email: string;
  password: string;
}

/** A user as clients see it. */
export interface PublicUser {
  id: string;
  email: string;
  roles: Role[];
  /** RFC 3339. */
  createdAt: string;
}

/** The users of the gateway, and the check of their access tokens. */
export interface Accounts {
  /**
   * @param address of the client; registrations are limited by it
   * @throws GatewayError `FORBIDDEN` when registration is closed, `BAD_USER_INPUT` for a password that is easy to guess,
   * `CONFLICT`, `RATE_LIMITED`
   */
  register(input: EmailAndPassword, address: string): Promise<PublicUser>;
  /**
   * Changes the caller's password and ends all their other sessions.
   * @throws GatewayError `BAD_USER_INPUT` for a wrong current password and a new one that is easy to guess, `CONFLICT` when
   * it was changed meanwhile, `RATE_LIMITED`
   */
  changePassword(viewer: Viewer, input: PasswordChange): Promise<void>;
  authenticate: Authenticate;
  /** Who the caller is. @throws GatewayError `FORBIDDEN` for a watch token */
  me(viewer: Viewer): Viewer;
  /** Which of these sessions, and secrets of service accounts, have ended. Their tokens are no longer valid. */
  findRevoked: FindRevoked;
  /** The public keys that verify access tokens. */
  jwks(): JwkSet;
  /**
   * Creates the configured administrator; one who exists stays as they are, with their password.
   * @throws StartError when the e-mail belongs to a user who is no administrator, or the password is easy to guess
   */
  ensureAdmin(): Promise<'created' | 'existing' | 'disabled' | undefined>;
}

export interface PasswordChange {
  currentPassword: string;
  newPassword: string;
}

export interface AccountsDeps {
  store: Store;
  passwords: Passwords;
  passwordRules: PasswordRules;
  tokens: Tokens;
  sessions: Sessions;
  limits: LoginLimits;
  networks: RecentNetworks;
  audit: Audit;
  clock: Clock;
  random: Random;
  registrationOpen: boolean;
  outside?: AuthenticateDeps['outside'];
  /** The first administrator, from the environment. No registration can take the address. */
  admin?: EmailAndPassword | undefined;
}

/** The one form in which e-mails are stored and compared: trimmed, NFC, lower case. */
export function normalizeEmail(email: string): string {
  return email.trim().normalize('NFC').toLowerCase();
}

export function createAccounts(deps: AccountsDeps): Accounts {
  const { store, passwords, tokens, sessions, limits, networks, audit, clock, random } = deps;

  const newUser = async (input: EmailAndPassword, roles: Role[], address: string) => ({
    id: random.uuid(),
    email: normalizeEmail(input.email),
    passwordHash: await passwords.hash(input.password, address),
    roles,
    createdAtMs: clock.now(),
    isDisabled: false,
    rightsRevision: 0,
    outside: null,
  });

  const reserved = deps.admin && normalizeEmail(deps.admin.email);
  const isReserved = (email: string): boolean => email === reserved;

  const assertFit = async (path: string, password: string, email: string): Promise<void> => {
    const message = await deps.passwordRules.problemOf(password, normalizeEmail(email));
    if (message !== undefined) throw badUserInput({ path, message });
  };

  return {
    async register(input, address) {
      if (!deps.registrationOpen) throw new GatewayError('FORBIDDEN', 'Registration is closed');
      await assertFit('password', input.password, input.email);
      await limits.takeOf(address);
      const user = await newUser(input, ['user'], address);
      if (isReserved(user.email) || !(await insertUser(store.db, user)))
        throw conflict('The e-mail is taken');
      await networks.note(user, address);
      await audit.record({ act: 'REGISTRATION', actor: { id: user.id, name: user.email }, address });
      return toPublicUser(user);
    },

    async changePassword(viewer, { currentPassword, newPassword }) {
      authorizePerson(viewer);
      const user = await findUser(store.db, viewer.userId);
      if (user?.email == null || user.passwordHash === null) throw invalidToken();
      await assertFit('newPassword', newPassword, user.email);
      const address = viewer.address ?? '';
      await limits.takePasswordOf(viewer.sessionId, address);
      const { matches } = await passwords.verify(user.passwordHash, currentPassword, address);
      const act = { act: 'PASSWORD_CHANGE', ...actorOf(viewer) } as const;
      if (!matches) {
        await audit.record({ ...act, outcome: 'BAD_USER_INPUT' });
        throw badUserInput({ path: 'currentPassword', message: 'is wrong' });
      }
      const to = await passwords.hash(newPassword, address);
      if (!(await replacePasswordHash(store.db, user.id, { from: user.passwordHash, to }))) {
        throw conflict('The password was changed at the same time');
      }
      await deletePasswordReset(store.db, user.id);
      await sessions.revokeAllOf(user.id, viewer.sessionId);
      await audit.record(act);
    },

    authenticate: createAuthenticate({ store, tokens, sessions, clock, outside: deps.outside }),
    me(viewer) {
      refuseWatchToken(viewer);
      return viewer;
    },
    findRevoked: sessions.findRevoked,
    jwks: tokens.jwks,

    async ensureAdmin() {
      if (!deps.admin) return undefined;
      const email = normalizeEmail(deps.admin.email);
      const find = () => findUserByEmail(store.db, email);
      if (!(await find())) {
        const problem = await deps.passwordRules.problemOf(deps.admin.password, email);
        if (problem !== undefined) throw new StartError(`ADMIN_PASSWORD ${problem}`);
        // Another replica may be faster.
        if (await insertUser(store.db, await newUser(deps.admin, ['user', 'admin'], ''))) return 'created';
      }
      const user = await find();
      // A user who registered the address before must not become administrator.
      if (!user?.roles.includes('admin')) {
        throw new StartError(
          `ADMIN_EMAIL belongs to a user who is no administrator, made at ${madeAt(user)}: erase that account with ` +
            '`quantgate users delete EMAIL`, make it an administrator with `quantgate users grant EMAIL admin` if it is ' +
            'yours, or name another address',
        );
      }
      return user.isDisabled ? 'disabled' : 'existing';
    },
  };
}

/** A user who signs in with an e-mail. */
export type PersonRow = User & { email: string };

function madeAt(user: User | undefined): string {
  return user ? new Date(user.createdAtMs).toISOString() : 'this moment';
}

/** A user without the password hash. */
export function toPublicUser({ id, email, roles, createdAtMs }: PersonRow): PublicUser {
  return {
    id,
    email,
    roles,
    createdAt: new Date(createdAtMs).toISOString(),
  };
}
