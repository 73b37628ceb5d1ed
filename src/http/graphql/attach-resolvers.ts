import { type GraphQLSchema, isAbstractType, isObjectType, isScalarType } from 'graphql';
import type { Resolvers } from './generated/resolvers.ts';

/** The resolvers of one type: by field, a function or an object with `subscribe` and `resolve`; or how a scalar is read. */
type TypeResolvers = Record<string, unknown>;

/**
 * Gives the types of a schema their resolvers.
 * @throws Error for resolvers of a type or field that the schema does not have
 */
export function attachResolvers(schema: GraphQLSchema, parts: readonly Resolvers[]): void {
  for (const part of parts) {
    for (const [name, resolvers] of Object.entries(part)) attach(schema, name, resolvers as TypeResolvers);
  }
}

function attach(schema: GraphQLSchema, name: string, resolvers: TypeResolvers): void {
  const type = schema.getType(name);
  if (isScalarType(type) && isScalarType(resolvers)) {
    const { serialize, parseValue, parseLiteral } = resolvers;
    Object.assign(type, { serialize, parseValue, parseLiteral });
  } else if (isAbstractType(type)) {
    Object.assign(type, { resolveType: resolvers.__resolveType });
  } else if (isObjectType(type)) {
    for (const [fieldName, resolver] of Object.entries(resolvers)) {
      const field = type.getFields()[fieldName];
      if (field === undefined) throw new Error(`The schema has no field ${name}.${fieldName}`);
      Object.assign(field, typeof resolver === 'function' ? { resolve: resolver } : resolver);
    }
  } else throw new Error(`The schema has no type ${name} that takes these resolvers`);
}
