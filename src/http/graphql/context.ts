import type { OperationTypeNode } from 'graphql';
import type { Services } from '../../services/services.ts';
import type { Viewer } from '../../viewer.ts';
import type { FieldPath } from './incomplete-lists.ts';
import { createLoaders, type Loaders } from './loaders/loaders.ts';

/** The context of one operation, which every resolver receives. */
export interface GraphQLContext {
  viewer: Viewer;
  services: Services;
  loaders: Loaders;
  /** Paths of lists in the answer that may be incomplete; sent as `extensions.incomplete`. */
  incompletePaths: FieldPath[];
}

/**
 * @param operation loaders cache within a query only: a later event of a subscription, and the next field of a mutation,
 * must read again
 */
export function createContext(
  viewer: Viewer,
  services: Services,
  operation: OperationTypeNode | undefined,
): GraphQLContext {
  return {
    viewer,
    services,
    loaders: createLoaders(viewer, services, operation === 'query'),
    incompletePaths: [],
  };
}
