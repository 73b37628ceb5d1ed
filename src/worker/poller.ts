import { type Bus, WATCH_STREAM } from '../events/bus.ts';
import { LeaseLostError } from '../events/log.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import {
  claimWatches,
  handOverLease,
  releaseLease,
  renewLease,
  resumeWatches,
} from '../store/coordination/leases.ts';
import { nextDueAtMs } from '../store/coordination/watches.ts';
import type { WatchKind, WatchRow } from '../store/schema/index.ts';
import type { Store } from '../store/store.ts';
import type { Reconcile } from './reconcile.ts';

export interface PollerDeps {
  store: Store;
  bus: Bus;
  clock: Clock;
  logger: Logger;
  /** What is done with a watch that is due, by its kind. */
  reconcile: Record<WatchKind, Reconcile>;
}

/** Looks upstream on behalf of everyone who waits. */
export interface Poller {
  /** Takes up what a predecessor left and goes on until stopped. */
  start(): Promise<void>;
  /** Looks at everything that is due, once; resolves when those looks are done. */
  tick(): Promise<void>;
  /** Starts no further look, waits a moment for those under way, and leaves the rest to other replicas. */
  stop(): Promise<void>;
}

/** Looks under way at a time. */
const CONCURRENCY = 16;

/** Watches claimed at a time: what is due at once is spread over the replicas. */
const BATCH = 4;

/** What a process that died was looking at is somebody else's after so long; a living one renews at half of it. */
const LEASE_MS = 12_000;

/** How long looks under way are waited for at the end. */
const STOP_MS = 1_500;

/** Shortest sleep: what is due but taken by somebody else must not keep the poller spinning. */
const MIN_SLEEP_MS = 20;

/** Longest sleep: a hint that got lost costs at most this. */
const MAX_SLEEP_MS = 1_000;

export function createPoller({ store, bus, clock, logger, reconcile }: PollerDeps): Poller {
  const underWay = new Map<Promise<void>, WatchRow>();
  let isRunning = false;
  let timer: Timer | undefined;
  let unsubscribe = (): void => undefined;

  /** Looks at a claimed watch; its lease is renewed for as long as that takes. */
  const lookAt = async (lease: WatchRow): Promise<void> => {
    let renewal: Timer | undefined;
    const renew = (): void => {
      renewal = clock.after(LEASE_MS / 2, () => {
        renewLease(store.db, lease, clock.now() + LEASE_MS)
          .then((isHeld) => isHeld && renewal !== undefined && renew())
          .catch((error: unknown) => logger.warn({ err: error }, 'a lease could not be renewed'));
      });
    };
    renew();
    try {
      await reconcile[lease.kind](lease);
    } catch (error) {
      if (error instanceof LeaseLostError)
        logger.info({ kind: lease.kind }, 'a look took too long: it was taken over');
      else {
        logger.error({ err: error, kind: lease.kind }, 'a look could not be recorded');
        await releaseLease(store.db, lease);
      }
    } finally {
      renewal?.cancel();
      renewal = undefined;
    }
  };

  /** Claims what is due and begins to look at it; resolves once that has begun. */
  const begin = async (most = CONCURRENCY): Promise<Promise<void>[]> => {
    const limit = Math.min(most, CONCURRENCY - underWay.size);
    const nowMs = clock.now();
    const claimed =
      limit > 0 ? await claimWatches(store, { nowMs, leaseUntil: nowMs + LEASE_MS, limit }) : [];
    return claimed.map((watch) => {
      const done = lookAt(watch)
        .catch((error: unknown) => logger.error({ err: error }, 'a lease could not be given back'))
        .finally(() => {
          underWay.delete(done);
          plan(0);
        });
      underWay.set(done, watch);
      return done;
    });
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
      const begun = await begin(BATCH);
      if (begun.length === BATCH) return plan(0);
      const sleepMs = (await nextDueAtMs(store.db)) - clock.now();
      // With every place taken, the look that ends next plans the next cycle.
      if (underWay.size < CONCURRENCY) plan(Math.min(MAX_SLEEP_MS, Math.max(MIN_SLEEP_MS, sleepMs)));
    } catch (error) {
      report(error);
      plan(MAX_SLEEP_MS);
    }
  };

  const report = (error: unknown): void =>
    logger.error({ err: error }, 'the poller could not read what is due');

  return {
    async start() {
      isRunning = true;
      // What was claimed before is nobody's where no other process works on the store.
      if (!store.isShared) await resumeWatches(store.db, clock.now());
      unsubscribe = bus.subscribe(WATCH_STREAM, () => plan(0));
      plan(0);
    },
    async tick() {
      await Promise.all(await begin());
    },
    async stop() {
      isRunning = false;
      unsubscribe();
      timer?.cancel();
      await Promise.race([Promise.allSettled(underWay.keys()), clock.sleep(STOP_MS)]);
      // What takes longer is somebody else's from now on.
      for (const lease of underWay.values()) await handOverLease(store.db, lease, clock.now());
      if (underWay.size > 0) bus.publish(WATCH_STREAM, 0);
    },
  };
}
