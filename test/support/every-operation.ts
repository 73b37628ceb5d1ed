import { readFileSync } from 'node:fs';
import {
  buildSchema,
  type GraphQLField,
  type GraphQLInputType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
} from 'graphql';

/** A document with one root field. */
export interface RootOperation {
  /** `Query.deployment`. */
  name: string;
  document: string;
}

/**
 * Every root field of the schema, with the least arguments that it takes.
 * @param idOf the id for an argument; also for those that are optional, if it has one
 */
export function everyOperation(
  idOf: (argument: string, field: string) => string | undefined,
): RootOperation[] {
  const schema = buildSchema(readFileSync('schema.graphql', 'utf8'));
  const roots = [
    ['query', schema.getQueryType()],
    ['mutation', schema.getMutationType()],
    ['subscription', schema.getSubscriptionType()],
  ] as const;
  return roots.flatMap(([operation, type]) =>
    Object.values(type?.getFields() ?? {}).map((field) => ({
      name: `${type?.name}.${field.name}`,
      document: `${operation} { ${selectionOf(field, idOf)} }`,
    })),
  );
}

function selectionOf(
  field: GraphQLField<unknown, unknown>,
  idOf: (argument: string, field: string) => string | undefined,
): string {
  const given = field.args.flatMap((argument) => {
    const id = idOf(argument.name, field.name);
    if (id !== undefined) return [`${argument.name}: ${JSON.stringify(id)}`];
    return isRequiredArgument(argument) ? [`${argument.name}: ${literalOf(argument.type)}`] : [];
  });
  const selected = isLeafType(getNamedType(field.type)) ? '' : ' { __typename }';
  return `${field.name}${given.length > 0 ? `(${given.join(', ')})` : ''}${selected}`;
}

/** A value of the type, as a literal. */
function literalOf(type: GraphQLInputType): string {
  if (isNonNullType(type)) return literalOf(type.ofType);
  if (isListType(type)) return '[]';
  if (isEnumType(type)) return type.getValues()[0]?.name ?? '';
  if (isInputObjectType(type)) {
    const required = Object.values(type.getFields()).filter(isRequiredInputField);
    return `{ ${required.map(({ name, type: of }) => `${name}: ${literalOf(of)}`).join(', ')} }`;
  }
  return (
    { Int: '1', Float: '1', SafeInt: '1', Boolean: 'true', JSON: '{}' }[getNamedType(type).name] ?? '"1"'
  );
}
