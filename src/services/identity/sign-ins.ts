import type { LoginLimits } from '../../auth/login-limits.ts';
import type { PasswordCheck, Passwords } from '../../auth/passwords.ts';
import type { RecentNetworks } from '../../auth/recent-networks.ts';
import type { Sessions, StartedSession } from '../../auth/sessions.ts';
import type { Tokens } from '../../auth/tokens.ts';
import { GatewayError, invalidRefreshToken } from '../../errors.ts';
import {
  findPrincipal,
  findUser,
  findUserByEmail,
  replacePasswordHash,
  type User,
} from '../../store/identity/users.ts';
import type { Store } from '../../store/store.ts';
import type { Viewer } from '../../viewer.ts';
import { type Audit, actorOf } from '../common/audit.ts';
import { authorizePerson } from '../common/authorize.ts';
import {
  type EmailAndPassword,
  normalizeEmail,
  type PersonRow,
  type PublicUser,
  toPublicUser,
} from './accounts.ts';

/** The tokens of a session (RFC 6749, section 5.1). */
export interface TokenPair {
  accessToken: string;
  tokenType: 'Bearer';
  /** Seconds. */
  expiresIn: number;
  refreshToken: string;
}

/** The user who signed in, and the tokens of the session. */
export interface SignIn {
  user: PublicUser;
  tokens: TokenPair;
}

/** Where a request came from. */
export interface Origin {
  address: string;
  userAgent?: string | undefined;
}

/** Signing in and out. */
export interface SignIns {
  /**
   * @throws GatewayError `UNAUTHENTICATED`, the same for an unknown e-mail and a wrong password; `FORBIDDEN` for the right
   * password of a disabled user; `RATE_LIMITED`
   */
  login(input: EmailAndPassword, origin: Origin): Promise<SignIn>;
  /** @throws GatewayError `UNAUTHENTICATED`, `RATE_LIMITED`. Reuse of an old token also ends its session */
  refresh(refreshToken: string, origin: Origin): Promise<SignIn>;
  /** Ends the caller's session at once. */
  logout(viewer: Viewer): Promise<void>;
  /** Ends the session of a current refresh token, for browsers whose access token has expired. @throws GatewayError `UNAUTHENTICATED` */
  logoutByToken(refreshToken: string, origin: Origin): Promise<void>;
}

export interface SignInsDeps {
  store: Store;
  passwords: Passwords;
  tokens: Tokens;
  sessions: Sessions;
  limits: LoginLimits;
  networks: RecentNetworks;
  audit: Audit;
}

export function createSignIns(deps: SignInsDeps): SignIns {
  const { store, passwords, tokens, sessions, limits, networks, audit } = deps;

  const grant = (user: PersonRow, session: StartedSession): SignIn => {
    const { token: accessToken, expiresInSeconds: expiresIn } = tokens.issue(session);
    const { refreshToken } = session;
    return {
      user: toPublicUser(user),
      tokens: { accessToken, tokenType: 'Bearer', expiresIn, refreshToken },
    };
  };

  /** The user as they are now; undefined when the password was changed after `user` was read. */
  const readAgain = async (user: User, { rehashed }: PasswordCheck): Promise<User | undefined> => {
    const current = await findUser(store.db, user.id);
    const isSame = current?.passwordHash === user.passwordHash || current?.passwordHash === rehashed;
    return isSame ? current : undefined;
  };

  return {
    async login(input, { address, userAgent }) {
      const email = normalizeEmail(input.email);
      // Taken before the line of those that wait to be hashed, which must not be filled by tries beyond the limit.
      await limits.takeTry(email, address, () => networks.isKnown(email, address));
      const user = await findUserByEmail(store.db, email);
      const check = await passwords
        .verify(user?.passwordHash ?? undefined, input.password, address)
        .catch(async (error: unknown) => {
          await limits.notTried(email, address);
          throw error;
        });
      // The e-mail of an unknown account is not recorded: a user may have typed a password there.
      const actor = user ? { id: user.id, name: email } : null;
      if (!user || user.passwordHash === null || !check.matches) {
        await audit.record({ act: 'SIGN_IN', actor, address, outcome: 'UNAUTHENTICATED' });
        throw wrongPassword();
      }
      await limits.succeeded(email, address);
      if (user.isDisabled) {
        await audit.record({ act: 'SIGN_IN', actor, address, outcome: 'FORBIDDEN' });
        throw disabled();
      }
      if (check.rehashed) {
        await replacePasswordHash(store.db, user.id, { from: user.passwordHash, to: check.rehashed });
      }
      await networks.note({ id: user.id, email }, address);
      const session = await sessions.start(user.id, userAgent);
      const current = await readAgain(user, check);
      if (current === undefined || current.isDisabled) {
        // That happened during this sign-in, and a change of the password ends all sessions but its own.
        await sessions.revoke(session.sessionId);
        throw current ? disabled() : wrongPassword();
      }
      await audit.record({ act: 'SIGN_IN', actor, address, subjects: { sessionId: session.sessionId } });
      for (const sessionId of session.endedSessionIds) {
        await audit.record({ act: 'SESSION_END', actor, address, subjects: { sessionId } });
      }
      return grant({ ...current, email }, session);
    },

    async refresh(refreshToken, { address }) {
      const known = await sessions.idOf(refreshToken);
      if (known !== undefined) await limits.takeRefreshOf(known, address);
      const session = await sessions.refresh(refreshToken, async ({ userId, sessionId }) => {
        // The actor is unknown: an attacker may have used the token.
        const onBehalfOf = (await findPrincipal(store.db, userId)) ?? null;
        await audit.record({
          act: 'REFRESH_REUSE',
          actor: null,
          onBehalfOf,
          subjects: { sessionId },
          address,
        });
      });
      const user = await findUser(store.db, session.userId);
      if (user?.email == null || user.isDisabled) throw invalidRefreshToken();
      const { email } = user;
      await networks.note({ id: user.id, email }, address);
      return grant({ ...user, email }, session);
    },

    async logout(viewer) {
      authorizePerson(viewer);
      if (!(await sessions.revoke(viewer.sessionId))) return;
      const subjects = { sessionId: viewer.sessionId };
      await audit.record({ act: 'SESSION_END', ...actorOf(viewer), subjects });
    },

    async logoutByToken(refreshToken, { address }) {
      const session = await sessions.findByToken(refreshToken);
      if (session === undefined || !(await sessions.revoke(session.sessionId))) throw invalidRefreshToken();
      const actor = (await findPrincipal(store.db, session.userId)) ?? null;
      await audit.record({ act: 'SESSION_END', actor, subjects: { sessionId: session.sessionId }, address });
    },
  };
}

/** The same for an unknown e-mail and a wrong password. */
function wrongPassword(): GatewayError {
  return new GatewayError('UNAUTHENTICATED', 'E-mail or password is wrong');
}

/** Said to the right password only, so that no stranger learns that the account exists. */
function disabled(): GatewayError {
  return new GatewayError('FORBIDDEN', 'The account is disabled; ask an administrator');
}
