import type { Clock, Timer } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import { pruneListRuns, pruneTaskRuns } from '../store/ai-tasks/run-ends.ts';
import { pruneAiTasks } from '../store/ai-tasks/tasks.ts';
import { pruneIntents } from '../store/coordination/intents.ts';
import { pruneEvents } from '../store/deployments/events.ts';
import { pruneAudit } from '../store/identity/audit.ts';
import type { Store } from '../store/store.ts';

/** Forgets what need not be kept any longer, in small batches, so that nobody waits for it. */
export interface Housekeeping {
  start(): void;
  /** Removes everything that is too old now. */
  sweep(): Promise<void>;
  stop(): void;
}

export interface HousekeepingDeps {
  store: Store;
  clock: Clock;
  logger: Logger;
  /** How long events are kept, and what they tell of once it has ended. */
  eventRetentionMs: number;
}

/** How often it is done. */
const INTERVAL_MS = 600_000;

/** Answers to idempotency keys are kept for a day (contract, section 3). */
const INTENT_RETENTION_MS = 86_400_000;

/** The audit log answers questions about the past year. */
const AUDIT_RETENTION_MS = 365 * 86_400_000;

/** Rows a transaction. */
const BATCH = 500;

export function createHousekeeping({
  store,
  clock,
  logger,
  eventRetentionMs,
}: HousekeepingDeps): Housekeeping {
  let timer: Timer | undefined;

  const chores = [
    { forget: pruneEvents, afterMs: eventRetentionMs },
    { forget: pruneAiTasks, afterMs: eventRetentionMs },
    { forget: pruneTaskRuns, afterMs: eventRetentionMs },
    { forget: pruneListRuns, afterMs: eventRetentionMs },
    { forget: pruneIntents, afterMs: INTENT_RETENTION_MS },
    { forget: pruneAudit, afterMs: AUDIT_RETENTION_MS },
  ];

  const sweep = async (): Promise<void> => {
    for (const { forget, afterMs } of chores) {
      const beforeMs = clock.now() - afterMs;
      while ((await store.transaction('housekeeping', (tx) => forget(tx, beforeMs, BATCH))) === BATCH);
    }
  };

  const plan = (): void => {
    timer = clock.after(INTERVAL_MS, () => {
      sweep()
        .catch((error: unknown) => logger.error({ err: error }, 'old events could not be removed'))
        .finally(plan);
    });
  };

  return { start: plan, sweep, stop: () => timer?.cancel() };
}
