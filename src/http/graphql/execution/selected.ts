import {
  type FieldNode,
  GraphQLIncludeDirective,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  GraphQLSkipDirective,
  getDirectiveValues,
  getNamedType,
  isAbstractType,
  isLeafType,
  isObjectType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { sizeOfJson } from '../../../lib/json/size.ts';

/** The fields that have a resolver of their own. Others are properties of their parent. */
export type ResolvedFields = ReadonlySet<string>;

/** The key of a field in `ResolvedFields`. */
export function fieldKey(typeName: string, fieldName: string): string {
  return `${typeName}.${fieldName}`;
}

/** What a value will add to the answer at least. */
export interface Counter {
  addNodes(count: number): void;
  addBytes(count: number): void;
}

/** What is selected of an object of one type and lies in its properties. */
interface Selected {
  /** Bytes of the object's names and signs. */
  overhead: number;
  leaves: string[];
  objects: { property: string; type: GraphQLOutputType; fieldNodes: readonly FieldNode[] }[];
}

type Info = Pick<GraphQLResolveInfo, 'schema' | 'fragments' | 'variableValues'>;

/**
 * Counts the objects of a resolved value and their bytes, before the engine resolves their fields: the value itself and
 * the objects in its properties. Fields with a resolver of their own are counted when that is called.
 */
export type CountSelected = (
  value: unknown,
  type: GraphQLOutputType,
  fieldNodes: readonly FieldNode[],
  info: GraphQLResolveInfo,
) => void;

/** Creates the function for one operation, which remembers what is selected in each place. */
export function createCountSelected(resolved: ResolvedFields, counter: Counter): CountSelected {
  const known = new Map<readonly FieldNode[], Map<string, Selected>>();

  const selectedOf = (
    type: GraphQLObjectType,
    fieldNodes: readonly FieldNode[],
    info: GraphQLResolveInfo,
  ): Selected => {
    const byType = known.get(fieldNodes) ?? new Map<string, Selected>();
    known.set(fieldNodes, byType);
    const found = byType.get(type.name) ?? findSelected(resolved, type, fieldNodes, info);
    byType.set(type.name, found);
    return found;
  };

  const count: CountSelected = (value, type, fieldNodes, info) => {
    if (value === null || typeof value !== 'object' || value instanceof Error) return;
    if (Array.isArray(value)) {
      for (const item of value) count(item, type, fieldNodes, info);
      return;
    }
    counter.addNodes(1);
    const named = getNamedType(type);
    const objectType = isAbstractType(named)
      ? info.schema.getType(String(named.resolveType?.(value, undefined, info, named)))
      : named;
    if (!isObjectType(objectType)) return;
    const source = value as Record<string, unknown>;
    const { overhead, leaves, objects } = selectedOf(objectType, fieldNodes, info);
    let bytes = overhead;
    for (const leaf of leaves) bytes += sizeOfJson(source[leaf]);
    counter.addBytes(bytes);
    for (const { property, type: inner, fieldNodes: nodes } of objects)
      count(source[property], inner, nodes, info);
  };
  return count;
}

function findSelected(
  resolved: ResolvedFields,
  type: GraphQLObjectType,
  fieldNodes: readonly FieldNode[],
  info: Info,
): Selected {
  const byKey = new Map<string, FieldNode[]>();
  for (const { selectionSet } of fieldNodes) collectFields(type, selectionSet, info, byKey);
  const selected: Selected = { overhead: 2, leaves: [], objects: [] };
  for (const [key, nodes] of byKey) {
    const name = nodes[0]?.name.value ?? '';
    const field = type.getFields()[name];
    if (field === undefined || resolved.has(fieldKey(type.name, name))) continue;
    selected.overhead += key.length + 4;
    if (isLeafType(getNamedType(field.type))) selected.leaves.push(name);
    else selected.objects.push({ property: name, type: field.type, fieldNodes: nodes });
  }
  return selected;
}

/** Collects the fields of a selection by their keys in the answer (GraphQL, 6.3.2, CollectFields). */
function collectFields(
  type: GraphQLObjectType,
  set: SelectionSetNode | undefined,
  info: Info,
  into: Map<string, FieldNode[]>,
): void {
  for (const node of set?.selections ?? []) {
    if (!isIncluded(node, info)) continue;
    if (node.kind === Kind.FIELD) {
      const key = (node.alias ?? node.name).value;
      const nodes = into.get(key);
      if (nodes) nodes.push(node);
      else into.set(key, [node]);
      continue;
    }
    const fragment = node.kind === Kind.FRAGMENT_SPREAD ? info.fragments[node.name.value] : node;
    const condition = fragment?.typeCondition?.name.value;
    if (condition === undefined || isOfType(type, condition, info))
      collectFields(type, fragment?.selectionSet, info, into);
  }
}

function isOfType(type: GraphQLObjectType, name: string, { schema }: Info): boolean {
  const condition = schema.getType(name);
  return condition === type || (isAbstractType(condition) && schema.isSubType(condition, type));
}

function isIncluded(node: SelectionNode, { variableValues }: Info): boolean {
  if (node.directives === undefined || node.directives.length === 0) return true;
  if (getDirectiveValues(GraphQLSkipDirective, node, variableValues)?.if === true) return false;
  return getDirectiveValues(GraphQLIncludeDirective, node, variableValues)?.if !== false;
}
