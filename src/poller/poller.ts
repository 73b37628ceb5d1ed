import { type Bus, WATCH_STREAM } from '../events/bus.ts';
import { LeaseLost } from '../events/log.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { claimWatch, dueWatches, releaseLease, renewLease, resumeWatches } from '../store/leases.ts';
import type { WatchKind, WatchRow } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { nextDueAt } from '../store/watches.ts';
import type { Visit } from './visit.ts';

export interface PollerDeps {
  store: Store;
  bus: Bus;
  clock: Clock;
  log: Log;
  /** What is done with a watch that is due, by its kind. */
  visits: Record<WatchKind, Visit>;
  /** True when no other process works on the store: what was claimed before the start is nobody's. */
  isAlone: boolean;
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

/** What a process that died was looking at is somebody else's after so long; a living one renews at half of it. */
const LEASE_MS = 12_000;

/** Shortest sleep: what is due but taken by somebody else must not keep the poller spinning. */
const MIN_SLEEP_MS = 20;

/** Longest sleep: a hint that got lost costs at most this. */
const MAX_SLEEP_MS = 1_000;

export const createPoller = ({ store, bus, clock, log, visits, isAlone }: PollerDeps): Poller => {
  const underWay = new Set<Promise<void>>();
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
          .catch((error: unknown) => log.warn({ err: error }, 'a lease could not be renewed'));
      });
    };
    renew();
    try {
      await visits[lease.kind](lease);
    } catch (error) {
      if (error instanceof LeaseLost)
        log.info({ kind: lease.kind }, 'a look took too long: it was taken over');
      else {
        log.error({ err: error, kind: lease.kind }, 'a look could not be recorded');
        await releaseLease(store.db, lease);
      }
    } finally {
      renewal?.cancel();
      renewal = undefined;
    }
  };

  /** Claims what is due and begins to look at it; resolves once that has begun. */
  const begin = async (): Promise<Promise<void>[]> => {
    const free = CONCURRENCY - underWay.size;
    const due = free > 0 ? await dueWatches(store.db, clock.now(), free) : [];
    const begun: Promise<void>[] = [];
    for (const watch of due) {
      const now = clock.now();
      const claimed = await claimWatch(store.db, watch, now, now + LEASE_MS);
      if (claimed === undefined) continue;
      const done = lookAt(claimed)
        .catch((error: unknown) => log.error({ err: error }, 'a lease could not be given back'))
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
      if (underWay.size < CONCURRENCY) plan(Math.min(MAX_SLEEP_MS, Math.max(MIN_SLEEP_MS, sleepMs)));
    } catch (error) {
      report(error);
      plan(MAX_SLEEP_MS);
    }
  };

  const report = (error: unknown): void => log.error({ err: error }, 'the poller could not read what is due');

  return {
    async start() {
      isRunning = true;
      if (isAlone) await resumeWatches(store.db, clock.now());
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
      await Promise.allSettled(underWay);
    },
  };
};
