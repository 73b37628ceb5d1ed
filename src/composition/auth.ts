import type { Hasher } from '../auth/hasher.ts';
import { createLoginLimits } from '../auth/login-limits.ts';
import { createOutsideTokens } from '../auth/outside-tokens.ts';
import { createPasswordRules } from '../auth/password-rules.ts';
import { createPasswords } from '../auth/passwords.ts';
import { createRecentNetworks } from '../auth/recent-networks.ts';
import { createRefreshTokens } from '../auth/refresh-tokens.ts';
import { createSessions, type Sessions } from '../auth/sessions.ts';
import { createTokens, type Tokens } from '../auth/tokens.ts';
import type { Config } from '../config.ts';
import type { Clock } from '../lib/clock.ts';
import type { SigningKey, WrappingKey } from '../lib/keys.ts';
import type { Logger } from '../lib/logger.ts';
import { type Metrics, noMetrics } from '../lib/metrics/metrics.ts';
import type { Random } from '../lib/random.ts';
import { createSortableIds } from '../lib/sortable-ids.ts';
import { createAudit } from '../services/common/audit.ts';
import { createAccounts } from '../services/identity/accounts.ts';
import { createClientCredentials } from '../services/identity/client-credentials.ts';
import { createCookieSessions } from '../services/identity/cookie-sessions.ts';
import { countSignIns } from '../services/identity/counted-sign-ins.ts';
import { createOutsideUsers } from '../services/identity/outside-users.ts';
import { createOwnSessions } from '../services/identity/own-sessions.ts';
import { createServiceAccounts, type ServiceAccounts } from '../services/identity/service-accounts.ts';
import { createSignIns } from '../services/identity/sign-ins.ts';
import type { Services } from '../services/services.ts';
import { createErasure } from '../services/users/erasure.ts';
import { createPasswordResets } from '../services/users/password-resets.ts';
import { createUsers, type Users } from '../services/users/users.ts';
import { findRevokedAmong } from '../store/identity/sessions.ts';
import { findUserByEmail, nameOf } from '../store/identity/users.ts';
import type { Store } from '../store/store.ts';
import { createUnshared, type Shared } from './shared.ts';

/** The services of identity. `serviceAccounts` and `users` are those without idempotency keys. */
export type AuthServices = Pick<
  Services,
  | 'accounts'
  | 'signIns'
  | 'cookieSessions'
  | 'ownSessions'
  | 'clientCredentials'
  | 'passwordResets'
  | 'erasure'
  | 'audit'
> & { serviceAccounts: ServiceAccounts; users: Users };

export interface AuthParts {
  store: Store;
  keys: { encryptionKeys: readonly WrappingKey[]; signingKeys: readonly SigningKey[] };
  hasher: Hasher;
  clock: Clock;
  random: Random;
  logger: Logger;
  /** Called with the id of each account that was erased. @default nothing is done */
  hintErased?: (ownerId: string) => void;
  /** @default nothing is counted */
  metrics?: Metrics;
  /** What is shared with other replicas. @default a process of its own */
  shared?: Pick<Shared, 'loginWindows' | 'revocations'>;
}

/** Wires identity: the part of the composition root that needs no upstream. */
export async function createAuth(
  config: Config,
  {
    store,
    keys,
    hasher,
    clock,
    random,
    logger,
    metrics = noMetrics,
    shared = createUnshared(clock),
    hintErased = () => undefined,
  }: AuthParts,
): Promise<{ services: AuthServices; sessions: Sessions; tokens: Tokens }> {
  const revocations = shared.revocations((ids) => findRevokedAmong(store.db, ids, clock.now()));
  const audit = createAudit({ store, ids: createSortableIds({ clock, random }), clock, logger });
  const sessions = createSessions({
    store,
    refreshTokens: createRefreshTokens({ keys: keys.encryptionKeys, random }),
    revocations,
    clock,
    random,
    ttlMs: config.refreshTokenTtlMs,
    maxMs: config.sessionTtlMaxMs,
    maxPerUser: config.maxSessionsPerUser,
    graceMs: config.refreshGraceMs,
  });
  const tokens = createTokens({
    keys: keys.signingKeys,
    issuer: config.issuer,
    audience: config.audience,
    ttlMs: config.accessTokenTtlMs,
    clock,
    random,
  });
  const passwords = await createPasswords({ hasher, random, clock });
  const limits = createLoginLimits({
    rate: config.loginRate,
    createWindow: shared.loginWindows,
    steadyMs: clock.steadyMs,
    async onClosed({ kind, account, address }) {
      const user = account === undefined ? undefined : await findUserByEmail(store.db, account);
      const onBehalfOf = user ? { id: user.id, name: nameOf(user) } : null;
      const subjects = { window: kind };
      const outcome = 'RATE_LIMITED';
      await audit.record({ act: 'SIGN_IN_LIMIT', actor: null, onBehalfOf, outcome, subjects, address });
    },
  });
  const networks = createRecentNetworks({ store, clock });
  const passwordRules = createPasswordRules();
  const parts = {
    ...{ store, passwords, passwordRules, tokens, sessions, revocations },
    ...{ limits, networks, audit, clock, random },
  };
  const { registrationOpen, admin, trustedIssuers, refreshTokenTtlMs: sessionTtlMs } = config;
  // Our own tokens are checked by our own keys, also if the variable names us.
  const issuers = trustedIssuers.filter((issuer) => issuer !== config.issuer);
  const outsideTokens =
    issuers.length > 0 ? createOutsideTokens({ issuers, audience: config.audience, clock }) : undefined;
  const outside = outsideTokens && {
    claimsToBe: outsideTokens.claimsToBe,
    authenticate: createOutsideUsers({ ...parts, outsideTokens }),
  };
  const accounts = createAccounts({ ...parts, registrationOpen, admin, outside });
  const signIns = countSignIns(createSignIns(parts), metrics);
  const { authenticate } = accounts;
  return {
    sessions,
    tokens,
    services: {
      accounts,
      signIns,
      cookieSessions: createCookieSessions({ authenticate, signIns, sessionTtlMs }),
      ownSessions: createOwnSessions(parts),
      serviceAccounts: createServiceAccounts(parts),
      clientCredentials: createClientCredentials(parts),
      users: createUsers(parts),
      passwordResets: createPasswordResets(parts),
      erasure: createErasure({ ...parts, hintErased }),
      audit,
    },
  };
}
