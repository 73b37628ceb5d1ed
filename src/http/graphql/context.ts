import type { Services } from '../../services/services.ts';
import type { Viewer } from '../../viewer.ts';
import { createLoaders, type Loaders } from './loaders.ts';

/** What resolvers are handed: who asks, and what can be asked. */
export interface GraphQLContext {
  viewer: Viewer;
  services: Services;
  loaders: Loaders;
}

/**
 * The context of one operation.
 * @param isLong true for subscriptions: what a loader brought must not be served again with later events
 */
export const createContext = (viewer: Viewer, services: Services, isLong: boolean): GraphQLContext => ({
  viewer,
  services,
  loaders: createLoaders(viewer, services, !isLong),
});
