import { conflict, isGatewayError, notFound } from '../../errors.ts';
import {
  type AiTaskRunView,
  toTaskRunView,
  toWholeListRunView,
  type WholeListRunView,
} from '../../events/writers/run-view.ts';
import { toJson } from '../../lib/json.ts';
import { findListRun, newestListRun } from '../../store/ai-tasks/list-runs.ts';
import { taskRunsOf, taskRunsOfLists } from '../../store/ai-tasks/task-runs.ts';
import type { Viewer } from '../../viewer.ts';
import type { Deployments } from '../agents/deployments.ts';
import { type GuardInput, toGuard } from '../agents/guard.ts';
import type { Audited } from '../common/audit-decorators.ts';
import { authorize } from '../common/authorize.ts';
import type { BothCredentials, CredentialChoice } from '../common/connections.ts';
import { asDefiniteFailure } from '../common/definite-failure.ts';
import { assertValid, check } from '../common/input.ts';
import { assertListRunnable } from './checks.ts';
import { runIdFor } from './run-ids.ts';
import type { AiTaskRunsDeps } from './task-runs.ts';

export type { AiTaskListRunView, WholeListRunView } from '../../events/writers/run-view.ts';

/** Runs of whole lists: their AI tasks in the order of their dependencies, each as a run of its own. */
export interface AiTaskListRuns {
  /**
   * Starts a run; the worker carries it out.
   * @throws GatewayError `CONFLICT` during another run of the list, `BAD_USER_INPUT` if the list cannot be run to its end
   */
  run(
    viewer: Viewer,
    input: BothCredentials & {
      taskListId: string;
      maxParallel?: number | null;
      /** For each deployment, and for all of them together. */
      guard?: GuardInput | null;
      idempotencyKey?: string | null;
    },
  ): Promise<WholeListRunView>;
  /**
   * Starts no further task. Changes nothing after the end. With `stopDeployments` the worker stops those that are not
   * stopped when this is answered, also one that is only being created.
   * @throws GatewayError `NOT_FOUND` for a list without a run; the first failure to stop a deployment
   */
  stop(
    viewer: Viewer,
    input: CredentialChoice & { taskListId: string; stopDeployments?: boolean | null },
  ): Promise<WholeListRunView>;
  /** The newest run of a list; null if it has none. */
  newest(viewer: Viewer, input: CredentialChoice & { taskListId: string }): Promise<WholeListRunView | null>;
  /** The task runs that the caller's list runs have started, first started first; none for list runs of other users. */
  taskRunsOf(viewer: Viewer, listRunIds: readonly string[]): Promise<Map<string, AiTaskRunView[]>>;
}

export interface AiTaskListRunsDeps extends AiTaskRunsDeps {
  deployments: Deployments;
}

/** Largest number of tasks of a list that run at a time. */
const MAX_PARALLEL = 50;
const DEFAULT_PARALLEL = 4;

export function createAiTaskListRuns(deps: AiTaskListRunsDeps): AiTaskListRuns {
  const { connections, agentConnections, deployments, idempotency, writer, store, random } = deps;

  const readView = async (ownerId: string, id: string): Promise<WholeListRunView> => {
    const row = await findListRun(store.db, ownerId, id);
    if (row === undefined) throw notFound('Run');
    return toWholeListRunView(row, await taskRunsOf(store.db, id));
  };

  /** Stops each running deployment of a list run, also after a failure. @throws the first failure */
  const stopDeploymentsOf = async (viewer: Viewer, listRunId: string): Promise<void> => {
    const failures: unknown[] = [];
    for (const { deploymentId, endedAt, agentCredentialId } of await taskRunsOf(store.db, listRunId)) {
      if (deploymentId === null || endedAt !== null) continue;
      try {
        await deployments.stop(viewer, { id: deploymentId, credentialId: agentCredentialId });
      } catch (error) {
        // A deployment that was deleted meanwhile does not run any more.
        if (!isGatewayError(error, 'NOT_FOUND')) failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  };

  return {
    async run(viewer, input) {
      authorize(viewer, 'deploy');
      const { taskListId, maxParallel, credentialId, agentCredentialId, idempotencyKey: key } = input;
      const guard = toGuard(input.guard);
      const atOnce = maxParallel ?? DEFAULT_PARALLEL;
      assertValid([
        check(atOnce >= 1 && atOnce <= MAX_PARALLEL, 'maxParallel', `must be from 1 to ${MAX_PARALLEL}`),
      ]);
      const connection = await connections.open(viewer, credentialId);
      const agents = await agentConnections.open(viewer, agentCredentialId);
      const { ownerId, account: organisation } = connection;
      const id = runIdFor(random, ownerId, 'runAiTaskList', key);
      const start = async (): Promise<string> => {
        // Intents are kept for a day, runs for longer: the key started this run more than a day ago.
        if ((await findListRun(store.db, ownerId, id)) !== undefined) {
          throw conflict('The idempotency key was used before');
        }
        const graph = await connection.call((client) => client.readGraph(taskListId));
        await assertListRunnable(store, connection, graph);
        const hasStarted = await writer.startListRun({
          ...{ ownerId, organisation, id, taskListId, maxParallel: atOnce },
          credentialId: connection.credentialId,
          agentCredentialId: agents.credentialId,
          guard: guard === null ? null : toJson(guard),
          startedBy: viewer.actor?.id ?? null,
        });
        if (!hasStarted) throw conflict('The list is being run already');
        return id;
      };
      const fingerprint = [
        ...[taskListId, atOnce, connection.credentialId, agents.credentialId],
        ...(guard === null ? [] : [guard]),
      ];
      const runId = await idempotency.onceLocally(
        { ownerId, operation: 'runAiTaskList', key, input: fingerprint },
        {
          send: () => asDefiniteFailure(start),
          findOutcome: async () => (await findListRun(store.db, ownerId, id))?.id,
        },
      );
      return readView(ownerId, runId);
    },

    async stop(viewer, { taskListId, stopDeployments, credentialId }) {
      authorize(viewer, 'deploy');
      const { ownerId, account: organisation } = await connections.open(viewer, credentialId);
      const run = await newestListRun(store.db, { ownerId, organisation, taskListId });
      if (run === undefined) throw notFound('Run');
      await writer.stopListRun(run, stopDeployments === true);
      if (stopDeployments) await stopDeploymentsOf(viewer, run.id);
      return readView(ownerId, run.id);
    },

    async newest(viewer, { taskListId, credentialId }) {
      authorize(viewer, 'read');
      const { ownerId, account: organisation } = await connections.open(viewer, credentialId);
      const run = await newestListRun(store.db, { ownerId, organisation, taskListId });
      return run === undefined ? null : readView(ownerId, run.id);
    },

    async taskRunsOf(viewer, listRunIds) {
      authorize(viewer, 'read');
      const runs = new Map<string, AiTaskRunView[]>(listRunIds.map((id) => [id, []]));
      for (const row of await taskRunsOfLists(store.db, viewer.userId, listRunIds)) {
        runs.get(row.listRunId ?? '')?.push(toTaskRunView(row));
      }
      return runs;
    },
  };
}

/** Adds the changes of `AiTaskListRuns` to the audit log. */
export function auditAiTaskListRuns(listRuns: AiTaskListRuns, audited: Audited): AiTaskListRuns {
  return {
    ...listRuns,
    run: audited('AI_LIST_RUN', listRuns.run),
    stop: audited('AI_LIST_STOP', listRuns.stop),
  };
}
