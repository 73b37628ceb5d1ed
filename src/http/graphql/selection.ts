import { type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql';

/** The part of GraphQL's `info` that tells what is selected of a field. */
type Info = Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments'>;

/** True when nothing but ids is selected of the objects of a field, so that they need not be read. */
export function selectsOnlyIds({ fieldNodes, fragments }: Info): boolean {
  const areIds = (set: SelectionSetNode | undefined): boolean =>
    (set?.selections ?? []).every((node) => {
      if (node.kind === Kind.FIELD) return node.name.value === 'id' || node.name.value === '__typename';
      if (node.kind === Kind.INLINE_FRAGMENT) return areIds(node.selectionSet);
      return areIds(fragments[node.name.value]?.selectionSet);
    });
  return fieldNodes.every(({ selectionSet }) => areIds(selectionSet));
}
