import type { Config } from '../config.ts';
import type { Bus } from '../events/bus.ts';
import type { EventLog } from '../events/log.ts';
import type { WatchHealth } from '../events/writers/watch-health.ts';
import { createSortableIds } from '../lib/sortable-ids.ts';
import type { Deployments } from '../services/agents/deployments.ts';
import { createSendPrompt } from '../services/agents/queued-prompts.ts';
import { createRunDeployment } from '../services/ai-task-runs/run-deployment.ts';
import type { Audit } from '../services/common/audit.ts';
import { createWebhooks, type Webhooks } from '../services/webhooks/webhooks.ts';
import type { Lease } from '../store/coordination/leases.ts';
import { findPrincipal } from '../store/identity/users.ts';
import type { WatchKind } from '../store/schema/index.ts';
import type { Store } from '../store/store.ts';
import type { Tracer } from '../telemetry/tracing.ts';
import type { TranscriptSeal } from '../vault/transcript-seal.ts';
import type { Vault } from '../vault/vault.ts';
import { createAiTaskListReconciler } from '../worker/ai-task-lists/reconciler.ts';
import { createDeploymentReconciler } from '../worker/deployments/reconciler.ts';
import { createPoller, type Poller } from '../worker/poller.ts';
import { createPollWatch, type PollWatch, type Reconciler } from '../worker/reconcile.ts';
import { createListRunReconciler } from '../worker/runs/list-run.ts';
import { createTaskRunReconciler } from '../worker/runs/task-run.ts';
import { findLongestDelayMs } from '../worker/schedule.ts';
import { sharesOf } from '../worker/shares.ts';
import { createDeliver } from '../worker/webhooks/deliver.ts';
import { createWebhookDeliverer, type WebhookDeliverer } from '../worker/webhooks/deliverer.ts';
import { createResolve, createSender } from '../worker/webhooks/send.ts';
import type { MeasuredRuntime } from './runtime.ts';
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
  tracer: Tracer;
}

/** The poller, with the reconciler of each kind of watch. */
export function createWorker(config: Config, runtime: MeasuredRuntime, parts: WorkerParts): Poller {
  const { clock, random, logger, metrics } = runtime;
  const { store, bus, eventLog, writers, health, upstreams, deployments, seal, tracer } = parts;
  const schedule = { minMs: config.pollIntervalMs, maxMs: config.pollIntervalMaxMs };
  const aiTasksOf = upstreams.quantCdnClients('poll');
  const agentsOf = upstreams.quantConnectClients('poll');
  const runWriterUnder = (lease: Lease) => writers.runs(eventLog.underLease(lease));

  const pollWith = (reconciler: Reconciler) =>
    traced(
      tracer,
      createPollWatch({ store, clock, eventLog, health, random, logger, schedule, metrics }, reconciler),
    );

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
            prompts: writers.prompts(log),
          };
        },
        sendPrompt: createSendPrompt({ store, deployments }),
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

/** Each poll is a trace of its own: no request waits for it. What it changes is linked to it (`EventTable.traceParent`). */
function traced(tracer: Tracer, pollWatch: PollWatch): PollWatch {
  if (!tracer.isOn) return pollWatch;
  return (lease) => {
    const attributes = { 'quantgate.watch.kind': lease.kind, 'quantgate.watch.failures': lease.failures };
    return tracer.span(`poll ${lease.kind}`, { isRoot: true, attributes }, () => pollWatch(lease));
  };
}

export interface WebhookParts {
  store: Store;
  eventLog: EventLog;
  vault: Vault;
  audit: Audit;
}

/** Webhooks: what clients can ask, and what delivers. */
export function createWebhookParts(
  { webhooksAllowPrivate: allowsPrivate }: Pick<Config, 'webhooksAllowPrivate'>,
  runtime: MeasuredRuntime,
  { store, eventLog, vault, audit }: WebhookParts,
): { webhooks: Webhooks; deliverer: WebhookDeliverer } {
  const { clock, random, logger, metrics, version } = runtime;
  const resolve = runtime.resolveHost ?? createResolve();
  const connect = createSender({ clock, allowsPrivate, resolve, version });
  const ids = createSortableIds({ clock, random });
  const common = { store, vault, clock, random, nextDeliveryId: ids.next };

  const webhooks = createWebhooks({
    ...common,
    target: { allowsPrivate, resolve },
    async tryDelivery(url, message, secrets) {
      const connection = connect(url);
      try {
        return await connection.send(message, secrets);
      } finally {
        await connection.close();
      }
    },
  });
  const deliver = createDeliver({
    ...{ ...common, eventLog, metrics, connect },
    async onDisabled({ id, ownerId, disabledReason }) {
      logger.warn({ webhookId: id, disabledReason }, 'webhook disabled');
      const onBehalfOf = (await findPrincipal(store.db, ownerId)) ?? null;
      const subjects = { id, reason: String(disabledReason) };
      await audit.record({ act: 'WEBHOOK_DISABLE', actor: null, onBehalfOf, subjects });
    },
  });
  return { webhooks, deliverer: createWebhookDeliverer({ store, clock, logger, deliver }) };
}
