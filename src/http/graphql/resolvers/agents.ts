import { toReasoningEffort, toUpstreamEffort } from '../../enum-mapping.ts';
import type { Resolvers } from '../generated/resolvers.ts';

export const agentResolvers: Resolvers = {
  Query: {
    agents: (_root, args, { viewer, services }) => services.agents.list(viewer, args),
    agent: (_root, args, { viewer, services }) => services.agents.get(viewer, args),
  },
  Mutation: {
    createAgent: (_root, { input, ...rest }, { viewer, services }) =>
      services.agents.create(viewer, { ...rest, agent: toUpstreamEffort(input) }),
    updateAgent: (_root, { input, ...rest }, { viewer, services }) =>
      services.agents.update(viewer, { ...rest, fields: toUpstreamEffort(input) }),
    deleteAgent: (_root, args, { viewer, services }) => services.agents.remove(viewer, args),
  },
  Agent: {
    reasoningEffort: (agent) => toReasoningEffort(agent.reasoningEffort),
    rawReasoningEffort: (agent) => agent.reasoningEffort,
    chainedAgents: (agent) => agent.chainedAgents.map((link) => ({ ...link, ...originOf(agent) })),
    subAgents: (agent) => agent.subAgents.map((entry) => ({ ...entry, ...originOf(agent) })),
    tasks: async (agent, _args, { loaders }) => {
      const id = agent.organization?.id;
      if (id === undefined) return [];
      const tasks = await loaders.tasksOfOrganization.load({ id, credentialId: agent.credentialId });
      return tasks.filter((task) => task.agentId === agent.id);
    },
  },
  ChainedAgent: {
    agent: ({ agentId, ...origin }, _args, { loaders }) => loaders.agent.load({ ...origin, id: agentId }),
  },
  SubAgent: {
    agent: ({ agentId, ...origin }, _args, { loaders }) => loaders.agent.load({ ...origin, id: agentId }),
  },
};

function originOf(agent: { credentialId: string; organization: { id: string } | null }) {
  return {
    credentialId: agent.credentialId,
    organizationId: agent.organization?.id ?? null,
  };
}
