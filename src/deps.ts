import { join } from 'node:path';
import { argon2Hasher } from './auth/hasher.ts';
import type { Sessions } from './auth/sessions.ts';
import { createAuthDeps } from './auth-deps.ts';
import type { Config } from './config.ts';
import { withDevelopmentKeys } from './development-keys.ts';
import { createMemoryBus } from './events/bus.ts';
import { createJournal } from './events/journal.ts';
import { createEventLog, type EventLog } from './events/log.ts';
import { createMessageStore } from './events/messages.ts';
import { createWatchHealth } from './events/watch-health.ts';
import type { Clock } from './lib/clock.ts';
import type { Log } from './lib/log.ts';
import type { Random } from './lib/random.ts';
import { watchDeployments } from './poller/deployments.ts';
import { createHousekeeping, type Housekeeping } from './poller/housekeeping.ts';
import { createPoller, type Poller } from './poller/poller.ts';
import { createVisit } from './poller/visit.ts';
import { createAgents } from './services/agents.ts';
import { auditedHealth } from './services/audited-health.ts';
import { createConnections } from './services/connections.ts';
import { createConversations } from './services/conversations.ts';
import { createCredentials } from './services/credentials.ts';
import { createDeployments } from './services/deployments.ts';
import { createFeeds } from './services/feeds.ts';
import { createIdempotency } from './services/idempotency.ts';
import { keyedServiceAccounts } from './services/keyed-service-accounts.ts';
import { recorded } from './services/recorded.ts';
import type { Services } from './services/services.ts';
import { createTasks } from './services/tasks.ts';
import { createTracking } from './services/tracking.ts';
import { openStore, type Store } from './store/store.ts';
import { isAmbiguous } from './upstream/failure.ts';
import type { QuantConnect } from './upstream/quantconnect/quantconnect.ts';
import { createUpstreams } from './upstream-deps.ts';
import { checkKeys } from './vault/key-check.ts';
import { rewrapAll } from './vault/rewrap.ts';
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
  /** The only writer of events. */
  eventLog: EventLog;
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
  const auth = await createAuthDeps(config, { store, keys, hasher: argon2Hasher, clock, random, log });
  const { audit } = auth.services;
  const { moved, unreadable } = await rewrapAll(store.db, vault);
  if (moved > 0) {
    log.info({ moved, kid: vault.primaryKid }, 'secrets were moved under the first key');
    const subjects = { kid: vault.primaryKid, moved: String(moved) };
    await audit.record({ act: 'KEY_ROTATION', actor: null, subjects });
  }
  for (const { credentialId } of unreadable) log.error({ credentialId }, 'a stored secret cannot be opened');

  const bus = createMemoryBus();
  const upstreams = createUpstreams(config, vault, surroundings);
  const { quantConnect } = upstreams;

  const eventLog = createEventLog({ store, bus, clock });
  const recordersIn = (log: EventLog) => ({
    journal: createJournal({ log, bus, clock, pollIntervalMs: config.pollIntervalMs }),
    messages: createMessageStore({ store, log, bus, clock }),
  });
  const { journal, messages } = recordersIn(eventLog);
  const health = auditedHealth(createWatchHealth({ store, log: eventLog, bus, clock }), { store, audit });

  await auth.services.accounts.ensureAdmin();

  const clientOf = upstreams.agentsIn('interactive');
  const connecting = { store, health, clock, audit };
  const connections = createConnections({ ...connecting, provider: 'QUANTCONNECT', clientOf });
  const idempotency = createIdempotency({
    store,
    clock,
    isAmbiguous,
    clockOffsetMs: quantConnect.clockOffsetMs,
    settledAfterMs: 3 * config.upstream.timeoutMs,
  });
  const tasks = createTasks({ connections, idempotency });
  const tracking = createTracking({ connections, journal, store, clock });
  const following = { store, bus, clock, sweepMs: SWEEP_MS, tracking };

  const unrecorded: Services = {
    ...auth.services,
    serviceAccounts: keyedServiceAccounts(auth.services.serviceAccounts, { idempotency, vault }),
    credentials: createCredentials({
      store,
      idempotency,
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
    deployments: createDeployments({ connections, tracking, idempotency, journal, clock }),
    conversations: createConversations({ ...following, connections, journal, messages }),
    feeds: createFeeds({ ...following, tasks }),
  };
  const services = recorded(unrecorded, audit);

  const pace = { minMs: config.pollIntervalMs, maxMs: config.pollIntervalMaxMs };
  const visiting = { store, eventLog, health, clock, random, log, pace };
  const watchedDeployments = watchDeployments({
    store,
    clock,
    clientOf: upstreams.agentsIn('poll'),
    recordersUnder: (lease) => recordersIn(eventLog.under(lease)),
  });
  const visits = { DEPLOYMENTS: createVisit(visiting, watchedDeployments) };
  const poller = createPoller({ store, bus, clock, log, visits: visits as never, isAlone: true });
  const housekeeping = createHousekeeping({ store, clock, log, eventRetentionMs: config.eventRetentionMs });

  return {
    services,
    sessions: auth.sessions,
    poller,
    housekeeping,
    store,
    eventLog,
    quantConnect,
    async isReady() {
      await store.db.selectFrom('users').select('id').limit(1).execute();
      return true;
    },
    async close() {
      await upstreams.close();
      await store.close();
    },
  };
};
