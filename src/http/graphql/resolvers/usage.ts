import type { Resolvers } from '../generated/resolvers.ts';
import { takeItems } from '../incomplete-lists.ts';

export const usageResolvers: Resolvers = {
  Query: {
    usage: async (_root, args, { viewer, services, incompletePaths }, { path }) => {
      const { nodes, pageInfo } = await services.usage.report(viewer, args);
      return takeItems(nodes, !pageInfo.hasNextPage, path, incompletePaths);
    },
    budgets: (_root, _args, { viewer, services }) => services.budgets.list(viewer),
  },
  Mutation: {
    setBudget: (_root, { input }, { viewer, services }) => services.budgets.set(viewer, input),
    deleteBudget: (_root, { id }, { viewer, services }) => services.budgets.remove(viewer, id),
  },
};
