import type { Resolvers } from '../generated/resolvers.ts';

export const credentialResolvers: Resolvers = {
  Query: {
    viewer: (_root, _args, { viewer, services }) => services.accounts.me(viewer),
  },
  Viewer: {
    id: (viewer) => viewer.userId,
    credentials: (viewer, _args, { services }) => services.credentials.list(viewer),
  },
  Mutation: {
    saveQuantConnectCredential: (_root, { input }, { viewer, services }) =>
      services.credentials.saveQuantConnect(viewer, input),
    saveQuantCdnCredential: (_root, { input }, { viewer, services }) =>
      services.credentials.saveQuantCdn(viewer, input),
    updateCredential: (_root, { id, input }, { viewer, services }) =>
      services.credentials.update(viewer, id, input),
    verifyCredential: (_root, { id }, { viewer, services }) => services.credentials.verify(viewer, id),
    deleteCredential: (_root, { id, ...options }, { viewer, services }) =>
      services.credentials.remove(viewer, id, options),
  },
};
