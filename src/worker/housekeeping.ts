import type { Clock, Timer } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import { pruneListRuns, pruneTaskRuns } from '../store/ai-tasks/run-ends.ts';
import { pruneSeenTasks } from '../store/ai-tasks/seen-tasks.ts';
import { pruneAiTasks } from '../store/ai-tasks/tasks.ts';
import { pruneIntents } from '../store/coordination/intent-sweeps.ts';
import { pruneEvents } from '../store/deployments/events.ts';
import { pruneMessages } from '../store/deployments/messages.ts';
import { pruneDeployments } from '../store/deployments/old-deployments.ts';
import { prunePrompts } from '../store/deployments/prompts.ts';
import { pruneTranscripts } from '../store/deployments/transcripts.ts';
import { levelOf } from '../store/driver/unavailable.ts';
import { pruneAudit } from '../store/identity/audit.ts';
import { eraseRows, listErasing, replaceLateNames } from '../store/identity/erasure.ts';
import { NETWORK_RETENTION_MS, pruneNetworks } from '../store/identity/networks.ts';
import { pruneSessions, pruneSpentTokens } from '../store/identity/sessions.ts';
import { prunePasswordResets } from '../store/identity/user-administration.ts';
import { type Db, readTimeMs, type Store } from '../store/store.ts';
import { pruneDeliveries } from '../store/webhooks/deliveries.ts';

/** Removes rows that are past their retention, in small batches, so that each transaction is short. */
export interface Housekeeping {
  start(): void;
  /** Does everything that is to be done now. */
  sweep(): Promise<void>;
  stop(): void;
}

export interface HousekeepingDeps {
  store: Store;
  clock: Clock;
  logger: Logger;
  /** Retention of events, ended runs and deployments, and AI tasks of lists that are not watched; in ms. */
  eventRetentionMs: number;
  /** Retention of transcripts after the end of a run, in ms; undefined when none is kept. */
  transcriptRetentionMs: number | undefined;
  /** How long a refresh token is valid, and a spent one is remembered, in ms. */
  refreshTokenTtlMs: number;
  /** Seals up to `limit` transcripts again that are sealed under a former key. */
  sealMoreTranscripts(limit: number): Promise<{ moved: number; hasMore: boolean }>;
}

/** Something that is done again and again. */
interface Chore {
  everyMs: number;
  work(): Promise<void>;
}

/** Time between two looks for what is to be done. */
const TICK_MS = 20_000;

/** What is past its retention is gone within a minute. */
const OFTEN_MS = TICK_MS;

const SELDOM_MS = 600_000;

/** Outcomes are kept for a day (PROTOCOL.md, Doing something once). */
const INTENT_RETENTION_MS = 86_400_000;

/** Sessions that have ended are of no use any more; for a day they explain why a token is refused. */
const SESSION_RETENTION_MS = 86_400_000;

/** The audit log covers the past year. */
const AUDIT_RETENTION_MS = 365 * 86_400_000;

/** Requests that were under way when an account was erased have ended long before. */
const LATE_NAMES_MS = 2 * SELDOM_MS;

/** Most rows that one transaction removes; fewer of the large ones. */
const BATCH_SIZE = 500;
const LARGE_BATCH_SIZE = 50;

export function createHousekeeping(deps: HousekeepingDeps): Housekeeping {
  const { store, clock, logger, eventRetentionMs, transcriptRetentionMs, refreshTokenTtlMs } = deps;
  let timer: Timer | undefined;

  /** Deletes what is older than `afterMs`, batch by batch. */
  const prune =
    (
      work: (tx: Db, beforeMs: number, limit: number) => Promise<number>,
      afterMs: number,
      batchSize = BATCH_SIZE,
    ) =>
    async (): Promise<void> => {
      const beforeMs = (await readTimeMs(store, clock.evenMs())) - afterMs;
      while ((await store.transaction('housekeeping', (tx) => work(tx, beforeMs, batchSize))) === batchSize);
    };

  const sealTranscripts = async (): Promise<void> => {
    const { moved } = await deps.sealMoreTranscripts(BATCH_SIZE);
    if (moved > 0) logger.info({ moved }, 'transcripts were sealed again under the primary key');
    // Those that cannot be opened are left, and must not be tried without an end.
    if (moved === BATCH_SIZE) await sealTranscripts();
  };

  /** Erases what a process that died has left of accounts, and names that were recorded after the end of their account. */
  const finishErasing = async (): Promise<void> => {
    for (const id of await listErasing(store.db)) await eraseRows(store, id);
    const sinceMs = clock.now() - LATE_NAMES_MS;
    await store.transaction('housekeeping', (tx) => replaceLateNames(tx, sinceMs));
  };

  // Messages repeat what a transcript holds, and must not outlive it.
  const messageRetentionMs = Math.min(eventRetentionMs, transcriptRetentionMs ?? eventRetentionMs);

  const pruneIntentsOf = (tx: Db, beforeMs: number, limit: number) =>
    pruneIntents(tx, beforeMs, limit, INTENT_RETENTION_MS);

  const chores: Chore[] = [
    { everyMs: OFTEN_MS, work: prune(pruneTranscripts, transcriptRetentionMs ?? 0, LARGE_BATCH_SIZE) },
    { everyMs: OFTEN_MS, work: sealTranscripts },
    { everyMs: SELDOM_MS, work: prune(pruneEvents, eventRetentionMs) },
    { everyMs: SELDOM_MS, work: prune(pruneMessages, messageRetentionMs, LARGE_BATCH_SIZE) },
    { everyMs: SELDOM_MS, work: prune(prunePrompts, INTENT_RETENTION_MS) },
    { everyMs: SELDOM_MS, work: prune(pruneSessions, SESSION_RETENTION_MS) },
    { everyMs: SELDOM_MS, work: prune(pruneSpentTokens, refreshTokenTtlMs) },
    { everyMs: SELDOM_MS, work: prune(pruneNetworks, NETWORK_RETENTION_MS) },
    { everyMs: SELDOM_MS, work: prune(pruneAiTasks, eventRetentionMs) },
    { everyMs: SELDOM_MS, work: prune(pruneSeenTasks, eventRetentionMs) },
    { everyMs: SELDOM_MS, work: prune(pruneTaskRuns, eventRetentionMs) },
    { everyMs: SELDOM_MS, work: prune(pruneListRuns, eventRetentionMs) },
    { everyMs: SELDOM_MS, work: prune(pruneIntentsOf, INTENT_RETENTION_MS) },
    // After what refers to a deployment.
    { everyMs: SELDOM_MS, work: prune(pruneDeployments, eventRetentionMs) },
    { everyMs: SELDOM_MS, work: prune(pruneDeliveries, eventRetentionMs) },
    { everyMs: SELDOM_MS, work: prune(pruneAudit, AUDIT_RETENTION_MS) },
    { everyMs: SELDOM_MS, work: prune(prunePasswordResets, 0) },
    { everyMs: SELDOM_MS, work: finishErasing },
  ];
  const dueAtMs = new Map<Chore, number>();

  /** One that fails keeps no other from its work; it is due again at once, so that the next tick repeats it. */
  const doDue = async (): Promise<void> => {
    for (const chore of chores) {
      if (clock.steadyMs() < (dueAtMs.get(chore) ?? 0)) continue;
      dueAtMs.set(chore, clock.steadyMs() + chore.everyMs);
      try {
        await chore.work();
      } catch (error) {
        dueAtMs.delete(chore);
        logger[levelOf(error)]({ err: error }, 'a rule of housekeeping failed; retrying at the next tick');
      }
    }
  };

  const scheduleTick = (): void => {
    timer = clock.after(TICK_MS, () => void doDue().finally(scheduleTick));
  };

  return {
    start: scheduleTick,
    async sweep() {
      for (const { work } of chores) await work();
    },
    stop: () => timer?.cancel(),
  };
}
