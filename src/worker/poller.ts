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

/** Watches claimed at a time: due watches are spread over the replicas. */
const BATCH_SIZE = 4;

/** How long `stop` waits for polls that run. */
const STOP_MS = 1_500;

/** Shortest sleep: a watch that is due but leased by another replica must not keep the poller busy. */
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
  const running = new Map<Promise<void>, WatchRow>();
  let isStarted = false;
  let timer: Timer | undefined;
  let unsubscribe = (): void => undefined;

  /** Leases and due times are compared by the time of the store alone, so no replica's clock matters. */
  const timeIn = (delayMs: number) => store.time(clock.evenMs(), delayMs);

  /** Polls a claimed watch and renews its lease until that is done. */
  const poll = async (lease: WatchRow): Promise<void> => {
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
      await pollWatch[lease.kind](lease);
    } catch (error) {
      if (error instanceof LeaseLostError) {
        logger.info({ kind: lease.kind }, 'poll outlived its lease; another replica has taken over');
        return;
      }
      logger[levelOf(error)]({ err: error, kind: lease.kind }, 'poll result not stored; retrying later');
      await releaseLease(store.db, lease).catch((cause: unknown) => {
        claims.doubt();
        throw cause;
      });
    } finally {
      renewal?.cancel();
      renewal = undefined;
    }
  };

  /** Claims due watches and starts to poll them; resolves, with the polls, once they are started. */
  const startDue = (most = shares.all): Promise<Claimed<Promise<void>>> =>
    claims.claim({ most, known: () => [...running.values()], start: startPoll });

  const startPoll = (watch: WatchRow): Promise<void> => {
    const done = poll(watch)
      .catch((error: unknown) =>
        logger[levelOf(error)]({ err: error, kind: watch.kind }, 'lease not released; taking it back later'),
      )
      .finally(() => {
        running.delete(done);
        scheduleCycle(0);
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

  /** Runs a cycle after `delayMs`, in place of the one that was scheduled. */
  const scheduleCycle = (delayMs: number): void => {
    if (!isStarted) return;
    timer?.cancel();
    timer = clock.after(delayMs, () => void cycle());
  };

  /** Starts what is due and sleeps until the next watch is due. Polls run beside it, so a slow one delays no other. */
  const cycle = async (): Promise<void> => {
    try {
      await wakeAfterStep();
      const { started, isHeldUp } = await startDue(BATCH_SIZE);
      if (started.length === BATCH_SIZE) {
        scheduleCycle(0);
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
      unsubscribe = bus.subscribe(WATCH_STREAM, () => scheduleCycle(0));
      scheduleCycle(0);
    },
    async tick() {
      await Promise.all((await startDue()).started);
    },
    async stop() {
      isStarted = false;
      unsubscribe();
      timer?.cancel();
      await Promise.race([Promise.allSettled(running.keys()), clock.sleep(STOP_MS)]);
      for (const lease of running.values()) await handOverLease(store.db, lease, timeIn(0));
      if (running.size > 0) bus.publish(WATCH_STREAM, 0);
    },
  };
}
