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
import { watchAiTaskLists } from '../worker/ai-task-lists/reconciler.ts';
import { watchDeployments } from '../worker/deployments/reconciler.ts';
import { createPoller, type Poller } from '../worker/poller.ts';
import { createVisit, type Subject } from '../worker/reconcile.ts';
import { carryListRuns } from '../worker/runs/list-run.ts';
import { carryTaskRuns } from '../worker/runs/task-run.ts';
import type { Surroundings } from './runtime.ts';
import type { Upstreams } from './upstreams.ts';
import { createRecorders } from './writers.ts';

export interface PollerParts {
  store: Store;
  bus: Bus;
  eventLog: EventLog;
  health: WatchHealth;
  upstreams: Upstreams;
  deployments: Deployments;
}

/** The poller, and what it does with each kind of watch. */
export function createPollerDeps(config: Config, surroundings: Surroundings, parts: PollerParts): Poller {
  const { clock, random, log } = surroundings;
  const { store, bus, eventLog, health, upstreams, deployments } = parts;
  const pace = { minMs: config.pollIntervalMs, maxMs: config.pollIntervalMaxMs };
  const visit = (subject: Subject) =>
    createVisit({ store, eventLog, health, clock, random, log, pace }, subject);
  const recordersUnder = (lease: Lease) =>
    createRecorders(config, surroundings, { store, bus, log: eventLog.under(lease) });
  const aiTasksOf = upstreams.aiTasksIn('poll');
  const agentsOf = upstreams.agentsIn('poll');

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
  const journalUnder = (lease: Lease) => recordersUnder(lease).runs;

  const visits = {
    DEPLOYMENTS: visit(watchDeployments({ store, clock, clientOf: agentsOf, recordersUnder })),
    AI_TASK_LIST: visit(
      watchAiTaskLists({
        store,
        clock,
        clientOf: aiTasksOf,
        journalUnder: (lease) => recordersUnder(lease).lists,
      }),
    ),
    AI_TASK_RUN: visit(carryTaskRuns({ store, clock, aiTasksOf, agentsOf, deploy, journalUnder })),
    AI_TASK_LIST_RUN: visit(carryListRuns({ store, random, aiTasksOf, journalUnder })),
  } satisfies Record<WatchKind, unknown>;
  return createPoller({ store, bus, clock, log, visits });
}
