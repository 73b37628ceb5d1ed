import { buildSchema, graphql } from 'graphql';
import { expect, test } from 'vitest';
import { attachResolvers } from './attach-resolvers.ts';
import type { Resolvers } from './generated/resolvers.ts';

const SDL = 'type Query { agent: Agent } type Agent { id: ID }';

test('the parts of one type add up', async () => {
  const schema = buildSchema(SDL);
  const parts = [{ Query: { agent: () => ({ n: 7 }) } }, { Agent: { id: ({ n }: { n: number }) => n } }];
  attachResolvers(schema, parts as unknown as Resolvers[]);
  expect(await graphql({ schema, source: '{ agent { id } }' })).toEqual({ data: { agent: { id: '7' } } });
});

test.each([
  [{ Agent: { nam: () => '' } }, 'The schema has no field Agent.nam'],
  [{ Agents: { id: () => '' } }, 'The schema has no type Agents'],
])('resolvers of what the schema does not have are refused: %j', (part, message) => {
  expect(() => attachResolvers(buildSchema(SDL), [part as unknown as Resolvers])).toThrow(message);
});
