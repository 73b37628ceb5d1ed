import type { Hasher } from '../auth/hasher.ts';
import { createLoginLimits } from '../auth/login-limits.ts';
import { createPasswordRules } from '../auth/password-rules.ts';
import { createPasswords } from '../auth/passwords.ts';
import { createRecentNetworks } from '../auth/recent-networks.ts';
import { createRefreshTokens } from '../auth/refresh-tokens.ts';
import { createSessions, type Sessions } from '../auth/sessions.ts';
import { createTokens } from '../auth/tokens.ts';
import type { Config } from '../config.ts';
import type { Clock } from '../lib/clock.ts';
import type { SigningKey, WrappingKey } from '../lib/keys.ts';
import type { Logger } from '../lib/logger.ts';
import type { Random } from '../lib/random.ts';
import { createSortableIds } from '../lib/sortable-ids.ts';
import { createAudit } from '../services/common/audit.ts';
import { createAccounts } from '../services/identity/accounts.ts';
import { createClientCredentials } from '../services/identity/client-credentials.ts';
import { createOwnSessions } from '../services/identity/own-sessions.ts';
import { createServiceAccounts, type ServiceAccounts } from '../services/identity/service-accounts.ts';
import { createSignIns } from '../services/identity/sign-ins.ts';
import type { Services } from '../services/services.ts';
import { findRevokedAmong } from '../store/identity/sessions.ts';
import { findUserByEmail } from '../store/identity/users.ts';
import type { Store } from '../store/store.ts';
import { createUnshared, type Shared } from './shared.ts';

/** The services of identity. `serviceAccounts` are those without idempotency keys. */
export type AuthServices = Pick<
  Services,
  'accounts' | 'signIns' | 'ownSessions' | 'clientCredentials' | 'audit'
> & { serviceAccounts: ServiceAccounts };

export interface AuthParts {
  store: Store;
  keys: { encryptionKeys: readonly WrappingKey[]; signingKeys: readonly SigningKey[] };
  hasher: Hasher;
  clock: Clock;
  random: Random;
  logger: Logger;
  /** What is shared with other replicas. @default a process of its own */
  shared?: Pick<Shared, 'loginWindows' | 'revocations'>;
}

/** Wires identity: the part of the composition root that needs no upstream. */
export async function createAuth(
  config: Config,
  { store, keys, hasher, clock, random, logger, shared = createUnshared(clock) }: AuthParts,
): Promise<{ services: AuthServices; sessions: Sessions }> {
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
      const onBehalfOf = user ? { id: user.id, name: user.email } : null;
      const subjects = { window: kind };
      const outcome = 'RATE_LIMITED';
      await audit.record({ act: 'SIGN_IN_LIMIT', actor: null, onBehalfOf, outcome, subjects, address });
    },
  });
  const networks = createRecentNetworks({ store, clock });
  const parts = { store, passwords, tokens, sessions, limits, networks, audit, clock, random };
  const { registrationOpen, admin } = config;
  return {
    sessions,
    services: {
      accounts: createAccounts({ ...parts, passwordRules: createPasswordRules(), registrationOpen, admin }),
      signIns: createSignIns(parts),
      ownSessions: createOwnSessions(parts),
      serviceAccounts: createServiceAccounts({ ...parts, revocations }),
      clientCredentials: createClientCredentials(parts),
      audit,
    },
  };
}
