import {
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { sizeOfJson } from '../../../lib/json/size.ts';
import type { GraphQLContext } from '../context.ts';
import { fieldKey, type ResolvedFields } from './selected.ts';

/**
 * Makes every resolver of a schema count what it gives to the engine, before the engine goes on with it: objects and bytes.
 * Above a limit nothing more is resolved. Of a long list, the objects are given out a piece in each turn of the event loop.
 * @returns the fields that have a resolver of their own
 */
export function countFields(schema: GraphQLSchema): ResolvedFields {
  const resolved = new Set<string>();
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      if (field.resolve === undefined && !isRoot(schema, type)) continue;
      resolved.add(fieldKey(type.name, field.name));
      field.resolve = counted(field);
    }
  }
  return resolved;
}

type Field = GraphQLField<unknown, GraphQLContext>;

function isRoot(schema: GraphQLSchema, type: GraphQLObjectType): boolean {
  return [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].includes(type);
}

/** The resolver of a field, which counts. */
function counted({ type, resolve = defaultFieldResolver }: Field): NonNullable<Field['resolve']> {
  const isLeaf = isLeafType(getNamedType(type));
  const nothing = isListType(isNonNullType(type) ? type.ofType : type) ? [] : null;

  return (source, args, context, info) => {
    const { usage, countSelected } = context;
    const refusal = usage.refusal();
    // The whole answer is replaced by the refusal. An empty list costs less than an error for each field.
    if (refusal !== undefined) {
      if (nothing !== null || !isNonNullType(type)) return nothing;
      throw refusal;
    }
    const give = (value: unknown): unknown => {
      if (isLeaf) {
        usage.addBytes(sizeOfJson(value));
        return value;
      }
      if (!Array.isArray(value)) {
        countSelected(value, type, info.fieldNodes, info);
        return after(usage.pause(), value);
      }
      return value.map((item: unknown) => {
        countSelected(item, type, info.fieldNodes, info);
        return after(usage.pause(), item);
      });
    };
    const value: unknown = resolve(source, args, context, info);
    return isPromise(value) ? value.then(give) : give(value);
  };
}

function after(pause: Promise<void> | undefined, value: unknown): unknown {
  return pause === undefined ? value : pause.then(() => value);
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
