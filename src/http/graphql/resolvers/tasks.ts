import { toUpstreamPreference } from '../../enum-mapping.ts';
import type { Resolvers } from '../generated/resolvers.ts';

export const taskResolvers: Resolvers = {
  Query: {
    tasks: (_root, args, { viewer, services }) => services.tasks.list(viewer, args),
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
    deployments: ({ id, credentialId }, _args, { loaders }) =>
      loaders.deploymentsOfTask.load({ id, credentialId }),
  },
};
