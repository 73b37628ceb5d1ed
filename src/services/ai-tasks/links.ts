import { LINK_KEY, readLink } from '../../domain/ai-task-metadata.ts';
import { conflict, isGatewayError } from '../../errors.ts';
import { linkedAiTasks } from '../../store/ai-tasks/links.ts';
import { newestTaskRuns } from '../../store/ai-tasks/task-runs.ts';
import type { Store } from '../../store/store.ts';
import type { AiTaskDetails } from '../../upstream/quantcdn/model.ts';
import type { Viewer } from '../../viewer.ts';
import type { Audited } from '../common/audit-decorators.ts';
import { authorize } from '../common/authorize.ts';
import type {
  BothCredentials,
  Connections,
  CredentialChoice,
  QuantCdnConnections,
} from '../common/connections.ts';
import type { AiTasks } from './ai-tasks.ts';
import type { AiTaskView } from './reads.ts';

/** Links between AI tasks and the QuantConnect tasks that carry them out. */
export interface AiTaskLinks {
  /**
   * Links an AI task to a task; null removes the link.
   * @throws GatewayError `NOT_FOUND` for either, `CONFLICT` during a run of the AI task
   */
  link(
    viewer: Viewer,
    input: BothCredentials & { aiTaskId: string; taskId?: string | null },
  ): Promise<AiTaskView>;
  /**
   * The AI tasks of one organisation that are linked to each task: one call upstream for each AI task. None without a
   * QuantCDN credential. If an AI task cannot be read, its task gets the error instead.
   */
  aiTasksOf(
    viewer: Viewer,
    input: CredentialChoice & { taskIds: readonly string[] },
  ): Promise<Map<string, AiTaskView[] | Error>>;
}

export interface AiTaskLinksDeps {
  connections: QuantCdnConnections;
  agentConnections: Connections;
  aiTasks: AiTasks;
  store: Store;
}

export function createAiTaskLinks(deps: AiTaskLinksDeps): AiTaskLinks {
  const { connections, agentConnections, aiTasks, store } = deps;

  /** Ids of AI tasks by task, as the links were when they were last read. */
  const readStoredLinks = async (
    viewer: Viewer,
    { taskIds, credentialId }: CredentialChoice & { taskIds: readonly string[] },
  ): Promise<Map<string, string[]>> => {
    try {
      const { ownerId, account } = await connections.open(viewer, credentialId);
      const entries = taskIds.map(
        async (taskId) => [taskId, await linkedAiTasks(store.db, ownerId, account, taskId)] as const,
      );
      return new Map(await Promise.all(entries));
    } catch (error) {
      if (isGatewayError(error, 'CREDENTIAL_MISSING')) return new Map();
      throw error;
    }
  };

  return {
    async link(viewer, { aiTaskId, taskId, credentialId, agentCredentialId }) {
      authorize(viewer, 'write');
      const { ownerId, account: organisation } = await connections.open(viewer, credentialId);
      const newest = await newestTaskRuns(store.db, { ownerId, organisation }, [aiTaskId]);
      // A run identifies its claim by the run id in the link, so the link must not change before the run has ended.
      if (newest.get(aiTaskId)?.endedAt === null) throw conflict('The AI task is being run');
      if (taskId != null) {
        const agents = await agentConnections.open(viewer, agentCredentialId);
        await agents.call((client) => client.readTask(taskId));
      }
      // The run id of an earlier link names a run of another task and is removed with it.
      const link = { taskId: taskId ?? null, runId: null };
      return aiTasks.update(viewer, {
        id: aiTaskId,
        credentialId,
        fields: { metadataPatch: { [LINK_KEY]: link } },
      });
    },

    async aiTasksOf(viewer, { taskIds, credentialId }) {
      authorize(viewer, 'read');
      const stored = await readStoredLinks(viewer, { taskIds, credentialId });
      const ids = [...stored.values()].flat();
      if (ids.length === 0) return new Map(taskIds.map((taskId) => [taskId, []]));
      const found = await aiTasks.getMany(viewer, { ids, credentialId });
      const byId = new Map(ids.map((id, index) => [id, found[index] ?? null]));
      return new Map(
        taskIds.map((taskId) => {
          const tasks = (stored.get(taskId) ?? []).map((id) => byId.get(id) ?? null);
          return [taskId, stillLinked(tasks, taskId)];
        }),
      );
    },
  };
}

/** Adds the changes of `AiTaskLinks` to the audit log. */
export function auditAiTaskLinks(links: AiTaskLinks, audited: Audited): AiTaskLinks {
  return {
    ...links,
    link: audited('AI_TASK_LINK', links.link),
  };
}

/** Stored links may be out of date; the metadata that was just read decides. */
function stillLinked(tasks: readonly (AiTaskView | null | Error)[], taskId: string): AiTaskView[] | Error {
  const linked: AiTaskView[] = [];
  for (const task of tasks) {
    if (task instanceof Error) return task;
    if (task !== null && linkedTaskId(task.details) === taskId) linked.push(task);
  }
  return linked;
}

/** The QuantConnect task that an AI task is linked to; null without a link, and for an AI task that is gone. */
export function linkedTaskId(details: AiTaskDetails | null): string | null {
  return readLink(details?.metadata ?? null).taskId;
}
