import type { TaskView } from '../../../services/agents/tasks.ts';
import { toUpstreamPreference } from '../../enum-mapping.ts';
import type { Resolvers } from '../generated/resolvers.ts';
import { nestedLists, takeListing } from './listings.ts';

export const taskResolvers: Resolvers = {
  Query: {
    tasks: async (_root, args, context, info) =>
      takeListing(await context.services.tasks.list(context.viewer, args), context, info),
    task: (_root, args, { viewer, services }) => services.tasks.get(viewer, args),
  },
  Mutation: {
    createTask: (_root, { input, ...rest }, { viewer, services }) =>
      services.tasks.create(viewer, { ...rest, task: toUpstreamPreference(input) }),
    updateTask: (_root, { input, ...rest }, { viewer, services }) =>
      services.tasks.update(viewer, { ...rest, fields: input }),
    deleteTask: (_root, args, { viewer, services }) => services.tasks.remove(viewer, args),
  },
  AgentTask: {
    agent: ({ agentId: id, organizationId, credentialId }, _args, { loaders }) =>
      loaders.agent.load({ id, organizationId, credentialId }),
    ...nestedLists<TaskView, 'activeDeployments' | 'upcomingDeployments' | 'notifications'>({
      activeDeployments: 'status',
      upcomingDeployments: 'upcomingDeployments',
      notifications: 'notifications',
    }),
    deployments: async ({ id, credentialId }, _args, context, info) =>
      takeListing(await context.loaders.deploymentsOfTask.load({ id, credentialId }), context, info),
  },
};
