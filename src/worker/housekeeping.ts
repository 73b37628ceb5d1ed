import type { Clock, Timer } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import { pruneListRuns, pruneTaskRuns } from '../store/ai-tasks/run-ends.ts';
import { pruneSeenTasks } from '../store/ai-tasks/seen-tasks.ts';
import { pruneAiTasks } from '../store/ai-tasks/tasks.ts';
import { pruneIntents } from '../store/coordination/intents.ts';
import { pruneEvents } from '../store/deployments/events.ts';
import { levelOf } from '../store/driver/unavailable.ts';
import { pruneAudit } from '../store/identity/audit.ts';
import { type Db, readTimeMs, type Store } from '../store/store.ts';

/** Removes rows that are past their retention, in small batches, so that each transaction is short. */
export interface Housekeeping {
  start(): void;
  /** Removes everything that is past its retention now. */
  sweep(): Promise<void>;
  stop(): void;
}

export interface HousekeepingDeps {
  store: Store;
  clock: Clock;
  logger: Logger;
  /** Retention of events, ended runs, and AI tasks of lists that are not watched; in ms. */
  eventRetentionMs: number;
}

/** Time between two sweeps. */
const INTERVAL_MS = 600_000;

/** Outcomes are kept for a day (PROTOCOL.md, Doing something once). */
const INTENT_RETENTION_MS = 86_400_000;

/** The audit log covers the past year. */
const AUDIT_RETENTION_MS = 365 * 86_400_000;

/** Most rows that one transaction removes. */
const BATCH_SIZE = 500;

export function createHousekeeping({
  store,
  clock,
  logger,
  eventRetentionMs,
}: HousekeepingDeps): Housekeeping {
  let timer: Timer | undefined;

  const retentions = [
    { prune: pruneEvents, afterMs: eventRetentionMs },
    { prune: pruneAiTasks, afterMs: eventRetentionMs },
    { prune: pruneSeenTasks, afterMs: eventRetentionMs },
    { prune: pruneTaskRuns, afterMs: eventRetentionMs },
    { prune: pruneListRuns, afterMs: eventRetentionMs },
    {
      prune: (tx: Db, beforeMs: number, limit: number) =>
        pruneIntents(tx, beforeMs, limit, INTENT_RETENTION_MS),
      afterMs: INTENT_RETENTION_MS,
    },
    { prune: pruneAudit, afterMs: AUDIT_RETENTION_MS },
  ];

  const sweep = async (): Promise<void> => {
    for (const { prune, afterMs } of retentions) {
      const beforeMs = (await readTimeMs(store, clock.evenMs())) - afterMs;
      while (
        (await store.transaction('housekeeping', (tx) => prune(tx, beforeMs, BATCH_SIZE))) === BATCH_SIZE
      );
    }
  };

  const scheduleSweep = (): void => {
    timer = clock.after(INTERVAL_MS, () => {
      sweep()
        .catch((error: unknown) =>
          logger[levelOf(error)]({ err: error }, 'sweep failed; retrying at the next one'),
        )
        .finally(scheduleSweep);
    });
  };

  return { start: scheduleSweep, sweep, stop: () => timer?.cancel() };
}
