import { argon2Hasher } from '../auth/hasher.ts';
import type { Sessions } from '../auth/sessions.ts';
import type { Config } from '../config.ts';
import { credentialStream, eventStream } from '../events/bus.ts';
import { createEventLog, type EventLog } from '../events/log.ts';
import { createQuietPolls } from '../events/writers/quiet-polls.ts';
import { createWatchHealth } from '../events/writers/watch-health.ts';
import type { Logger } from '../lib/logger.ts';
import type { Metrics } from '../lib/metrics/metrics.ts';
import type { Readiness, ReadinessParts } from '../lib/readiness.ts';
import type { Audit } from '../services/common/audit.ts';
import { auditHealth } from '../services/common/audit-decorators.ts';
import { createReadinessCheck } from '../services/operations/readiness.ts';
import type { Services } from '../services/services.ts';
import { releaseIntents } from '../store/coordination/intents.ts';
import type { Store } from '../store/store.ts';
import { createTracer } from '../telemetry/create-tracer.ts';
import type { MetricsServer } from '../telemetry/metrics-server.ts';
import type { Tracer } from '../telemetry/tracing.ts';
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
import { createWatchCounts } from '../worker/watch-counts.ts';
import type { WebhookDeliverer } from '../worker/webhooks/deliverer.ts';
import { createAuth } from './auth.ts';
import { LOCK_FILE, lockDataDir } from './data-dir-lock.ts';
import { withDevelopmentKeys } from './development-keys.ts';
import { withFileFailures } from './file-failures.ts';
import { openConfiguredStore } from './open-store.ts';
import { createProcessMetrics, type MeasuredRuntime, type Runtime } from './runtime.ts';
import { createServices } from './services.ts';
import { createShared } from './shared.ts';
import { createUpstreams } from './upstreams.ts';
import { createWebhookParts, createWorker } from './worker.ts';
import { createWriterFactory, createWriters } from './writers.ts';

/** Everything that is wired together, for `start.ts` and for tests. */
export interface Composition {
  services: Services;
  sessions: Sessions;
  poller: Poller;
  intentSweeper: IntentSweeper;
  webhookDeliverer: WebhookDeliverer;
  housekeeping: Housekeeping;
  drift: DriftRecorder;
  store: Store;
  /** The only writer of events. */
  eventLog: EventLog;
  quantConnect: QuantConnect;
  /** The instruments of this process. */
  metrics: Metrics;
  /** Publishes the metrics on `METRICS_PORT`. @returns their URL; undefined without the variable */
  serveMetrics(): Promise<string | undefined>;
  tracer: Tracer;
  /** Checks the store and Redis. @throws GatewayError `UNAVAILABLE` while the store is unreachable */
  checkReadiness(): Promise<Readiness>;
  /** How each part is, for administrators. */
  describeParts(): Promise<ReadinessParts>;
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

async function composeParts(config: Config, given: Runtime): Promise<Composition> {
  const { clock, random, logger } = given;
  const published = await createProcessMetrics(config, given.version);
  const { metrics } = published;
  const runtime: MeasuredRuntime = { ...given, metrics };
  const { dataDir } = config;
  const tracer = await createTracer(config.tracesUrl, runtime);
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
    metrics,
    shared,
    hintErased(ownerId) {
      bus.publish(credentialStream(ownerId), 0);
      bus.publish(eventStream(ownerId), 0);
    },
  });
  const { audit } = auth.services;
  await sealUnderPrimaryKey({ store, vault, audit, logger });
  // No other process uses this store, so the holders of all intents are dead.
  if (!store.isShared) await releaseIntents(store.db);
  const drift = createDriftRecorder({ store, clock, logger, metrics });
  const upstreams = createUpstreams(config, vault, runtime, {
    sharedBudget: shared.upstreamBudget,
    reportDriftOf: drift.reportFor,
    tracer,
  });
  const eventLog = createEventLog({ store, bus, clock, metrics, traceParent: tracer.traceParent });
  const seal = createTranscriptSeal(vault);
  const writers = createWriterFactory(config, runtime, { store, bus });
  const quietPolls = createQuietPolls({ store, clock });
  const health = auditHealth(createWatchHealth({ store, eventLog, quietPolls, bus }), { store, audit });

  const administrator = await auth.services.accounts.ensureAdmin();
  if (administrator === 'created') logger.info({}, 'administrator of ADMIN_EMAIL created');
  if (administrator === 'existing')
    logger.info({}, 'administrator of ADMIN_EMAIL was there already; the password is left as it is');
  if (administrator === 'disabled')
    logger.warn({}, 'administrator of ADMIN_EMAIL was there already, and is disabled; nothing is changed');

  const { webhooks, deliverer: webhookDeliverer } = createWebhookParts(config, runtime, {
    ...{ store, eventLog, vault, audit },
  });
  const { services, recoverIntent } = createServices(config, runtime, {
    webhooks,
    auth,
    store,
    vault,
    bus,
    health,
    upstreams,
    drift,
    writers: createWriters(writers, eventLog),
    eventLog,
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
    tracer,
  });
  const intentSweeper = createIntentSweeper({ store, clock, logger, recover: recoverIntent });
  const clockCheck = createClockCheck({ store, clock, logger });
  await clockCheck.start();
  const readiness = createReadinessCheck({
    ...{ store, shared, clockCheck, upstreams, clock },
    hasRedis: config.redisUrl !== undefined,
  });
  metrics.watches.read(createWatchCounts({ store, clock }));
  let metricsServer: MetricsServer | undefined;
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
    webhookDeliverer,
    housekeeping,
    drift,
    store,
    eventLog,
    quantConnect: upstreams.quantConnect,
    tracer,
    metrics,
    async serveMetrics() {
      metricsServer = await published.serve();
      return metricsServer?.url;
    },
    checkReadiness: readiness.check,
    describeParts: readiness.describe,
    endUpstreamCalls: upstreams.close,
    async close() {
      clockCheck.stop();
      await metricsServer?.close();
      drift.stop();
      await upstreams.close();
      await drift
        .flush()
        .catch((error: unknown) =>
          logger.warn({ err: error }, 'upstream drift not stored; its counts are lost'),
        );
      // The last spans are sent while the connections close.
      await Promise.all([tracer.close(), shared.close().then(() => store.close())]);
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
  for (const { webhookId } of secrets.unreadableWebhooks) {
    logger.error({ webhookId }, 'secret of a webhook cannot be opened with the configured keys');
  }
  for (const { deploymentId } of transcripts.unreadable) {
    logger.error({ deploymentId }, 'transcript cannot be opened with the configured keys');
  }
}
