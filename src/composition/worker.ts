import type { Config } from '../config.ts';
import type { Bus } from '../events/bus.ts';
import type { EventLog } from '../events/log.ts';
import type { WatchHealth } from '../events/writers/watch-health.ts';
import type { Deployments } from '../services/agents/deployments.ts';
import { createRunDeployment } from '../services/ai-task-runs/run-deployment.ts';
import type { Lease } from '../store/coordination/leases.ts';
import type { WatchKind } from '../store/schema/index.ts';
import type { Store } from '../store/store.ts';
import type { TranscriptSeal } from '../vault/transcript-seal.ts';
import { createAiTaskListReconciler } from '../worker/ai-task-lists/reconciler.ts';
import { createDeploymentReconciler } from '../worker/deployments/reconciler.ts';
import { createPoller, type Poller } from '../worker/poller.ts';
import { createPollWatch, type PollWatch, type Reconciler } from '../worker/reconcile.ts';
import { createListRunReconciler } from '../worker/runs/list-run.ts';
import { createTaskRunReconciler } from '../worker/runs/task-run.ts';
import { findLongestDelayMs } from '../worker/schedule.ts';
import { sharesOf } from '../worker/shares.ts';
import type { Runtime } from './runtime.ts';
import type { Upstreams } from './upstreams.ts';
import type { WriterFactory } from './writers.ts';

export interface WorkerParts {
  store: Store;
  bus: Bus;
  eventLog: EventLog;
  writers: WriterFactory;
  health: WatchHealth;
  upstreams: Upstreams;
  deployments: Deployments;
  seal: TranscriptSeal;
}

/** The poller, with the reconciler of each kind of watch. */
export function createWorker(config: Config, runtime: Runtime, parts: WorkerParts): Poller {
  const { clock, random, logger } = runtime;
  const { store, bus, eventLog, writers, health, upstreams, deployments, seal } = parts;
  const schedule = { minMs: config.pollIntervalMs, maxMs: config.pollIntervalMaxMs };
  const aiTasksOf = upstreams.quantCdnClients('poll');
  const agentsOf = upstreams.quantConnectClients('poll');
  const runWriterUnder = (lease: Lease) => writers.runs(eventLog.underLease(lease));

  const pollWith = (reconciler: Reconciler) =>
    createPollWatch({ store, clock, eventLog, health, random, logger, schedule }, reconciler);

  const pollWatch: Record<WatchKind, PollWatch> = {
    DEPLOYMENTS: pollWith(
      createDeploymentReconciler({
        store,
        clock,
        clientOf: agentsOf,
        writersUnder(lease) {
          const log = eventLog.underLease(lease);
          return {
            deployments: writers.deployments(log),
            messages: writers.messages(log),
            runs: writers.runs(log),
            transcripts: writers.transcripts(log),
          };
        },
        seal,
        keepsTranscripts: config.transcriptRetentionMs !== undefined,
        logger,
      }),
    ),
    AI_TASK_LIST: pollWith(
      createAiTaskListReconciler({
        store,
        clock,
        clientOf: aiTasksOf,
        writerUnder: (lease) => writers.lists(eventLog.underLease(lease)),
      }),
    ),
    AI_TASK_RUN: pollWith(
      createTaskRunReconciler({
        store,
        clock,
        aiTasksOf,
        agentsOf,
        ...createRunDeployment({ store, clock, deployments }),
        writerUnder: runWriterUnder,
      }),
    ),
    AI_TASK_LIST_RUN: pollWith(
      createListRunReconciler({ store, clock, random, aiTasksOf, writerUnder: runWriterUnder }),
    ),
  };
  return createPoller({
    store,
    bus,
    clock,
    logger,
    pollWatch,
    longestDelayMs: findLongestDelayMs(schedule),
    shares: sharesOf(config.pollConcurrency),
    holderId: random.uuid(),
  });
}
