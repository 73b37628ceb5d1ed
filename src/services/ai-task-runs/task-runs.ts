import { readLink } from '../../domain/ai-task-metadata.ts';
import { conflict, notFound } from '../../errors.ts';
import type { AiTaskRunWriter } from '../../events/writers/ai-task-runs.ts';
import { assertBudget, type BudgetCheckDeps } from '../../events/writers/budget-check.ts';
import { type AiTaskRunView, toTaskRunView } from '../../events/writers/run-view.ts';
import { toJson } from '../../lib/json.ts';
import type { Random } from '../../lib/random.ts';
import { findTaskRun, newestTaskRuns } from '../../store/ai-tasks/task-runs.ts';
import type { Store } from '../../store/store.ts';
import type { AiTaskDetails } from '../../upstream/quantcdn/model.ts';
import type { Viewer } from '../../viewer.ts';
import { type GuardInput, toGuard } from '../agents/guard.ts';
import type { Audited } from '../common/audit-decorators.ts';
import { authorize } from '../common/authorize.ts';
import type { BothCredentials, Connections, QuantCdnConnections } from '../common/connections.ts';
import { asDefiniteFailure } from '../common/definite-failure.ts';
import type { Idempotency } from '../common/idempotency.ts';
import { assertRunnable } from './checks.ts';
import { runIdFor } from './run-ids.ts';

export type { AiTaskRunView } from '../../events/writers/run-view.ts';

/** Runs of single AI tasks: each is carried out by a deployment of the QuantConnect task that the AI task is linked to. */
export interface AiTaskRuns {
  /** The newest run of each AI task that has one, by AI task. */
  newest(
    viewer: Viewer,
    input: { organisation: string; aiTaskIds: readonly string[] },
  ): Promise<Map<string, AiTaskRunView>>;
  /**
   * Starts a run; the worker carries it out, within the limits of the guard.
   * @throws GatewayError `CONFLICT` if the AI task is not linked, neither `PENDING` nor `FAILED`, waits for others, or is
   * being run; `BUDGET_EXCEEDED`
   */
  run(
    viewer: Viewer,
    input: BothCredentials & { id: string; guard?: GuardInput | null; idempotencyKey?: string | null },
  ): Promise<AiTaskRunView>;
}

export interface AiTaskRunsDeps extends BudgetCheckDeps {
  connections: QuantCdnConnections;
  agentConnections: Connections;
  idempotency: Idempotency;
  writer: AiTaskRunWriter;
  store: Store;
  random: Random;
}

export function createAiTaskRuns(deps: AiTaskRunsDeps): AiTaskRuns {
  const { connections, agentConnections, idempotency, writer, store, random } = deps;

  return {
    async newest(viewer, { organisation, aiTaskIds }) {
      authorize(viewer, 'read');
      const owner = { ownerId: viewer.userId, organisation };
      const rows = await newestTaskRuns(store.db, owner, aiTaskIds);
      return new Map([...rows].map(([id, row]) => [id, toTaskRunView(row)]));
    },

    async run(viewer, { id: aiTaskId, guard: limits, credentialId, agentCredentialId, idempotencyKey: key }) {
      authorize(viewer, 'deploy');
      const guard = toGuard(limits);
      const connection = await connections.open(viewer, credentialId);
      const agents = await agentConnections.open(viewer, agentCredentialId);
      const { ownerId, account: organisation } = connection;
      const id = runIdFor(random, ownerId, 'runAiTask', key);
      const start = async (): Promise<string> => {
        // Intents are kept for a day, runs for longer: the key started this run more than a day ago.
        if ((await findTaskRun(store.db, ownerId, id)) !== undefined) {
          throw conflict('The idempotency key was used before');
        }
        const task = await connection.call((client) => client.readTask(aiTaskId));
        await assertRunnable(connection, task);
        const { taskListId } = task;
        const { taskId } = readLink(task.details.metadata);
        // Nothing runs yet: it is refused, like a deployment. A run that has begun holds.
        await assertBudget(deps, ownerId, { taskId, taskListId, listRunId: null });
        const run = {
          ...{ ownerId, organisation, id, aiTaskId, taskListId, taskId, listRunId: null },
          credentialId: connection.credentialId,
          agentCredentialId: agents.credentialId,
          guard: guard === null ? null : toJson(guard),
          startedBy: viewer.actor?.id ?? null,
        };
        if ((await writer.startTaskRuns([run])).length === 0)
          throw conflict('The AI task is being run already');
        return id;
      };
      const input = [
        aiTaskId,
        connection.credentialId,
        agents.credentialId,
        ...(guard === null ? [] : [guard]),
      ];
      const runId = await idempotency.onceLocally(
        { ownerId, operation: 'runAiTask', key, input },
        {
          send: () => asDefiniteFailure(start),
          findOutcome: async () => (await findTaskRun(store.db, ownerId, id))?.id,
        },
      );
      const row = await findTaskRun(store.db, ownerId, runId);
      if (row === undefined) throw notFound('Run');
      return toTaskRunView(row);
    },
  };
}

/** Adds the changes of `AiTaskRuns` to the audit log. */
export function auditAiTaskRuns(runs: AiTaskRuns, audited: Audited): AiTaskRuns {
  return {
    ...runs,
    run: audited('AI_TASK_RUN', runs.run),
  };
}

/**
 * The deployment that carries out an AI task: the one of its newest run here. Otherwise the one that the task's result
 * names, if another gateway has run it; any client may write a result, so only text counts as an id.
 * @param readDetails called only without a run that has a deployment
 */
export async function findDeploymentId(
  run: AiTaskRunView | null,
  readDetails: () => Promise<AiTaskDetails | null>,
): Promise<string | null> {
  if (run !== null && run.deploymentId !== null) return run.deploymentId;
  const named = (await readDetails())?.result?.deploymentId;
  return typeof named === 'string' ? named : null;
}
