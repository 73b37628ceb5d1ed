import { argon2Hasher } from '../auth/hasher.ts';
import type { Sessions } from '../auth/sessions.ts';
import type { Config } from '../config.ts';
import { createEventLog, type EventLog } from '../events/log.ts';
import { createWatchHealth } from '../events/writers/watch-health.ts';
import type { Logger } from '../lib/logger.ts';
import type { Readiness } from '../lib/readiness.ts';
import type { Audit } from '../services/common/audit.ts';
import { auditHealth } from '../services/common/audit-decorators.ts';
import type { Services } from '../services/services.ts';
import { releaseIntents } from '../store/coordination/intents.ts';
import type { Store } from '../store/store.ts';
import type { QuantConnect } from '../upstream/quantconnect/quantconnect.ts';
import { checkKeys } from '../vault/key-check.ts';
import { rewrapAll, rewrapTranscripts } from '../vault/rewrap.ts';
import { createTranscriptSeal } from '../vault/transcript-seal.ts';
import { createVault, type Vault } from '../vault/vault.ts';
import { createClockCheck } from '../worker/clock-check.ts';
import { createDriftRecorder, type DriftRecorder } from '../worker/drift-recorder.ts';
import { createHousekeeping, type Housekeeping } from '../worker/housekeeping.ts';
import { createIntentSweeper, type IntentSweeper } from '../worker/intent-sweeper.ts';
import type { Poller } from '../worker/poller.ts';
import { createAuth } from './auth.ts';
import { LOCK_FILE, lockDataDir } from './data-dir-lock.ts';
import { withDevelopmentKeys } from './development-keys.ts';
import { withFileFailures } from './file-failures.ts';
import { openConfiguredStore } from './open-store.ts';
import type { Runtime } from './runtime.ts';
import { createServices } from './services.ts';
import { createShared } from './shared.ts';
import { createUpstreams } from './upstreams.ts';
import { createWorker } from './worker.ts';
import { createWriterFactory, createWriters } from './writers.ts';

/** Everything that is wired together, for `start.ts` and for tests. */
export interface Composition {
  services: Services;
  sessions: Sessions;
  poller: Poller;
  intentSweeper: IntentSweeper;
  housekeeping: Housekeeping;
  drift: DriftRecorder;
  store: Store;
  /** The only writer of events. */
  eventLog: EventLog;
  quantConnect: QuantConnect;
  /** Checks the store and Redis. @throws GatewayError `UNAVAILABLE` while the store is unreachable */
  checkReadiness(): Promise<Readiness>;
  /** Ends the upstream calls under way. What waits for one ends with `OUTCOME_UNKNOWN` or `UNAVAILABLE`. */
  endUpstreamCalls(): Promise<void>;
  /** Closes what `compose` opened; the poller must have stopped. */
  close(): Promise<void>;
}

/**
 * The composition root: opens the store, connects to Redis and makes every part from its dependencies.
 * @throws StartError when something outside the program is wrong, such as the database or the data folder
 */
export async function compose(config: Config, runtime: Runtime): Promise<Composition> {
  // PostgreSQL can be shared, the embedded store cannot.
  if (config.databaseUrl !== undefined) return composeParts(config, runtime);
  const { dataDir } = config;
  const lock = await withFileFailures({ dataDir, file: LOCK_FILE }, () => lockDataDir(dataDir, runtime));
  try {
    const parts = await composeParts(config, runtime);
    return { ...parts, close: () => parts.close().finally(lock.release) };
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function composeParts(config: Config, runtime: Runtime): Promise<Composition> {
  const { clock, random, logger } = runtime;
  const { dataDir } = config;
  const keys = await withFileFailures({ dataDir, file: '' }, () => withDevelopmentKeys(config, random));
  const store = await openConfiguredStore(config, runtime);
  const vault = createVault({ keys: keys.encryptionKeys, random });
  await store.transaction('keys', (tx) => checkKeys(tx, vault));
  const shared = await createShared(config, { keys, clock, random, logger });
  const { bus } = shared;
  const auth = await createAuth(config, {
    store,
    keys,
    hasher: argon2Hasher,
    clock,
    random,
    logger,
    shared,
  });
  const { audit } = auth.services;
  await sealUnderPrimaryKey({ store, vault, audit, logger });
  // No other process uses this store, so the holders of all intents are dead.
  if (!store.isShared) await releaseIntents(store.db);
  const drift = createDriftRecorder({ store, clock, logger });
  const upstreams = createUpstreams(config, vault, runtime, {
    sharedBudget: shared.upstreamBudget,
    reportDriftOf: drift.reportFor,
  });
  const eventLog = createEventLog({ store, bus, clock });
  const seal = createTranscriptSeal(vault);
  const writers = createWriterFactory(config, runtime, { store, bus });
  const health = auditHealth(createWatchHealth({ store, eventLog, bus }), { store, audit });

  const administrator = await auth.services.accounts.ensureAdmin();
  if (administrator === 'created') logger.info({}, 'administrator of ADMIN_EMAIL created');
  if (administrator === 'existing')
    logger.info({}, 'administrator of ADMIN_EMAIL was there already; the password is left as it is');

  const { services, recoverIntent } = createServices(config, runtime, {
    auth,
    store,
    vault,
    bus,
    health,
    upstreams,
    drift,
    writers: createWriters(writers, eventLog),
    seal,
    createWindow: shared.loginWindows,
  });
  const { deployments } = services;
  const poller = createWorker(config, runtime, {
    store,
    bus,
    eventLog,
    writers,
    health,
    upstreams,
    deployments,
    seal,
  });
  const intentSweeper = createIntentSweeper({ store, clock, logger, recover: recoverIntent });
  const clockCheck = createClockCheck({ store, clock, logger });
  await clockCheck.start();
  const housekeeping = createHousekeeping({
    store,
    clock,
    logger,
    eventRetentionMs: config.eventRetentionMs,
    transcriptRetentionMs: config.transcriptRetentionMs,
    refreshTokenTtlMs: config.refreshTokenTtlMs,
    sealMoreTranscripts: (limit) => rewrapTranscripts(store.db, vault, limit),
  });

  return {
    services,
    sessions: auth.sessions,
    poller,
    intentSweeper,
    housekeeping,
    drift,
    store,
    eventLog,
    quantConnect: upstreams.quantConnect,
    async checkReadiness() {
      const [warnings] = await Promise.all([shared.warnings(), store.ping()]);
      const clocks = clockCheck.readiness();
      return { isReady: clocks.isReady, warnings: [...clocks.warnings, ...warnings] };
    },
    endUpstreamCalls: upstreams.close,
    async close() {
      clockCheck.stop();
      drift.stop();
      await upstreams.close();
      await drift
        .flush()
        .catch((error: unknown) =>
          logger.warn({ err: error }, 'upstream drift not stored; its counts are lost'),
        );
      await shared.close();
      await store.close();
    },
  };
}

/** Transcripts that are sealed again before the start; the rest follow while the gateway serves. */
const TRANSCRIPTS_AT_START = 1_000;

/** Seals every stored secret again that is not sealed under the primary key, and records it. */
async function sealUnderPrimaryKey({
  store,
  vault,
  audit,
  logger,
}: {
  store: Store;
  vault: Vault;
  audit: Audit;
  logger: Logger;
}): Promise<void> {
  const secrets = await rewrapAll(store.db, vault);
  const transcripts = await rewrapTranscripts(store.db, vault, TRANSCRIPTS_AT_START);
  const moved = secrets.moved + transcripts.moved;
  if (moved > 0) {
    logger.info({ moved, kid: vault.primaryKid }, 'stored secrets were sealed again under the primary key');
    const subjects = { kid: vault.primaryKid, moved: String(moved) };
    await audit.record({ act: 'KEY_ROTATION', actor: null, subjects });
  }
  for (const { credentialId } of secrets.unreadable) {
    logger.error({ credentialId }, 'stored secret cannot be opened with the configured keys');
  }
  for (const { deploymentId } of transcripts.unreadable) {
    logger.error({ deploymentId }, 'transcript cannot be opened with the configured keys');
  }
}
