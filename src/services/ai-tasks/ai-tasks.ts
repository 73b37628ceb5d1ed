import { GatewayError, isGatewayError } from '../../errors.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Random } from '../../lib/random.ts';
import type { Viewer } from '../../viewer.ts';
import type { Audited } from '../common/audit-decorators.ts';
import { authorize } from '../common/authorize.ts';
import type { CredentialChoice, QuantCdnConnections } from '../common/connections.ts';
import type { Idempotency } from '../common/idempotency.ts';
import { assertValid } from '../common/input.ts';
import { type Paged, type PageRequest, pagerOf } from '../common/page.ts';
import { createAiTaskWrites } from './changes.ts';
import { createAiTaskCreation } from './creation.ts';
import { type AnalyzedGraph, readGraph } from './graphs.ts';
import {
  type AiTaskFilter,
  type CreateAiTask,
  checkAgent,
  parseChanges,
  parseFilter,
  parseNewTask,
  type UpdateAiTask,
} from './input.ts';
import type { AiTaskObservations } from './observations.ts';
import { type AiTaskList, type AiTaskView, createAiTaskReads, type DetailedAiTaskView } from './reads.ts';

/** The graph of a list, and the credential it was read with. */
export type AiTaskGraphView = AnalyzedGraph & { credentialId: string };

/** The caller's AI tasks. */
export interface AiTasks {
  /**
   * One call if the upstream's page holds the whole list. The views have details only where list items show them.
   * @param input.idsOnly with a filter by `dependsOn`: nothing but the ids of the tasks is used. @default false
   */
  list(
    viewer: Viewer,
    input: CredentialChoice & PageRequest & { filter?: AiTaskFilter | null; idsOnly?: boolean },
  ): Promise<Paged<AiTaskList>>;
  /** @throws GatewayError `NOT_FOUND` */
  get(viewer: Viewer, input: CredentialChoice & { id: string }): Promise<DetailedAiTaskView>;
  /** One call for each id. Null for a task that does not exist, an error for one that could not be read. */
  getMany(
    viewer: Viewer,
    input: CredentialChoice & { ids: readonly string[] },
  ): Promise<(DetailedAiTaskView | null | Error)[]>;
  /**
   * Adds the details where they are missing. A task that was deleted meanwhile stays without, and so does one whose
   * answer cannot be read: it then names `details` in its `incompleteFields`.
   */
  complete(viewer: Viewer, input: CredentialChoice & { tasks: readonly AiTaskView[] }): Promise<AiTaskView[]>;
  graph(viewer: Viewer, input: CredentialChoice & { taskListId: string }): Promise<AiTaskGraphView>;
  /** @throws GatewayError `BAD_USER_INPUT` for a dependency that does not exist, `OUTCOME_UNKNOWN` */
  create(
    viewer: Viewer,
    input: CredentialChoice & { task: CreateAiTask; idempotencyKey?: string | null },
  ): Promise<DetailedAiTaskView>;
  /** @throws GatewayError `NOT_FOUND`, `BAD_USER_INPUT` for a cycle, `CONFLICT` if other clients keep changing the metadata */
  update(
    viewer: Viewer,
    input: CredentialChoice & { id: string; fields: UpdateAiTask },
  ): Promise<DetailedAiTaskView>;
  /** @throws GatewayError `CONFLICT` if the task is not free, or another client has claimed it first */
  claim(
    viewer: Viewer,
    input: CredentialChoice & { id: string; agentId: string },
  ): Promise<DetailedAiTaskView>;
  /** @throws GatewayError `CONFLICT` with `dependentTaskIds`, unless `cascade` */
  remove(
    viewer: Viewer,
    input: CredentialChoice & { id: string; cascade?: boolean | null },
  ): Promise<{ deletedIds: string[] }>;
}

export interface AiTasksDeps {
  connections: QuantCdnConnections;
  idempotency: Idempotency;
  observations: AiTaskObservations;
  clock: Pick<Clock, 'now'>;
  random: Random;
}

export function createAiTasks(deps: AiTasksDeps): AiTasks {
  const { connections, observations, clock } = deps;
  const reads = createAiTaskReads(deps);
  const writes = createAiTaskWrites({ reads });
  const createOnce = createAiTaskCreation(deps);

  return {
    async list(viewer, { filter, idsOnly, credentialId, ...page }) {
      authorize(viewer, 'read');
      const toPage = pagerOf(page);
      const connection = await connections.open(viewer, credentialId);
      const list = await reads.list(connection, { ...parseFilter(filter ?? {}), idsOnly });
      const { nodes, pageInfo } = toPage(list.tasks);
      return { ...list, tasks: nodes, pageInfo };
    },

    async get(viewer, { id, credentialId }) {
      authorize(viewer, 'read');
      return reads.one(await connections.open(viewer, credentialId), id);
    },

    async getMany(viewer, { ids, credentialId }) {
      authorize(viewer, 'read');
      return reads.many(await connections.open(viewer, credentialId), ids);
    },

    async complete(viewer, { tasks, credentialId }) {
      authorize(viewer, 'read');
      const ids = tasks.filter(({ details }) => details === null).map(({ id }) => id);
      if (ids.length === 0) return [...tasks];
      const found = await reads.many(await connections.open(viewer, credentialId), ids);
      // One task whose answer cannot be read never hides the others.
      const failure = found.find(
        (task) => task instanceof Error && !isGatewayError(task, 'UPSTREAM_BAD_RESPONSE'),
      );
      if (failure) throw failure;
      const foundById = new Map(found.map((task, index) => [ids[index], task]));
      return tasks.map((task) => {
        const whole = foundById.get(task.id) ?? task;
        return whole instanceof Error
          ? { ...task, incompleteFields: [...task.incompleteFields, 'details'] }
          : whole;
      });
    },

    async graph(viewer, { taskListId, credentialId }) {
      authorize(viewer, 'read');
      const connection = await connections.open(viewer, credentialId);
      const graph = await connection.call((client) => readGraph(client, taskListId));
      const { nodes, isComplete } = graph;
      const seen = nodes.map(({ id, status }) => ({ id, status, taskListId }));
      await observations.see(connection, seen, isComplete ? taskListId : undefined);
      return { ...graph, credentialId: connection.credentialId };
    },

    async create(viewer, { task, idempotencyKey, credentialId }) {
      authorize(viewer, 'write');
      const connection = await connections.open(viewer, credentialId);
      const id = await createOnce(viewer, connection, parseNewTask(task), idempotencyKey);
      return reads.one(connection, id).catch((error: unknown) => {
        // Another error would look as if nothing was created, and a client that tries again would create a second task.
        throw new GatewayError('OUTCOME_UNKNOWN', `AI task ${id} was made, but cannot be read`, {}, error);
      });
    },

    async update(viewer, { id, fields, credentialId }) {
      authorize(viewer, 'write');
      const connection = await connections.open(viewer, credentialId);
      return writes.update(connection, id, parseChanges(fields));
    },

    async claim(viewer, { id, agentId, credentialId }) {
      authorize(viewer, 'write');
      const connection = await connections.open(viewer, credentialId);
      assertValid([checkAgent(agentId, 'agentId')]);
      return writes.claim(connection, id, agentId);
    },

    async remove(viewer, { id, cascade, credentialId }) {
      authorize(viewer, 'write');
      const connection = await connections.open(viewer, credentialId);
      const observedAtMs = clock.now();
      const deletedIds = await connection.call((client) => client.deleteTask(id, cascade ?? false));
      await observations.markGone(connection, deletedIds, observedAtMs);
      return { deletedIds };
    },
  };
}

/** Adds the changes of `AiTasks` to the audit log. */
export function auditAiTasks(aiTasks: AiTasks, audited: Audited): AiTasks {
  return {
    ...aiTasks,
    create: audited('AI_TASK_CREATE', aiTasks.create),
    update: audited('AI_TASK_UPDATE', aiTasks.update),
    claim: audited('AI_TASK_UPDATE', aiTasks.claim),
    remove: audited('AI_TASK_DELETE', aiTasks.remove),
  };
}
