import { type Bus, WATCH_STREAM } from '../events/bus.ts';
import { LeaseLostError } from '../events/log.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import { handOverLease, releaseLease, renewLease, resumeWatches } from '../store/coordination/leases.ts';
import { nextDueAtMs, wakeAllWatches } from '../store/coordination/watches.ts';
import { levelOf } from '../store/driver/unavailable.ts';
import type { WatchKind, WatchRow } from '../store/schema/index.ts';
import { readTimeMs, type Store } from '../store/store.ts';
import { type Claimed, createClaims, LEASE_MS } from './claims.ts';
import type { PollWatch } from './reconcile.ts';
import type { PollShares } from './shares.ts';

export interface PollerDeps {
  store: Store;
  bus: Bus;
  clock: Clock;
  logger: Logger;
  /** How a claimed watch of each kind is polled. */
  pollWatch: Record<WatchKind, PollWatch>;
  /** The longest time until a next poll that `pollWatch` sets. */
  longestDelayMs: number;
  shares: PollShares;
  /** Names this process as the holder of its leases; no other process, and no earlier one, has the same. */
  holderId: string;
}

/** Claims the watches that are due, under a lease each, and polls them: once for all clients that follow them. */
export interface Poller {
  /** Polls until stopped. Where no other process shares the store, everything that is not paused is due at once. */
  start(): Promise<void>;
  /** Polls everything that is due, once; resolves when those polls are done. */
  tick(): Promise<void>;
  /** Starts no further poll, waits a moment for those that run, and hands the leases of the rest over. */
  stop(): Promise<void>;
}

/** Watches claimed at a time where replicas share the store: due watches are spread over them. */
const SHARED_BATCH = 4;

/** How long `stop` waits for polls that run. */
const STOP_MS = 1_500;

/**
 * Shortest time from one claim to the next: what becomes due meanwhile is claimed together, and a watch that is due but leased
 * by another replica does not keep the poller busy.
 */
const MIN_SLEEP_MS = 20;

/** A change of the clock against steady time from which on it counts as set; slower changes are corrections. */
const STEP_MS = 1_000;

/** Longest sleep: how late a poll may be when its hint was lost. */
const MAX_SLEEP_MS = 1_000;

export function createPoller({
  store,
  bus,
  clock,
  logger,
  pollWatch,
  longestDelayMs,
  shares,
  holderId,
}: PollerDeps): Poller {
  const claims = createClaims({ store, clock, longestDelayMs, holderId, shares });
  const batchSize = store.isShared ? SHARED_BATCH : shares.all;
  const running = new Map<Promise<void>, WatchRow>();
  let isStarted = false;
  /** The next cycle, and when it begins by `Clock.steadyMs`. */
  let next: { timer: Timer; atMs: number } | undefined;
  let lastCycleMs = Number.NEGATIVE_INFINITY;
  /** True when a watch that is due may wait for a place. Then the end of each poll begins a cycle. */
  let isWaiting = false;
  let hints = 0;
  let unsubscribe = (): void => undefined;

  /** Leases and due times are compared by the time of the store alone, so no replica's clock matters. */
  const timeIn = (delayMs: number) => store.time(clock.evenMs(), delayMs);

  /** Polls a claimed watch and renews its lease until that is done. @returns as `PollWatch` */
  const poll = async (lease: WatchRow): Promise<number | undefined> => {
    let renewal: Timer | undefined;
    const renew = (): void => {
      renewal = clock.after(LEASE_MS / 2, () => {
        renewLease(store.db, lease, timeIn(LEASE_MS))
          .then((isHeld) => isHeld && renewal !== undefined && renew())
          .catch((error: unknown) =>
            logger[levelOf(error)](
              { err: error, kind: lease.kind },
              'lease not renewed; another replica may take over',
            ),
          );
      });
    };
    renew();
    try {
      return await pollWatch[lease.kind](lease);
    } catch (error) {
      if (error instanceof LeaseLostError) {
        logger.info({ kind: lease.kind }, 'poll outlived its lease; another replica has taken over');
        return undefined;
      }
      logger[levelOf(error)]({ err: error, kind: lease.kind }, 'poll result not stored; retrying later');
      await releaseLease(store.db, lease).catch((cause: unknown) => {
        claims.doubt();
        throw cause;
      });
      return undefined;
    } finally {
      renewal?.cancel();
      renewal = undefined;
    }
  };

  /** Claims due watches and starts to poll them; resolves, with the polls, once they are started. */
  const startDue = (most = shares.all): Promise<Claimed<Promise<void>>> =>
    claims.claim({ most, known: () => [...running.values()], start: startPoll });

  const startPoll = (watch: WatchRow): Promise<void> => {
    const hintsBefore = hints;
    const done = poll(watch)
      .catch((error: unknown): undefined => {
        logger[levelOf(error)]({ err: error, kind: watch.kind }, 'lease not released; taking it back later');
      })
      .then((quietMs) => {
        running.delete(done);
        // A hint may have been about this watch, which was leased.
        const isQuiet = quietMs !== undefined && hints === hintsBefore && !isWaiting;
        scheduleCycle(isQuiet ? quietMs : 0);
      });
    running.set(done, watch);
    return done;
  };

  const readOffsetMs = (): number => clock.now() - clock.steadyMs();
  let offsetMs = readOffsetMs();

  /** Makes everything due after this process's clock was set. A shared store has its own time, which this does not change. */
  const wakeAfterStep = async (): Promise<void> => {
    const stepMs = Math.round(readOffsetMs() - offsetMs);
    if (Math.abs(stepMs) < STEP_MS) {
      offsetMs += stepMs;
      return;
    }
    logger.warn({ stepMs }, 'clock was set; polling everything');
    if (!store.isShared) await wakeAllWatches(store.db, timeIn(0));
    offsetMs += stepMs;
  };

  /** Runs a cycle after `delayMs` at the latest, but not right after another one unless `isUrgent`. */
  const scheduleCycle = (delayMs: number, isUrgent = false): void => {
    if (!isStarted) return;
    const nowMs = clock.steadyMs();
    const atMs = Math.max(nowMs + delayMs, isUrgent ? nowMs : lastCycleMs + MIN_SLEEP_MS);
    if (next !== undefined && next.atMs <= atMs) return;
    next?.timer.cancel();
    next = { atMs, timer: clock.after(atMs - nowMs, () => void cycle()) };
  };

  /** Starts what is due and sleeps until the next watch is due. Polls run beside it, so a slow one delays no other. */
  const cycle = async (): Promise<void> => {
    next = undefined;
    lastCycleMs = clock.steadyMs();
    try {
      await wakeAfterStep();
      const { started, isHeldUp } = await startDue(batchSize);
      // What becomes due while all places are taken is seen by no cycle: none is scheduled until one is free.
      isWaiting = isHeldUp || running.size >= shares.all;
      if (started.length === batchSize) {
        scheduleCycle(0, true);
        return;
      }
      // What is held up is claimed by the cycle that the end of a poll schedules; until then, others become due.
      const after = isHeldUp ? timeIn(0) : undefined;
      const sleepMs = (await nextDueAtMs(store.db, after)) - (await readTimeMs(store, clock.evenMs()));
      if (running.size < shares.all) scheduleCycle(Math.min(MAX_SLEEP_MS, Math.max(MIN_SLEEP_MS, sleepMs)));
    } catch (error) {
      logger[levelOf(error)]({ err: error }, 'due watches could not be claimed; retrying');
      scheduleCycle(MAX_SLEEP_MS);
    }
  };

  return {
    async start() {
      isStarted = true;
      // Without another process on the store, leases can only be those of a process that is gone.
      if (!store.isShared) await resumeWatches(store.db, timeIn(0));
      unsubscribe = bus.subscribe(WATCH_STREAM, () => {
        hints += 1;
        scheduleCycle(0);
      });
      scheduleCycle(0);
    },
    async tick() {
      await Promise.all((await startDue()).started);
    },
    async stop() {
      isStarted = false;
      unsubscribe();
      next?.timer.cancel();
      await Promise.race([Promise.allSettled(running.keys()), clock.sleep(STOP_MS)]);
      for (const lease of running.values()) await handOverLease(store.db, lease, timeIn(0));
      if (running.size > 0) bus.publish(WATCH_STREAM, 0);
    },
  };
}
