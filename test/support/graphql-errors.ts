import { expect } from 'vitest';
import type { GraphQLAnswer, GraphQLClient } from './client.ts';

/** The error codes of an answer, in order. */
export const codesOf = ({ errors = [] }: GraphQLAnswer): string[] =>
  errors.map(({ extensions }) => extensions.code);

/** The one error of an operation that must fail, which always says under which id the log has more. */
export const refusalOf = async (
  client: GraphQLClient,
  query: string,
  variables: Record<string, unknown> = {},
) => {
  const { errors = [] } = await client.graphql(query, variables);
  const [error] = errors;
  if (error === undefined) throw new Error('The operation did not fail');
  expect(errors).toHaveLength(1);
  expect(error.extensions.requestId).toMatch(/^[\w-]{8,}$/);
  return error;
};
