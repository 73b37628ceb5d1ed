import type { DeploymentView } from '../../../services/agents/deployments.ts';
import { toOnBusy } from '../../enum-mapping.ts';
import type { Resolvers } from '../generated/resolvers.ts';
import { nestedLists, takeListing } from './listings.ts';

export const deploymentResolvers: Resolvers = {
  Query: {
    deployments: async (_root, args, context, info) =>
      takeListing(await context.services.deployments.list(context.viewer, args), context, info),
    deployment: (_root, args, { viewer, services }) => services.deployments.get(viewer, args),
    myDeployments: (_root, args, { viewer, services }) => services.deploymentHistory.page(viewer, args),
  },
  Mutation: {
    deployTask: (_root, args, { viewer, services }) => services.deployments.deploy(viewer, args),
    promptDeployment: (_root, { onBusy, ...args }, { viewer, services }) =>
      services.deployments.prompt(viewer, { ...args, onBusy: toOnBusy(onBusy) }),
    stopDeployment: (_root, args, { viewer, services }) => services.deployments.stop(viewer, args),
    createWatchToken: (_root, args, { viewer, services }) => services.watchTokens.create(viewer, args),
    deleteDeployment: (_root, args, { viewer, services }) => services.deployments.remove(viewer, args),
  },
  Deployment: {
    ...nestedLists<DeploymentView, 'mcpTools'>({ mcpTools: 'mcpTools' }),
    task: ({ taskId: id, credentialId }, _args, { loaders }) =>
      id === null ? null : loaders.task.load({ id, credentialId }),
    agent: ({ agentId: id, credentialId }, _args, { loaders }) =>
      id === null ? null : loaders.agent.load({ id, credentialId, organizationId: null }),
    conversation: ({ id: deploymentId, credentialId }, { callableId }, { viewer, services }) =>
      services.conversations.read(viewer, { deploymentId, credentialId, callableId }),
    events: ({ id: deploymentId }, args, { viewer, services }) =>
      services.feeds.pageOfDeployment(viewer, { ...args, deploymentId }),
  },
};
