import { join } from 'node:path';
import { argon2Hasher } from './auth/hasher.ts';
import { createLoginLimits } from './auth/login-limits.ts';
import { createPasswords } from './auth/passwords.ts';
import { createRefreshTokens } from './auth/refresh-tokens.ts';
import { createSessions, type Sessions } from './auth/sessions.ts';
import { createTokens } from './auth/tokens.ts';
import type { Config } from './config.ts';
import { withDevelopmentKeys } from './development-keys.ts';
import { createMemoryBus } from './events/bus.ts';
import { createJournal } from './events/journal.ts';
import { createEventLog } from './events/log.ts';
import { createMessageStore } from './events/messages.ts';
import { createWatchHealth } from './events/watch-health.ts';
import type { Clock } from './lib/clock.ts';
import type { Log } from './lib/log.ts';
import type { Random } from './lib/random.ts';
import { createHousekeeping, type Housekeeping } from './poller/housekeeping.ts';
import { createPoller, type Poller } from './poller/poller.ts';
import { createAccounts } from './services/accounts.ts';
import { createAgents } from './services/agents.ts';
import { createConnections } from './services/connections.ts';
import { createConversations } from './services/conversations.ts';
import { createCredentials } from './services/credentials.ts';
import { createDeployments } from './services/deployments.ts';
import { createFeeds } from './services/feeds.ts';
import { createIdempotency } from './services/idempotency.ts';
import type { Services } from './services/services.ts';
import { createTasks } from './services/tasks.ts';
import { createTracking } from './services/tracking.ts';
import type { CredentialRow } from './store/schema.ts';
import { openStore, type Store } from './store/store.ts';
import { isAmbiguous } from './upstream/failure.ts';
import type { ReadLane } from './upstream/quantconnect/client.ts';
import { createQuantConnect, type QuantConnect } from './upstream/quantconnect/quantconnect.ts';
import { checkKeys } from './vault/key-check.ts';
import { createVault } from './vault/vault.ts';

/** What a process runs on: time, chance and a place to write to. */
export interface Surroundings {
  clock: Clock;
  random: Random;
  log: Log;
}

/** Everything that is wired together, for `main.ts` and for tests. */
export interface Deps {
  services: Services;
  sessions: Sessions;
  poller: Poller;
  housekeeping: Housekeeping;
  store: Store;
  quantConnect: QuantConnect;
  /** Whether this process should be sent requests. */
  isReady(): Promise<boolean>;
  /** Closes what `createDeps` opened; the poller must have stopped. */
  close(): Promise<void>;
}

/** A lost hint is made up for within this time. */
const SWEEP_MS = 5_000;

/** The composition root: the only file that picks the concrete store, bus and clients. */
export const createDeps = async (config: Config, surroundings: Surroundings): Promise<Deps> => {
  const { clock, random, log } = surroundings;
  const keys = withDevelopmentKeys(config, random);
  const store = await openStore(join(config.dataDir, 'quantgate.db'));
  const vault = createVault({ keys: keys.encryptionKeys, random });
  await checkKeys(store.db, vault);

  const bus = createMemoryBus();
  const quantConnect = createQuantConnect({
    baseUrl: config.quantConnectBaseUrl,
    ...config.upstream,
    clock,
    random,
    log: (level, message, fields) => log[level](fields ?? {}, message),
  });
  const clientIn = (lane: ReadLane) => (credential: CredentialRow) => {
    const { id: credentialId, ownerId, account: userId, sealed } = credential;
    const apiToken = vault.open({ ownerId, credentialId, field: 'apiToken' }, sealed);
    return quantConnect.client({ credentialId, userId, apiToken }, lane);
  };

  const eventLog = createEventLog({ store, bus, clock });
  const journal = createJournal({ log: eventLog, bus, clock, pollIntervalMs: config.pollIntervalMs });
  const messages = createMessageStore({ store, bus, clock });
  const health = createWatchHealth({ store, log: eventLog, bus, clock });

  const sessions = createSessions({
    store,
    refreshTokens: createRefreshTokens({ keys: keys.encryptionKeys, random }),
    clock,
    random,
    ttlMs: config.refreshTokenTtlMs,
    graceMs: config.refreshGraceMs,
  });
  const accounts = createAccounts({
    store,
    passwords: await createPasswords({ hasher: argon2Hasher, random }),
    tokens: createTokens({
      keys: keys.signingKeys,
      issuer: config.issuer,
      audience: config.audience,
      ttlMs: config.accessTokenTtlMs,
      clock,
      random,
    }),
    sessions,
    limits: createLoginLimits({ rate: config.loginRate, clock }),
    clock,
    random,
    registrationOpen: config.registrationOpen,
    admin: config.admin,
  });
  await accounts.ensureAdmin();

  const clientOf = clientIn('interactive');
  const connections = createConnections({ store, health, clientOf });
  const idempotency = createIdempotency({
    store,
    clock,
    isAmbiguous,
    clockOffsetMs: quantConnect.clockOffsetMs,
    settledAfterMs: 2 * config.upstream.timeoutMs,
  });
  const tasks = createTasks({ connections, idempotency });
  const tracking = createTracking({ connections, journal, store, clock });
  const following = { store, bus, clock, sweepMs: SWEEP_MS, tracking };

  const services: Services = {
    accounts,
    credentials: createCredentials({
      store,
      vault,
      health,
      bus,
      clock,
      random,
      quantConnect: (credential) => quantConnect.client(credential, 'interactive'),
      clientOf,
    }),
    agents: createAgents({ connections, idempotency }),
    tasks,
    deployments: createDeployments({ connections, tracking, idempotency, journal, store, clock }),
    conversations: createConversations({ ...following, connections, journal, messages }),
    feeds: createFeeds({ ...following, tasks }),
  };

  const poller = createPoller({
    store,
    journal,
    messages,
    health,
    bus,
    clientOf: clientIn('poll'),
    clock,
    random,
    log,
    pace: { minMs: config.pollIntervalMs, maxMs: config.pollIntervalMaxMs },
  });
  const housekeeping = createHousekeeping({ store, clock, log, eventRetentionMs: config.eventRetentionMs });

  return {
    services,
    sessions,
    poller,
    housekeeping,
    store,
    quantConnect,
    async isReady() {
      await store.db.selectFrom('users').select('id').limit(1).execute();
      return true;
    },
    async close() {
      await quantConnect.close();
      await store.close();
    },
  };
};
