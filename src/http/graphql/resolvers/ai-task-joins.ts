import { findDeploymentId } from '../../../services/ai-task-runs/task-runs.ts';
import { linkedTaskId } from '../../../services/ai-tasks/links.ts';
import type { Resolvers } from '../generated/resolvers.ts';
import { isInaccessible } from '../loaders/join-loaders.ts';
import { detailsOf } from './ai-tasks.ts';

/** Fields of one upstream's objects that lead to the other upstream. */
export const aiTaskJoinResolvers: Resolvers = {
  AiTask: {
    agentTask: async (task, _args, { loaders }) => {
      const id = linkedTaskId(await detailsOf(task, loaders));
      if (id === null) return null;
      return loaders.task.load({ id, credentialId: null }).catch((error: unknown) => {
        if (isInaccessible(error)) return null;
        throw error;
      });
    },
    deployment: async (task, _args, { loaders }) => {
      const run = await loaders.runOfAiTask.load(task);
      const id = await findDeploymentId(run, () => detailsOf(task, loaders));
      return id === null ? null : loaders.deployment.load(id);
    },
    run: (task, _args, { loaders }) => loaders.runOfAiTask.load(task),
  },
  AgentTask: {
    aiTasks: ({ id }, _args, { loaders }) => loaders.aiTasksOfTask.load(id),
  },
};
