import { isGatewayError } from '../../../errors.ts';
import type { AiTaskView } from '../../../services/ai-tasks/reads.ts';
import type { AiTaskDetails } from '../../../upstream/quantcdn/model.ts';
import type { GraphQLContext } from '../context.ts';
import type { Resolvers } from '../generated/resolvers.ts';
import { type FieldPath, takeTasks } from '../incomplete-lists.ts';
import type { Loaders } from '../loaders/loaders.ts';
import { selectsOnlyIds } from '../selection.ts';

/** The task with the fields that a list item does not have, read once for all resolvers; null when it no longer exists. */
async function wholeOf(task: AiTaskView, loaders: Loaders): Promise<AiTaskView | null> {
  return task.details === null ? loaders.aiTask.load(task) : task;
}

/** As `wholeOf`. A task whose answer cannot be read is null, and says so at this path: it never hides its list. */
async function readableWholeOf(
  task: AiTaskView,
  { loaders, incompletePaths }: FieldContext,
  path: FieldPath,
): Promise<AiTaskView | null> {
  return wholeOf(task, loaders).catch((error: unknown) => {
    if (!isGatewayError(error, 'UPSTREAM_BAD_RESPONSE')) throw error;
    incompletePaths.push(path);
    return null;
  });
}

/** The fields that a list item does not have; null when the task no longer exists. */
export async function detailsOf(task: AiTaskView, loaders: Loaders): Promise<AiTaskDetails | null> {
  return (await wholeOf(task, loaders))?.details ?? null;
}

/** What a resolver of a field needs besides its parent. */
type FieldContext = Pick<GraphQLContext, 'loaders' | 'incompletePaths'>;

/** A field of the details. One that could not be read whole is named in `extensions.incomplete`. */
function detail<Name extends keyof AiTaskDetails>(name: Name) {
  return async (task: AiTaskView, _args: unknown, context: FieldContext, { path }: { path: FieldPath }) => {
    const whole = await readableWholeOf(task, context, path);
    if (whole?.incompleteFields.includes(name)) context.incompletePaths.push(path);
    return whole?.details?.[name] ?? null;
  };
}

const dependsOn = detail('dependsOn');

/** The tasks that it depends on, without those that no longer exist; not complete when some cannot be read. */
async function dependenciesOf(
  task: AiTaskView,
  context: FieldContext,
  path: FieldPath,
): Promise<{ tasks: AiTaskView[]; isComplete: boolean }> {
  const { loaders } = context;
  const whole = await readableWholeOf(task, context, path);
  const ids = whole?.details?.dependsOn ?? [];
  let isComplete = whole !== null && !whole.incompleteFields.includes('dependsOn');
  const load = (id: string) =>
    loaders.aiTask.load({ id, credentialId: task.credentialId }).catch((error: unknown) => {
      if (!isGatewayError(error, 'UPSTREAM_BAD_RESPONSE')) throw error;
      isComplete = false;
      return null;
    });
  const found = await Promise.all(ids.map(load));
  return { tasks: found.filter((one) => one !== null), isComplete };
}

/** The same as far as their ids, without reading them. */
async function dependencyIdsOf(task: AiTaskView, context: FieldContext, path: FieldPath) {
  const whole = await readableWholeOf(task, context, path);
  const ids = whole?.details?.dependsOn ?? [];
  return {
    // Of this object nothing but the id is asked for.
    tasks: ids.map((id) => ({ ...task, id })),
    isComplete: whole !== null && !whole.incompleteFields.includes('dependsOn'),
  };
}

export const aiTaskResolvers: Resolvers = {
  Query: {
    aiTasks: async (_root, args, { viewer, services, incompletePaths }, info) => {
      const list = await services.aiTasks.list(viewer, { ...args, idsOnly: selectsOnlyIds(info) });
      return takeTasks(list, info.path, incompletePaths);
    },
    aiTask: (_root, args, { viewer, services }) => services.aiTasks.get(viewer, args),
    aiTaskGraph: (_root, args, { viewer, services }) => services.aiTasks.graph(viewer, args),
    aiTaskLists: (_root, args, { viewer, services }) => services.aiTaskLists.list(viewer, args),
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
    dependsOn: async (...field) => (await dependsOn(...field)) ?? [],
    blockedByTaskIds: ({ blockedByTaskIds, incompleteFields }, _args, { incompletePaths }, { path }) => {
      if (incompleteFields.includes('blockedByTaskIds')) incompletePaths.push(path);
      return blockedByTaskIds;
    },
    dependencies: async (task, _args, context, info) => {
      const { path } = info;
      const read = selectsOnlyIds(info) ? dependencyIdsOf : dependenciesOf;
      return takeTasks(await read(task, context, path), path, context.incompletePaths);
    },
    dependents: async (task, _args, { loaders, incompletePaths }, info) => {
      const loader = selectsOnlyIds(info) ? loaders.dependentIdsOfAiTask : loaders.dependentsOfAiTask;
      return takeTasks(await loader.load(task), info.path, incompletePaths);
    },
    isReady: async (task, _args, context, { path }) => {
      if (task.status !== 'PENDING') return false;
      const { tasks, isComplete } = await dependenciesOf(task, context, path);
      return isComplete && tasks.every(({ status }) => status === 'COMPLETED');
    },
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
    nodes: ({ nodes, credentialId, isComplete }, _args, { incompletePaths }, { path }) => {
      if (!isComplete) incompletePaths.push(path);
      return nodes.map((node) => ({ ...node, credentialId }));
    },
  },
  AiTaskNode: {
    task: ({ id, credentialId }, _args, { loaders }) => loaders.aiTask.load({ id, credentialId }),
  },
};
