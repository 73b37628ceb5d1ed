import { readLink } from '../../../domain/ai-task-metadata.ts';
import { isGatewayError } from '../../../errors.ts';
import type { AiTaskView } from '../../../services/ai-tasks/reads.ts';
import type { GraphQLContext } from '../context.ts';
import type { Resolvers } from '../generated/resolvers.ts';
import { isOutOfSight } from '../loaders/join-loaders.ts';
import type { Loaders } from '../loaders/loaders.ts';
import { detailsOf } from './ai-tasks.ts';

/** The task of QuantConnect an AI task is linked to. */
async function linkOf(task: AiTaskView, loaders: Loaders): Promise<string | null> {
  return readLink((await detailsOf(task, loaders))?.metadata ?? null).taskId;
}

/** The run knows first; a result says it of runs of other gateways, and may say anything. */
async function deploymentIdOf(task: AiTaskView, loaders: Loaders): Promise<string | null> {
  const run = await loaders.runOfAiTask.load(task);
  if (run !== null && run.deploymentId !== null) return run.deploymentId;
  const told = (await detailsOf(task, loaders))?.result?.deploymentId;
  return typeof told === 'string' ? told : null;
}

/** Links are remembered as they were last seen; whether they still hold only the AI tasks themselves can tell. */
async function linkedTo(
  taskId: string,
  { viewer, services, loaders }: GraphQLContext,
): Promise<AiTaskView[]> {
  const ids = await services.aiTaskLinks.linked(viewer, { taskId }).catch((error: unknown) => {
    if (isGatewayError(error, 'CREDENTIAL_MISSING')) return [];
    throw error;
  });
  const tasks = await Promise.all(ids.map((id) => loaders.aiTask.load({ id, credentialId: null })));
  return tasks.filter(
    (task) => task !== null && readLink(task.details?.metadata ?? null).taskId === taskId,
  ) as AiTaskView[];
}

/** Where the two upstreams meet. */
export const aiTaskJoinResolvers: Resolvers = {
  AiTask: {
    agentTask: async (task, _args, { loaders }) => {
      const id = await linkOf(task, loaders);
      if (id === null) return null;
      return loaders.task.load({ id, credentialId: null }).catch((error: unknown) => {
        if (isOutOfSight(error)) return null;
        throw error;
      });
    },
    deployment: async (task, _args, { loaders }) => {
      const id = await deploymentIdOf(task, loaders);
      return id === null ? null : loaders.deployment.load(id);
    },
    run: (task, _args, { loaders }) => loaders.runOfAiTask.load(task),
  },
  AgentTask: {
    aiTasks: ({ id }, _args, context) => linkedTo(id, context),
  },
};
