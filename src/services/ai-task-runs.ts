import { createHash } from 'node:crypto';
import { badUserInput, conflict, isGatewayError, notFound } from '../errors.ts';
import type { RunJournal } from '../events/run-journal.ts';
import {
  type AiTaskListRunView,
  type AiTaskRunView,
  shownListRun,
  shownTaskRun,
} from '../events/run-view.ts';
import { LINK_KEY, readLink } from '../lib/ai-task-link.ts';
import { analyseTasks } from '../lib/dag.ts';
import type { Random } from '../lib/random.ts';
import { linkedAiTasks, linksOf } from '../store/ai-links.ts';
import { findListRun, newestListRun } from '../store/list-runs.ts';
import type { Db, Store } from '../store/store.ts';
import { findTaskRun, newestTaskRuns, taskRunsOf } from '../store/task-runs.ts';
import type { QuantCdnClient } from '../upstream/quantcdn/client.ts';
import type { SeenAiTaskGraph, WholeAiTask } from '../upstream/quantcdn/model.ts';
import type { Viewer } from '../viewer.ts';
import type { CredentialChoice } from './agents.ts';
import type { AiTaskView } from './ai-task-view.ts';
import type { AiTasks } from './ai-tasks.ts';
import { authorise } from './authorise.ts';
import type { Connections, QuantCdnConnection, QuantCdnConnections } from './connections.ts';
import type { Deployments } from './deployments.ts';
import type { Idempotency } from './idempotency.ts';
import { checkInput, require } from './input.ts';

export type { AiTaskListRunView, AiTaskRunView } from '../events/run-view.ts';

/** Picks a credential of each upstream; the default ones serve without. */
export interface BothCredentials extends CredentialChoice {
  /** Of QuantConnect. */
  agentCredentialId?: string | null | undefined;
}

/** The two upstreams joined: AI tasks that are run as deployments of QuantConnect's tasks. */
export interface AiTaskRuns {
  /** Ties an AI task to a task; null unties it. @throws GatewayError `NOT_FOUND` for either */
  link(
    viewer: Viewer,
    input: BothCredentials & { aiTaskId: string; taskId?: string | null },
  ): Promise<AiTaskView>;
  /** The AI tasks of the caller's default organisation that were last seen linked to a task. */
  linked(viewer: Viewer, input: CredentialChoice & { taskId: string }): Promise<string[]>;
  /** The newest run of each of some AI tasks, if they have one. */
  newest(
    viewer: Viewer,
    input: { organisation: string; aiTaskIds: readonly string[] },
  ): Promise<Map<string, AiTaskRunView>>;
  /** @throws GatewayError `CONFLICT` while the task waits, is in progress, is completed or is being run */
  run(
    viewer: Viewer,
    input: BothCredentials & { id: string; idempotencyKey?: string | null },
  ): Promise<AiTaskRunView>;
  /** @throws GatewayError `CONFLICT` while the list is being run, `BAD_USER_INPUT` when it cannot be run as it is */
  runList(
    viewer: Viewer,
    input: BothCredentials & {
      taskListId: string;
      maxParallel?: number | null;
      idempotencyKey?: string | null;
    },
  ): Promise<AiTaskListRunView>;
  /** Stopping what is not running any more changes nothing. @throws GatewayError `NOT_FOUND` for a list never run */
  stopList(
    viewer: Viewer,
    input: CredentialChoice & { taskListId: string; stopDeployments?: boolean | null },
  ): Promise<AiTaskListRunView>;
  /** The newest run of a list; null when it was never run. */
  listRun(
    viewer: Viewer,
    input: CredentialChoice & { taskListId: string },
  ): Promise<AiTaskListRunView | null>;
}

export interface AiTaskRunsDeps {
  connections: QuantCdnConnections;
  agentConnections: Connections;
  aiTasks: AiTasks;
  deployments: Deployments;
  idempotency: Idempotency;
  journal: RunJournal;
  store: Store;
  random: Random;
}

/** Most tasks of a list that run at a time. */
const MAX_PARALLEL = 50;
const DEFAULT_PARALLEL = 4;

export const createAiTaskRuns = (deps: AiTaskRunsDeps): AiTaskRuns => {
  const { connections, agentConnections, aiTasks, deployments, idempotency, journal, store, random } = deps;

  /** With a key the id follows from it, so that a run begun before a crash is found again. */
  const runId = (viewer: Viewer, operation: string, key: string | null | undefined): string =>
    key == null ? random.uuid() : uuidOf([viewer.userId, operation, key]);

  const shownList = async (ownerId: string, id: string): Promise<AiTaskListRunView | undefined> => {
    const row = await findListRun(store.db, ownerId, id);
    return row && shownListRun(row, await taskRunsOf(store.db, id));
  };

  const shownTask = async (ownerId: string, id: string): Promise<AiTaskRunView | undefined> => {
    const row = await findTaskRun(store.db, ownerId, id);
    return row && shownTaskRun(row);
  };

  const found = <T>(run: T | undefined): T => {
    if (run === undefined) throw notFound('Run');
    return run;
  };

  return {
    async link(viewer, { aiTaskId, taskId, credentialId, agentCredentialId }) {
      authorise(viewer, 'write');
      if (taskId != null) {
        const agents = await agentConnections.open(viewer, agentCredentialId);
        await agents.call((client) => client.readTask(taskId));
      }
      // The id of a run says which claim is in force; of another task's run it says nothing.
      const link = { taskId: taskId ?? null, runId: null };
      return aiTasks.update(viewer, {
        id: aiTaskId,
        credentialId,
        fields: { metadataPatch: { [LINK_KEY]: link } },
      });
    },

    async linked(viewer, { taskId, credentialId }) {
      authorise(viewer, 'read');
      const { ownerId, account } = await connections.open(viewer, credentialId);
      return linkedAiTasks(store.db, ownerId, account, taskId);
    },

    async newest(viewer, { organisation, aiTaskIds }) {
      authorise(viewer, 'read');
      const place = { ownerId: viewer.userId, organisation };
      const rows = await newestTaskRuns(store.db, place, aiTaskIds);
      return new Map([...rows].map(([id, row]) => [id, shownTaskRun(row)]));
    },

    async run(viewer, { id: aiTaskId, credentialId, agentCredentialId, idempotencyKey: key }) {
      authorise(viewer, 'deploy');
      const connection = await connections.open(viewer, credentialId);
      const agents = await agentConnections.open(viewer, agentCredentialId);
      const id = runId(viewer, 'runAiTask', key);
      const { ownerId } = connection;
      const begin = async (): Promise<string> => {
        const task = await connection.call((client) => client.readTask(aiTaskId));
        await checkMayRun(connection, task);
        const run = {
          ...placeOf(connection, agents.credentialId),
          id,
          aiTaskId,
          taskListId: task.taskListId,
        };
        await journal.beginTasks(
          [{ ...run, listRunId: null, taskId: readLink(task.details.metadata).taskId }],
          (tx) => checkNotRun(tx, connection, aiTaskId),
        );
        return id;
      };
      await idempotency.once(
        {
          ownerId,
          operation: 'runAiTask',
          key,
          input: [aiTaskId, connection.credentialId, agents.credentialId],
        },
        { run: begin, trace: async () => (await findTaskRun(store.db, ownerId, id))?.id },
      );
      return found(await shownTask(ownerId, id));
    },

    async runList(viewer, { taskListId, maxParallel, credentialId, agentCredentialId, idempotencyKey: key }) {
      authorise(viewer, 'deploy');
      const atOnce = maxParallel ?? DEFAULT_PARALLEL;
      checkInput([
        require(atOnce >= 1 && atOnce <= MAX_PARALLEL, 'maxParallel', `must be from 1 to ${MAX_PARALLEL}`),
      ]);
      const connection = await connections.open(viewer, credentialId);
      const agents = await agentConnections.open(viewer, agentCredentialId);
      const id = runId(viewer, 'runAiTaskList', key);
      const { ownerId } = connection;
      const begin = async (): Promise<string> => {
        const graph = await connection.call((client) => client.readGraph(taskListId));
        await checkListMayRun(store, connection, graph);
        const run = { ...placeOf(connection, agents.credentialId), id, taskListId, maxParallel: atOnce };
        await journal.beginList(run, async (tx) => {
          const last = await newestListRun(tx, run);
          if (last !== undefined && last.endedAt === null) throw conflict('The list is being run already');
        });
        return id;
      };
      const input = [taskListId, atOnce, connection.credentialId, agents.credentialId];
      await idempotency.once(
        { ownerId, operation: 'runAiTaskList', key, input },
        { run: begin, trace: async () => (await findListRun(store.db, ownerId, id))?.id },
      );
      return found(await shownList(ownerId, id));
    },

    async stopList(viewer, { taskListId, stopDeployments, credentialId }) {
      authorise(viewer, 'deploy');
      const { ownerId, account: organisation } = await connections.open(viewer, credentialId);
      const run = found(await newestListRun(store.db, { ownerId, organisation, taskListId }));
      if (run.endedAt === null) await journal.advanceList(run, { state: 'STOPPING' });
      if (stopDeployments) {
        for (const { deploymentId, endedAt, agentCredentialId } of await taskRunsOf(store.db, run.id)) {
          if (deploymentId === null || endedAt !== null) continue;
          await deployments.stop(viewer, { id: deploymentId, credentialId: agentCredentialId });
        }
      }
      return found(await shownList(ownerId, run.id));
    },

    async listRun(viewer, { taskListId, credentialId }) {
      authorise(viewer, 'read');
      const { ownerId, account: organisation } = await connections.open(viewer, credentialId);
      const run = await newestListRun(store.db, { ownerId, organisation, taskListId });
      return (run && (await shownList(ownerId, run.id))) ?? null;
    },
  };
};

const placeOf = ({ ownerId, account, credentialId }: QuantCdnConnection, agentCredentialId: string) => ({
  ownerId,
  organisation: account,
  credentialId,
  agentCredentialId,
});

/** @throws GatewayError `CONFLICT` that says what is in the way */
const checkMayRun = async (connection: QuantCdnConnection, task: WholeAiTask): Promise<void> => {
  if (readLink(task.details.metadata).taskId === null) throw conflict('The AI task is not linked to a task');
  if (task.status === 'IN_PROGRESS' || task.status === 'COMPLETED') {
    throw conflict(`The AI task is ${task.rawStatus} already`);
  }
  const open = await connection.call((client) => openDependencies(client, task.details.dependsOn));
  if (open.length > 0) throw conflict(`The AI task waits for ${open.join(', ')}`);
};

/** The prerequisites that are not completed; one that is gone was completed long ago (upstream page, section 4). */
const openDependencies = async (client: QuantCdnClient, ids: readonly string[]): Promise<string[]> => {
  const isOpen = async (id: string): Promise<boolean> => {
    try {
      return (await client.readTask(id)).status !== 'COMPLETED';
    } catch (error) {
      if (isGatewayError(error, 'NOT_FOUND')) return false;
      throw error;
    }
  };
  const verdicts = await Promise.all(ids.map(isOpen));
  return ids.filter((_id, index) => verdicts[index]);
};

/** @throws GatewayError `CONFLICT` while a run of the AI task is under way */
const checkNotRun = async (tx: Db, connection: QuantCdnConnection, aiTaskId: string): Promise<void> => {
  const place = { ownerId: connection.ownerId, organisation: connection.account };
  const last = (await newestTaskRuns(tx, place, [aiTaskId])).get(aiTaskId);
  if (last !== undefined && last.endedAt === null) throw conflict('The AI task is being run already');
};

/** @throws GatewayError `BAD_USER_INPUT` for a list that could not be run to its end as it is */
const checkListMayRun = async (
  store: Store,
  connection: QuantCdnConnection,
  graph: SeenAiTaskGraph,
): Promise<void> => {
  const refuse = (message: string) => badUserInput({ path: 'taskListId', message });
  if (graph.nodes.length === 0) throw refuse('names a list without tasks');
  const { cycles, done, running } = analyseTasks(graph.nodes);
  const isLeft = (id: string): boolean => !done.includes(id) && !running.includes(id);
  const cycle = cycles.find((one) => one.every(isLeft));
  if (cycle !== undefined) throw refuse(`has tasks that wait for each other: ${cycle.join(' → ')}`);
  const left = graph.nodes.map(({ id }) => id).filter(isLeft);
  const unlinked = await withoutLink(store, connection, left);
  if (unlinked.length > 0) throw refuse(`has tasks that are not linked to a task: ${unlinked.join(', ')}`);
};

/** Of some AI tasks those that are not linked; only those not known to be are read. */
const withoutLink = async (
  store: Store,
  connection: QuantCdnConnection,
  ids: readonly string[],
): Promise<string[]> => {
  const known = await linksOf(store.db, connection.ownerId, connection.account, ids);
  const unknown = ids.filter((id) => !known.has(id));
  const tasks = await Promise.all(unknown.map((id) => connection.call((client) => client.readTask(id))));
  return tasks.filter(({ details }) => readLink(details.metadata).taskId === null).map(({ id }) => id);
};

/** A UUID that follows from some words (RFC 9562, version 8). */
const uuidOf = (words: readonly string[]): string => {
  const hex = createHash('sha256').update(JSON.stringify(words)).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
};
