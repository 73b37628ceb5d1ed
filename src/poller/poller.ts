import { type Bus, WATCH_STREAM } from '../events/bus.ts';
import type { Journal } from '../events/journal.ts';
import type { MessageStore } from '../events/messages.ts';
import type { WatchHealth } from '../events/watch-health.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Random } from '../lib/random.ts';
import type { CredentialRow } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { claimWatch, dueWatches, nextDueAt, resumeWatches, type WatchKey } from '../store/watches.ts';
import type { QuantConnectClient } from '../upstream/quantconnect/client.ts';
import { createLook } from './look.ts';
import type { PaceLimits } from './pace.ts';
import { createPlace } from './place.ts';
import { createTalk } from './talk.ts';
import { createVisit } from './visit.ts';

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

/** Shortest sleep: what is due but still being looked at must not keep the poller spinning. */
const MIN_SLEEP_MS = 20;

/** Longest sleep: a hint that got lost costs at most this. */
const MAX_SLEEP_MS = 1_000;

export const createPoller = (deps: PollerDeps): Poller => {
  const { store, clock, log } = deps;
  const look = createLook({ ...deps, attend: createTalk(deps) });
  const visit = createVisit({ ...deps, look, place: createPlace(deps) });
  const underWay = new Set<Promise<void>>();
  const lookedAt = new Set<string>();
  let isRunning = false;
  let timer: Timer | undefined;
  let unsubscribe = (): void => undefined;

  /** Claims what is due and begins to look at it; resolves once that has begun. */
  const begin = async (): Promise<Promise<void>[]> => {
    const free = CONCURRENCY - underWay.size;
    const due = free > 0 ? await dueWatches(store.db, clock.now(), free) : [];
    const begun: Promise<void>[] = [];
    for (const watch of due) {
      // Called for again while it is looked at: its turn comes when that look has ended.
      if (lookedAt.has(nameOf(watch))) continue;
      const claimed = await claimWatch(store.db, watch, clock.now() + CLAIM_MS);
      if (claimed === undefined) continue;
      lookedAt.add(nameOf(watch));
      const done = visit(claimed)
        .catch((error: unknown) => log.error({ err: error }, 'a look could not be recorded'))
        .finally(() => {
          underWay.delete(done);
          lookedAt.delete(nameOf(watch));
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

const nameOf = ({ credentialId, organizationId }: WatchKey): string => `${credentialId} ${organizationId}`;
