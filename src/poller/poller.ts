import { toGatewayError } from '../errors.ts';
import { type Bus, WATCH_STREAM } from '../events/bus.ts';
import type { Journal } from '../events/journal.ts';
import type { MessageStore } from '../events/messages.ts';
import type { WatchHealth } from '../events/watch-health.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Random } from '../lib/random.ts';
import { findCredential } from '../store/credentials.ts';
import { watchedDeployments } from '../store/deployments.ts';
import type { CredentialRow, DeploymentRow, WatchRow } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { claimWatch, deleteWatch, dueWatches, nextDueAt, resumeWatches } from '../store/watches.ts';
import type { QuantConnectClient } from '../upstream/quantconnect/client.ts';
import { trippingAt } from './guards.ts';
import { createLook } from './look.ts';
import { afterFailure, afterLook, type PaceLimits } from './pace.ts';
import { createPlace } from './place.ts';
import { createTalk } from './talk.ts';

export interface PollerDeps {
  store: Store;
  journal: Journal;
  messages: MessageStore;
  health: WatchHealth;
  bus: Bus;
  /** Opens a stored credential for background reads. */
  clientOf(credential: CredentialRow): QuantConnectClient;
  clock: Clock;
  random: Random;
  log: Log;
  pace: PaceLimits;
}

/** Looks upstream on behalf of everyone who waits. */
export interface Poller {
  /** Takes up what a predecessor left and goes on until stopped. */
  start(): Promise<void>;
  /** Looks at everything that is due, once; resolves when those looks are done. */
  tick(): Promise<void>;
  /** Starts no further look and waits for those under way. */
  stop(): Promise<void>;
}

/** Looks under way at a time. */
const CONCURRENCY = 16;

/** A claim that its holder never settles ends after so long. */
const CLAIM_MS = 60_000;

/** Longest sleep: a hint that got lost costs at most this. */
const MAX_SLEEP_MS = 1_000;

export const createPoller = (deps: PollerDeps): Poller => {
  const { store, health, clock, random, log, pace } = deps;
  const talk = createTalk(deps);
  const look = createLook({ ...deps, talk });
  const place = createPlace(deps);
  const underWay = new Set<Promise<void>>();
  let isRunning = false;
  let timer: Timer | undefined;
  let unsubscribe = (): void => undefined;

  /** One look at a claimed watch, and the plan for the next. */
  const visit = async (watch: WatchRow): Promise<void> => {
    const rows = await rowsOrEnd(watch);
    const credential = await findCredential(store.db, watch.ownerId, watch.credentialId);
    if (credential === undefined || rows.length === 0) return;
    try {
      const client = deps.clientOf(credential);
      if (watch.organizationId === '') {
        await place(watch, client);
        return await health.succeeded(watch, { nextLookAt: clock.now(), pauseMs: pace.minMs });
      }
      const { isLively } = await look(watch, client);
      const plan = afterLook(clock.now(), watch.pauseMs, isLively, random.fraction(), pace);
      const deadlines = rows.map(trippingAt).filter((at) => at !== undefined && at > clock.now()) as number[];
      await health.succeeded(watch, { ...plan, nextLookAt: Math.min(plan.nextLookAt, ...deadlines) });
    } catch (error) {
      await fail(watch, credential, error);
    }
  };

  /** What the watch covers; the watch is gone once that is nothing. */
  const rowsOrEnd = (watch: WatchRow): Promise<DeploymentRow[]> =>
    store.transaction(async (tx) => {
      const rows = await watchedDeployments(tx, watch);
      if (rows.length === 0) await deleteWatch(tx, watch);
      return rows;
    });

  const fail = async (watch: WatchRow, credential: CredentialRow, thrown: unknown): Promise<void> => {
    const error = toGatewayError(thrown);
    log.warn({ err: thrown, credentialId: credential.id, code: error.code }, 'a look failed');
    if (error.code === 'CREDENTIAL_REJECTED') return health.credentialRejected(credential);
    const retryAfterMs = (error.details.retryAfter ?? 0) * 1000;
    const plan = afterFailure(clock.now(), watch.failures, retryAfterMs, random.fraction(), pace);
    await health.failed(watch, error.code, plan);
  };

  /** Claims what is due and begins to look at it; resolves once that has begun. */
  const begin = async (): Promise<Promise<void>[]> => {
    const free = CONCURRENCY - underWay.size;
    const due = free > 0 ? await dueWatches(store.db, clock.now(), free) : [];
    const begun: Promise<void>[] = [];
    for (const watch of due) {
      const claimed = await claimWatch(store.db, watch, clock.now() + CLAIM_MS);
      if (claimed === undefined) continue;
      const done = visit(claimed)
        .catch((error: unknown) => log.error({ err: error }, 'a look could not be recorded'))
        .finally(() => {
          underWay.delete(done);
          plan(0);
        });
      underWay.add(done);
      begun.push(done);
    }
    return begun;
  };

  /** Runs a cycle after `delayMs`, instead of whatever was planned. */
  const plan = (delayMs: number): void => {
    if (!isRunning) return;
    timer?.cancel();
    timer = clock.after(delayMs, () => void cycle());
  };

  /** Begins what is due and sleeps until something else is; looks go on beside it, so a slow one holds up no other. */
  const cycle = async (): Promise<void> => {
    try {
      await begin();
      const sleepMs = (await nextDueAt(store.db)) - clock.now();
      // With every place taken, the look that ends next plans the next cycle.
      if (underWay.size < CONCURRENCY) plan(Math.min(MAX_SLEEP_MS, Math.max(0, sleepMs)));
    } catch (error) {
      report(error);
      plan(MAX_SLEEP_MS);
    }
  };

  const report = (error: unknown): void => log.error({ err: error }, 'the poller could not read what is due');

  return {
    async start() {
      isRunning = true;
      await resumeWatches(store.db, clock.now());
      unsubscribe = deps.bus.subscribe(WATCH_STREAM, () => plan(0));
      plan(0);
    },
    async tick() {
      await Promise.all(await begin());
    },
    async stop() {
      isRunning = false;
      unsubscribe();
      timer?.cancel();
      await Promise.allSettled(underWay);
    },
  };
};
