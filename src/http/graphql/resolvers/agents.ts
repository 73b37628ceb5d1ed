import type { AgentView } from '../../../services/agents/agents.ts';
import { toReasoningEffort, toUpstreamEffort } from '../../enum-mapping.ts';
import type { Resolvers } from '../generated/resolvers.ts';
import { takeItems } from '../incomplete-lists.ts';
import { nestedLists, takeListing } from './listings.ts';

export const agentResolvers: Resolvers = {
  Query: {
    agents: async (_root, args, context, info) =>
      takeListing(await context.services.agents.list(context.viewer, args), context, info),
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
    ...nestedLists<AgentView, 'tools' | 'outputSchema'>({ tools: 'tools', outputSchema: 'outputSchema' }),
    chainedAgents: (agent, _args, { incompletePaths }, { path }) => {
      const links = agent.chainedAgents.map((link) => ({ ...link, ...originOf(agent) }));
      return takeItems(links, !agent.incompleteLists.includes('chainedAgents'), path, incompletePaths);
    },
    subAgents: (agent, _args, { incompletePaths }, { path }) => {
      const entries = agent.subAgents.map((entry) => ({ ...entry, ...originOf(agent) }));
      return takeItems(entries, !agent.incompleteLists.includes('subAgents'), path, incompletePaths);
    },
    tasks: async (agent, _args, { loaders, incompletePaths }, { path }) => {
      const id = agent.organization?.id;
      if (id === undefined) return [];
      const tasks = await loaders.tasksOfOrganization.load({ id, credentialId: agent.credentialId });
      const own = tasks.items.filter((task) => task.agentId === agent.id);
      return takeItems(own, tasks.isComplete, path, incompletePaths);
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
