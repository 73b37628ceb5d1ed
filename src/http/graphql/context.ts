import type { OperationTypeNode } from 'graphql';
import type { Services } from '../../services/services.ts';
import type { Viewer } from '../../viewer.ts';
import { type CountSelected, createCountSelected, type ResolvedFields } from './execution/selected.ts';
import type { Usage } from './execution/usage.ts';
import type { FieldPath } from './incomplete-lists.ts';
import { createLoaders, type Loaders } from './loaders/loaders.ts';

/** The context of one operation, or of one event of a subscription, which every resolver receives. */
export interface GraphQLContext {
  viewer: Viewer;
  services: Services;
  loaders: Loaders;
  /** Paths of lists in the answer that may be incomplete; sent as `extensions.incomplete`. */
  incompletePaths: FieldPath[];
  /** What was used of the limits. */
  usage: Usage;
  /** Counts a resolved value in `usage`. */
  countSelected: CountSelected;
}

/**
 * @param operation loaders cache within a query only: a later event of a subscription, and the next field of a mutation,
 * must read again
 */
export function createContext(
  caller: Viewer,
  operation: OperationTypeNode,
  { services, resolved, usage }: { services: Services; resolved: ResolvedFields; usage: Usage },
): GraphQLContext {
  const viewer = { ...caller, upstreamCalls: usage.upstreamCalls };
  let loaders: Loaders | undefined;
  return {
    viewer,
    services,
    // A small query uses none of them.
    get loaders() {
      loaders ??= createLoaders(viewer, services, operation === 'query');
      return loaders;
    },
    incompletePaths: [],
    usage,
    countSelected: createCountSelected(resolved, usage),
  };
}
