import type { LoginLimits } from '../auth/login-limits.ts';
import type { Passwords } from '../auth/passwords.ts';
import type { Sessions, StartedSession } from '../auth/sessions.ts';
import type { JwkSet, Tokens } from '../auth/tokens.ts';
import { conflict, GatewayError, unauthenticated } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import type { Random } from '../lib/random.ts';
import type { Store } from '../store/store.ts';
import { findUserByEmail, insertUser, type User, updatePasswordHash } from '../store/users.ts';
import type { Role, Viewer } from '../viewer.ts';

/** What a person proves themselves with. */
export interface EmailAndPassword {
  email: string;
  password: string;
}

/** A user as clients see one. */
export interface PublicUser {
  id: string;
  email: string;
  roles: Role[];
  /** RFC 3339. */
  createdAt: string;
}

/** What a sign-in hands out (RFC 6749, 5.1). */
export interface TokenPair {
  accessToken: string;
  tokenType: 'Bearer';
  /** Seconds. */
  expiresIn: number;
  refreshToken: string;
}

/** Who may use the gateway, and proving it. */
export interface Accounts {
  /**
   * @param address where the request came from, for the limits
   * @throws GatewayError `FORBIDDEN` when registration is closed, `CONFLICT`, `RATE_LIMITED`
   */
  register(input: EmailAndPassword, address: string): Promise<PublicUser>;
  /** @throws GatewayError `UNAUTHENTICATED`, alike for an unknown account and a wrong password; `RATE_LIMITED` */
  login(input: EmailAndPassword, address: string): Promise<TokenPair>;
  /** @throws GatewayError `UNAUTHENTICATED`; a token used twice has then ended its session */
  refresh(refreshToken: string): Promise<TokenPair>;
  /** Ends the caller's session at once. */
  logout(viewer: Viewer): Promise<void>;
  /** Who an access token stands for, while its session lives. @throws GatewayError `UNAUTHENTICATED` */
  authenticate(accessToken: string): Promise<Viewer>;
  /** The public keys that verify access tokens. */
  jwks(): JwkSet;
  /** Makes the configured first administrator. @throws Error when somebody else has that e-mail */
  ensureAdmin(): Promise<void>;
}

/** What accounts are made of. */
export interface AccountsDeps {
  store: Store;
  passwords: Passwords;
  tokens: Tokens;
  sessions: Sessions;
  limits: LoginLimits;
  clock: Clock;
  random: Random;
  registrationOpen: boolean;
  /** The first administrator, from the environment. */
  admin?: EmailAndPassword | undefined;
}

/** One spelling for one mailbox: trimmed, NFC, lower case. */
export const normaliseEmail = (email: string): string => email.trim().normalize('NFC').toLowerCase();

/** Makes the accounts service. */
export const createAccounts = (deps: AccountsDeps): Accounts => {
  const { store, passwords, tokens, sessions, limits, clock, random } = deps;

  const newUser = async (input: EmailAndPassword, roles: Role[]): Promise<User> => ({
    id: random.uuid(),
    email: normaliseEmail(input.email),
    passwordHash: await passwords.hash(input.password),
    roles,
    createdAtMs: clock.now(),
  });

  const grant = (session: StartedSession): TokenPair => {
    const { token, expiresInSeconds } = tokens.issue(session);
    return {
      accessToken: token,
      tokenType: 'Bearer',
      expiresIn: expiresInSeconds,
      refreshToken: session.refreshToken,
    };
  };

  return {
    async register(input, address) {
      if (!deps.registrationOpen) throw new GatewayError('FORBIDDEN', 'Registration is closed');
      await limits.takeRegistration(address);
      const user = await newUser(input, ['user']);
      if (!(await insertUser(store.db, user))) throw conflict('The e-mail is taken');
      return toPublicUser(user);
    },

    async login(input, address) {
      const email = normaliseEmail(input.email);
      await limits.check(email, address);
      const user = await findUserByEmail(store.db, email);
      // Taken once the hash's turn has come: however many tries wait in line, no more than the limit are judged.
      const verdict = await passwords.verify(user?.passwordHash, input.password, () =>
        limits.takeTry(email, address),
      );
      if (!user || !verdict.matches) throw new GatewayError('UNAUTHENTICATED', 'E-mail or password is wrong');
      await limits.succeeded(email, address);
      if (verdict.rehashed) await updatePasswordHash(store.db, user.id, verdict.rehashed);
      return grant(await sessions.start(user.id));
    },

    refresh: async (refreshToken) => grant(await sessions.refresh(refreshToken)),

    logout: (viewer) => sessions.revoke(viewer.sessionId),

    async authenticate(accessToken) {
      const { userId, sessionId, expiresAtMs } = tokens.verify(accessToken);
      const session = await sessions.findLive(sessionId);
      if (session?.userId !== userId) throw unauthenticated();
      return { userId, email: session.email, roles: session.roles, sessionId, expiresAtMs };
    },

    jwks: tokens.jwks,

    async ensureAdmin() {
      if (!deps.admin) return;
      const email = normaliseEmail(deps.admin.email);
      const find = () => findUserByEmail(store.db, email);
      if (!(await find()) && (await insertUser(store.db, await newUser(deps.admin, ['user', 'admin']))))
        return;
      // Whoever registered that address first must not become administrator by it.
      if (!(await find())?.roles.includes('admin')) {
        throw new Error('ADMIN_EMAIL belongs to a user who is no administrator; name another address');
      }
    },
  };
};

const toPublicUser = ({ id, email, roles, createdAtMs }: User): PublicUser => ({
  id,
  email,
  roles,
  createdAt: new Date(createdAtMs).toISOString(),
});
