import { afterAll, beforeAll, expect, test } from 'vitest';
import type { GraphQLAnswer, GraphQLClient } from '../../support/client.ts';
import { bootGateway, type Gateway } from '../../support/gateway.ts';
import { codesOf } from '../../support/graphql-errors.ts';

let gateway: Gateway;
let ada: GraphQLClient;
beforeAll(async () => {
  gateway = await bootGateway({ polls: false, env: { LOG_LEVEL: 'warn' } });
  ada = await gateway.signUp();
});
afterAll(() => gateway[Symbol.asyncDispose]());

const MANY = 60_000;
const keys = Object.fromEntries(Array.from({ length: MANY }, (_, index) => [`k${index}`, 1]));
const CREATE = 'mutation ($input: CreateAgentInput!) { createAgent(input: $input) { id } }';

async function answerTo(body: unknown): Promise<{ text: string; answer: GraphQLAnswer }> {
  const response = await ada.request('/graphql', { method: 'POST', body: JSON.stringify(body) });
  const text = await response.text();
  return { text, answer: JSON.parse(text) as GraphQLAnswer };
}

test.each<[string, unknown, number]>([
  ['unknown keys', { name: 'Heron', ...keys }, MANY],
  ['wrong items of a list', { name: 'Heron', tools: Array(MANY).fill(1) }, MANY],
  ['wrong objects of a list', { name: 'Heron', subAgents: Array(MANY).fill({}) }, MANY * 2],
])(
  'of 60,000 %s in variables 20 are named and the rest counted, below 16 kB',
  async (_title, input, count) => {
    const { text, answer } = await answerTo({ query: CREATE, variables: { input } });
    expect(codesOf(answer)).toEqual(['BAD_USER_INPUT']);
    const { fields, moreFields } = { ...answer.errors?.[0]?.extensions } as Record<string, unknown>;
    expect(fields).toHaveLength(20);
    expect(moreFields).toBeGreaterThanOrEqual(count / 2 - 20);
    expect(text.length).toBeLessThan(16_000);
  },
);

test.each([
  ['a text where a name belongs', `{ "${'a'.repeat(900_000)}" }`],
  ['a long unknown field', `{ ${'a'.repeat(900_000)} }`],
  ['one field many times', `{ viewer { ${'id: email id '.repeat(300)} } }`],
])('a refusal of %s is below 16 kB', async (_title, query) => {
  const { text, answer } = await answerTo({ query });
  expect(codesOf(answer).length).toBeGreaterThan(0);
  expect(text.length).toBeLessThan(16_000);
});
