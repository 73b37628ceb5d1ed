import { GraphQLError, GraphQLScalarType } from 'graphql';

/** Services return times as ISO 8601 text already. */
const DateTime = new GraphQLScalarType<string, string>({
  name: 'DateTime',
  description: 'An instant in ISO 8601, UTC, for instance `2026-05-06T19:09:52.000Z`.',
  serialize(value) {
    if (typeof value === 'string' && !Number.isNaN(Date.parse(value))) return value;
    throw new GraphQLError('A time is not in ISO 8601');
  },
  parseValue(value) {
    if (typeof value === 'string' && !Number.isNaN(Date.parse(value))) return value;
    throw new GraphQLError('must be a time in ISO 8601');
  },
});

const JSONValue = new GraphQLScalarType<unknown, unknown>({
  name: 'JSON',
  description: 'Any JSON value, as the upstream gave it.',
  serialize: (value) => value,
  parseValue: (value) => value,
});

/** `Int` of GraphQL ends at 32 bits (GraphQL, October 2021, section 3.5.1); counts of tokens do not. */
const SafeInt = new GraphQLScalarType<number, number>({
  name: 'SafeInt',
  description: 'A whole number within ±(2^53 - 1), as a JSON number.',
  serialize(value) {
    if (Number.isSafeInteger(value)) return value as number;
    throw new GraphQLError('A count is not a whole number within ±(2^53 - 1)');
  },
  parseValue(value) {
    if (Number.isSafeInteger(value)) return value as number;
    throw new GraphQLError('must be a whole number within ±(2^53 - 1)');
  },
});

export const scalars = { DateTime, JSON: JSONValue, SafeInt };
