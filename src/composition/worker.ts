import type { Config } from '../config.ts';
import type { Bus } from '../events/bus.ts';
import type { EventLog } from '../events/log.ts';
import type { WatchHealth } from '../events/writers/watch-health.ts';
import type { Deployments } from '../services/agents/deployments.ts';
import type { Lease } from '../store/coordination/leases.ts';
import { findPrincipal } from '../store/identity/users.ts';
import type { AiTaskRunRow, WatchKind } from '../store/schema/index.ts';
import type { Store } from '../store/store.ts';
import { gatewayOnBehalfOf } from '../viewer.ts';
import { createAiTaskListReconciler } from '../worker/ai-task-lists/reconciler.ts';
import { createDeploymentReconciler } from '../worker/deployments/reconciler.ts';
import { createPoller, type Poller } from '../worker/poller.ts';
import { createPollWatch, type Reconciler } from '../worker/reconcile.ts';
import { createListRunReconciler } from '../worker/runs/list-run.ts';
import { createTaskRunReconciler } from '../worker/runs/task-run.ts';
import type { Runtime } from './runtime.ts';
import type { Upstreams } from './upstreams.ts';
import { createWriters } from './writers.ts';

export interface WorkerParts {
  store: Store;
  bus: Bus;
  eventLog: EventLog;
  health: WatchHealth;
  upstreams: Upstreams;
  deployments: Deployments;
}

/** The poller, and what it does with each kind of watch. */
export function createWorker(config: Config, runtime: Runtime, parts: WorkerParts): Poller {
  const { clock, random, logger } = runtime;
  const { store, bus, eventLog, health, upstreams, deployments } = parts;
  const schedule = { minMs: config.pollIntervalMs, maxMs: config.pollIntervalMaxMs };
  const pollWith = (reconciler: Reconciler) =>
    createPollWatch({ store, eventLog, health, clock, random, logger, schedule }, reconciler);
  const writersUnder = (lease: Lease) =>
    createWriters(config, runtime, { store, bus, eventLog: eventLog.underLease(lease) });
  const aiTasksOf = upstreams.quantCdnClients('poll');
  const agentsOf = upstreams.quantConnectClients('poll');

  /** A run deploys like anybody: in its owner's name, with its own id as the key that keeps it from doing so twice. */
  const deploy = async (run: AiTaskRunRow & { taskId: string }): Promise<string> => {
    const owner = await findPrincipal(store.db, run.ownerId);
    const { id } = await deployments.deploy(gatewayOnBehalfOf({ id: run.ownerId, name: owner?.name ?? '' }), {
      taskId: run.taskId,
      credentialId: run.agentCredentialId,
      idempotencyKey: run.id,
    });
    return id;
  };
  const writerUnder = (lease: Lease) => writersUnder(lease).runs;

  const pollWatch = {
    DEPLOYMENTS: pollWith(createDeploymentReconciler({ store, clock, clientOf: agentsOf, writersUnder })),
    AI_TASK_LIST: pollWith(
      createAiTaskListReconciler({
        store,
        clock,
        clientOf: aiTasksOf,
        writerUnder: (lease) => writersUnder(lease).lists,
      }),
    ),
    AI_TASK_RUN: pollWith(
      createTaskRunReconciler({ store, clock, aiTasksOf, agentsOf, deploy, writerUnder }),
    ),
    AI_TASK_LIST_RUN: pollWith(createListRunReconciler({ store, random, aiTasksOf, writerUnder })),
  } satisfies Record<WatchKind, unknown>;
  return createPoller({ store, bus, clock, logger, pollWatch });
}
