import type { OperationTypeNode } from 'graphql';
import type { Services } from '../../services/services.ts';
import type { Viewer } from '../../viewer.ts';
import type { FieldPath } from './incomplete-lists.ts';
import { createLoaders, type Loaders } from './loaders/loaders.ts';

/** What resolvers are handed: who asks, and what can be asked. */
export interface GraphQLContext {
  viewer: Viewer;
  services: Services;
  loaders: Loaders;
  /** Lists in the answer that may not be whole; told beside it. */
  incompletePaths: FieldPath[];
}

/**
 * The context of one operation.
 * @param operation what loaders bring is remembered within a query only: not with the later events of a subscription, nor
 * after the next change of a mutation
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
