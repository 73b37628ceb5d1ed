import type { GraphQLContext } from '../context.ts';
import { type FieldPath, takeItems } from '../incomplete-lists.ts';

/** The items of a listing; one that is not whole is named in the answer. */
export function takeListing<T>(
  { items, isComplete }: { items: T[]; isComplete: boolean },
  { incompletePaths }: GraphQLContext,
  { path }: { path: FieldPath },
): T[] {
  return takeItems(items, isComplete, path, incompletePaths);
}

/**
 * Resolves lists inside an object that name themselves in the answer when they came without an element.
 * @param names by field, the upstream's name of the list
 */
export function nestedLists<Source extends { incompleteLists: readonly string[] }, Name extends keyof Source>(
  names: Record<Name, string>,
): {
  [N in Name]: (
    source: Source,
    args: unknown,
    context: GraphQLContext,
    info: { path: FieldPath },
  ) => Source[N];
} {
  const entries = Object.entries(names) as [Name, string][];
  const resolvers = entries.map(([field, upstreamName]) => [
    field,
    (source: Source, _args: unknown, { incompletePaths }: GraphQLContext, { path }: { path: FieldPath }) => {
      if (source.incompleteLists.includes(upstreamName)) incompletePaths.push(path);
      return source[field];
    },
  ]);
  return Object.fromEntries(resolvers);
}
