import type { DeploymentEventView } from '../../../services/agents/feeds.ts';
import type { Resolvers } from '../generated/resolvers.ts';

export const eventResolvers: Resolvers = {
  Query: {
    deploymentEvents: (_root, args, { viewer, services }) => services.feeds.page(viewer, args),
  },
  Subscription: {
    deploymentEvents: {
      subscribe: (_root, args, { viewer, services }) => services.feeds.follow(viewer, args),
      resolve: (event: DeploymentEventView) => event,
    },
  },
  DeploymentEvent: {
    deployment: (event, _args, { viewer, services }) =>
      services.deployments.getCached(viewer, event.deploymentId),
  },
  DeploymentEventConnection: {
    pageInfo: ({ hasNextPage, endCursor }) => ({ hasNextPage, endCursor }),
  },
};
