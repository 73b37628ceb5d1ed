// p2: mercurius with its compiler (graphql-jit), loaders for agents, and subscriptions over its own emitter.
import DataLoader from 'dataloader';
import Fastify from 'fastify';
import mercurius from 'mercurius';
import { call, credentialOf, isReady, listening } from './common.mjs';
import { createPublisher } from './publisher.mjs';

const schema = /* GraphQL */ `
  type Agent { id: Int! name: String! model: String description: String created: String updated: String }
  type Task { id: Int! name: String! prompt: String agentId: Int! created: String agent: Agent! deployments: [Deployment!]! }
  type Deployment { id: String! status: String! taskId: Int! created: String }
  type DeploymentEvent { id: String! deploymentId: String! status: String! rawStatus: String! }
  type Query { agent(id: Int!): Agent tasks(organizationId: String!): [Task!]! }
  type Subscription { deploymentEvents(deploymentId: String!): DeploymentEvent! }
`;

const resolvers = {
  Query: {
    agent: async (_, { id }, { credential }) =>
      (await call(credential, '/agents/read', { agentId: id })).agent,
    tasks: async (_, { organizationId }, { credential }) =>
      (await call(credential, '/agents/tasks/list', { organizationId })).tasks,
  },
  Task: {
    agent: ({ agentId }, _, { agents }) => agents.load(agentId),
    deployments: async ({ id }, _, { credential }) =>
      (await call(credential, '/agents/deployments/list', { taskId: id })).deployments,
  },
  Deployment: { id: ({ deploymentId }) => deploymentId },
  Subscription: {
    deploymentEvents: {
      subscribe: (_, { deploymentId }, { pubsub }) => pubsub.subscribe(deploymentId),
    },
  },
};

function contextFor({ headers }) {
  const credential = credentialOf(headers.authorization);
  const readAgent = async (agentId) => (await call(credential, '/agents/read', { agentId })).agent;
  return { credential, agents: new DataLoader((ids) => Promise.all(ids.map(readAgent))) };
}

const app = Fastify();
app.register(mercurius, {
  schema,
  resolvers,
  jit: 1,
  context: contextFor,
  graphiql: false,
  subscription: {
    fullWsTransport: true,
    context: () => ({}),
    onConnect: ({ payload }) => {
      credentialOf(payload?.authorization);
      return {};
    },
  },
});
createPublisher((event) =>
  app.graphql.pubsub.publish({ topic: event.deploymentId, payload: { deploymentEvents: event } }),
);
await app.listen(listening);
isReady();
