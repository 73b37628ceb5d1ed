import type { AiTaskView } from '../../../services/ai-tasks/reads.ts';
import type { AiTaskDetails } from '../../../upstream/quantcdn/model.ts';
import type { Resolvers } from '../generated/resolvers.ts';
import { takeTasks } from '../incomplete-lists.ts';
import type { Loaders } from '../loaders/loaders.ts';

/** The fields that a list item does not have, read once for all resolvers; null when the task no longer exists. */
export async function detailsOf(task: AiTaskView, loaders: Loaders): Promise<AiTaskDetails | null> {
  return task.details ?? (await loaders.aiTask.load(task))?.details ?? null;
}

function detail<Name extends keyof AiTaskDetails>(name: Name) {
  return async (task: AiTaskView, _args: unknown, { loaders }: { loaders: Loaders }) =>
    (await detailsOf(task, loaders))?.[name] ?? null;
}

/** The tasks that it depends on, without those that no longer exist. */
async function dependenciesOf(task: AiTaskView, loaders: Loaders): Promise<AiTaskView[]> {
  const ids = (await detailsOf(task, loaders))?.dependsOn ?? [];
  const found = await Promise.all(
    ids.map((id) => loaders.aiTask.load({ id, credentialId: task.credentialId })),
  );
  return found.filter((one) => one !== null);
}

export const aiTaskResolvers: Resolvers = {
  Query: {
    aiTasks: async (_root, args, { viewer, services, incompletePaths }, { path }) =>
      takeTasks(await services.aiTasks.list(viewer, args), path, incompletePaths),
    aiTask: (_root, args, { viewer, services }) => services.aiTasks.get(viewer, args),
    aiTaskGraph: (_root, args, { viewer, services }) => services.aiTasks.graph(viewer, args),
  },
  Mutation: {
    createAiTask: (_root, { input, ...rest }, { viewer, services }) =>
      services.aiTasks.create(viewer, { ...rest, task: input }),
    updateAiTask: (_root, { input, ...rest }, { viewer, services }) =>
      services.aiTasks.update(viewer, { ...rest, fields: input }),
    claimAiTask: (_root, args, { viewer, services }) => services.aiTasks.claim(viewer, args),
    deleteAiTask: (_root, args, { viewer, services }) => services.aiTasks.remove(viewer, args),
  },
  AiTask: {
    createdByAgentId: detail('createdByAgentId'),
    dependsOn: async (task, _args, { loaders }) => (await detailsOf(task, loaders))?.dependsOn ?? [],
    dependencies: (task, _args, { loaders }) => dependenciesOf(task, loaders),
    dependents: async (task, _args, { loaders, incompletePaths }, { path }) =>
      takeTasks(await loaders.dependentsOfAiTask.load(task), path, incompletePaths),
    isReady: async (task, _args, { loaders }) =>
      task.status === 'PENDING' &&
      (await detailsOf(task, loaders)) !== null &&
      (await dependenciesOf(task, loaders)).every(({ status }) => status === 'COMPLETED'),
    metadata: detail('metadata'),
    progressMessage: detail('progressMessage'),
    result: detail('result'),
    error: detail('error'),
    retryCount: detail('retryCount'),
    maxRetries: detail('maxRetries'),
    startedAt: detail('startedAt'),
    completedAt: detail('completedAt'),
    blockedAt: detail('blockedAt'),
    expiresAt: detail('expiresAt'),
    isGone: ({ isGone }) => isGone ?? false,
  },
  AiTaskGraph: {
    nodes: ({ nodes, credentialId }) => nodes.map((node) => ({ ...node, credentialId })),
  },
  AiTaskNode: {
    task: ({ id, credentialId }, _args, { loaders }) => loaders.aiTask.load({ id, credentialId }),
  },
};
