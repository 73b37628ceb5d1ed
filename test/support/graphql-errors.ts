import { expect } from 'vitest';
import type { GraphQLAnswer, GraphQLClient } from './client.ts';

/** The error codes of an answer, in order. */
export function codesOf({ errors = [] }: GraphQLAnswer): string[] {
  return errors.map(({ extensions }) => extensions.code);
}

/** The one error of an operation that must fail, which always says under which id the log has more. */
export async function refusalOf(
  client: GraphQLClient,
  query: string,
  variables: Record<string, unknown> = {},
) {
  const { errors = [] } = await client.graphql(query, variables);
  const [error] = errors;
  if (error === undefined) throw new Error('The operation did not fail');
  expect(errors).toHaveLength(1);
  expect(error.extensions.requestId).toMatch(/^[\w-]{8,}$/);
  return error;
}
