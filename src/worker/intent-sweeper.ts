import { toGatewayError } from '../errors.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import { mapLimit } from '../lib/map-limit.ts';
import { markSwept, unfinishedIntents } from '../store/coordination/intent-sweeps.ts';
import type { IntentRow } from '../store/schema/index.ts';
import type { Store } from '../store/store.ts';

/**
 * Finishes requests whose caller never comes back: finds what a create or prompt with a lost answer created, and records it,
 * so that it is watched and guarded.
 */
export interface IntentSweeper {
  start(): void;
  /** Tries each unfinished intent once. */
  sweep(): Promise<void>;
  /** Starts no further sweep, and waits for the one under way. */
  stop(): Promise<void>;
}

export interface IntentSweeperDeps {
  store: Store;
  clock: Clock;
  logger: Logger;
  /** Finds and records the outcome of one intent, under its hold. */
  recover(intent: IntentRow): Promise<unknown>;
}

/** With the hold of a process that has died (10 s), an outcome is recorded well within 30 s. */
const INTERVAL_MS = 3_000;

/** Intents of one sweep; those that were not tried for the longest time come first. */
const BATCH = 50;

/** Intents that are recovered at a time. */
const CONCURRENCY = 4;

export function createIntentSweeper({ store, clock, logger, recover }: IntentSweeperDeps): IntentSweeper {
  let timer: Timer | undefined;
  let underWay: Promise<void> = Promise.resolve();
  let isRunning = false;

  const recoverOne = async (intent: IntentRow): Promise<void> => {
    const { operation, credentialId, ownerId } = intent;
    try {
      await recover(intent);
    } catch (error) {
      const { code } = toGatewayError(error);
      // The first failure is for operators; the sweeper tries again for a day.
      const level = intent.sweptAt === 0 ? 'warn' : 'debug';
      logger[level](
        { err: error, code, operation, credentialId, ownerId },
        'outcome not recovered; retrying',
      );
    } finally {
      await markSwept(store.db, intent, store.time(clock.evenMs()));
    }
  };

  const sweep = async (): Promise<void> => {
    const intents = await unfinishedIntents(store.db, store.time(clock.evenMs()), BATCH);
    await mapLimit(CONCURRENCY, intents, recoverOne);
  };

  const run = (): void => {
    underWay = sweep()
      .catch((error: unknown) => logger.warn({ err: error }, 'unfinished requests not read; retrying'))
      .finally(() => {
        if (isRunning) timer = clock.after(INTERVAL_MS, run);
      });
  };

  return {
    start() {
      isRunning = true;
      run();
    },
    sweep,
    stop() {
      isRunning = false;
      timer?.cancel();
      return underWay;
    },
  };
}
