import { LINK_KEY } from '../../domain/ai-task-metadata.ts';
import { conflict } from '../../errors.ts';
import { linkedAiTasks } from '../../store/ai-tasks/links.ts';
import { newestTaskRuns } from '../../store/ai-tasks/task-runs.ts';
import type { Store } from '../../store/store.ts';
import type { Viewer } from '../../viewer.ts';
import { authorize } from '../common/authorize.ts';
import type {
  BothCredentials,
  Connections,
  CredentialChoice,
  QuantCdnConnections,
} from '../common/connections.ts';
import type { AiTasks } from './ai-tasks.ts';
import type { AiTaskView } from './reads.ts';

/** Which task of QuantConnect runs for an AI task. */
export interface AiTaskLinks {
  /**
   * Ties an AI task to a task; null unties it.
   * @throws GatewayError `NOT_FOUND` for either, `CONFLICT` while the AI task is being run
   */
  link(
    viewer: Viewer,
    input: BothCredentials & { aiTaskId: string; taskId?: string | null },
  ): Promise<AiTaskView>;
  /** The AI tasks of the caller's default organisation that were last seen linked to a task. */
  linked(viewer: Viewer, input: CredentialChoice & { taskId: string }): Promise<string[]>;
}

export interface AiTaskLinksDeps {
  connections: QuantCdnConnections;
  agentConnections: Connections;
  aiTasks: AiTasks;
  store: Store;
}

export function createAiTaskLinks(deps: AiTaskLinksDeps): AiTaskLinks {
  const { connections, agentConnections, aiTasks, store } = deps;

  return {
    async link(viewer, { aiTaskId, taskId, credentialId, agentCredentialId }) {
      authorize(viewer, 'write');
      const { ownerId, account: organisation } = await connections.open(viewer, credentialId);
      const last = (await newestTaskRuns(store.db, { ownerId, organisation }, [aiTaskId])).get(aiTaskId);
      // The link holds the run's claim, by which it knows the AI task for its own.
      if (last !== undefined && last.endedAt === null) throw conflict('The AI task is being run');
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
      authorize(viewer, 'read');
      const { ownerId, account } = await connections.open(viewer, credentialId);
      return linkedAiTasks(store.db, ownerId, account, taskId);
    },
  };
}
