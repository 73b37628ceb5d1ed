import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildSchema, isInputObjectType, isInterfaceType, isObjectType } from 'graphql';
import { expect, test } from 'vitest';
import { bootGateway } from '../../support/gateway.ts';

const schema = buildSchema(await readFile(new URL('../../../schema.graphql', import.meta.url), 'utf8'));

const operations = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap(
  (root) => Object.keys(root?.getFields() ?? {}).map((field) => `${root?.name}.${field}`),
);

/** Every type with fields, as `[Type.field, description]`. */
const fields = Object.values(schema.getTypeMap())
  .filter((type) => !type.name.startsWith('__'))
  .filter((type) => isObjectType(type) || isInterfaceType(type) || isInputObjectType(type))
  .flatMap((type) => Object.values(type.getFields()).map((field) => ({ type, field })));

test('every query, mutation and subscription is named by a test title', async () => {
  const folder = join(import.meta.dirname, '..');
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.test.ts'));
  const sources = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  const titles = sources.flatMap((source) =>
    [...source.matchAll(/^test.*?\(\n?\s*(['"`].*)/gms)].map(([, title]) => title),
  );

  const untested = operations.filter((name) => !titles.some((title) => title?.includes(`${name} `)));

  expect(operations.length).toBeGreaterThan(20);
  expect(untested).toEqual([]);
});

test('every field of the schema is described', () => {
  const mute = fields
    .filter(({ field }) => !field.description)
    .map(({ type, field }) => `${type.name}.${field.name}`);
  expect(mute.filter((name) => !/^(PageInfo|Query|Mutation|Subscription)\./.test(name))).toEqual([]);
});

/** A watch token is made to be handed on, the `key` of usage is a day or an id, and budgets and guards count tokens of a model. */
const NO_SECRETS = [
  'Mutation.createWatchToken',
  'WatchToken.token',
  'Usage.key',
  'Budget.maxTokens',
  'Budget.usedTokens',
  'DeploymentGuard.maxTokens',
];

test('no output type has a field for a secret', () => {
  const secret = /secret|password|key$|^api|^llmToken$|(?<!input|output)tokens?$/i;
  const readable = fields
    .filter(({ type }) => !isInputObjectType(type))
    .filter(({ field }) => secret.test(field.name))
    .map(({ type, field }) => `${type.name}.${field.name}`)
    .filter((name) => !NO_SECRETS.includes(name));

  expect(readable).toEqual([]);
  expect(['apiToken', 'apiKey', 'llmToken', 'token', 'accessToken'].every((name) => secret.test(name))).toBe(
    true,
  );
});

test("an agent's own LLM key is never readable, even when the upstream returns it", async () => {
  const canary = 'sk-canary-4711-never-to-be-seen';
  await using gateway = await bootGateway({ polls: false, simulator: { behavior: { handBackKeys: true } } });
  const ada = await gateway.signUpWithCredential();
  const everything = Object.values(schema.getTypeMap())
    .filter((type) => type.name === 'Agent' && isObjectType(type))
    .flatMap((type) => (isObjectType(type) ? Object.values(type.getFields()) : []))
    .map(({ name, type }) =>
      /^(\[|)(ChainedAgent|SubAgent|AgentTask)|^(Person|Organization|Node)/.test(String(type))
        ? `${name} { __typename }`
        : name,
    )
    .join(' ');
  const llmToken = { provider: 'anthropic', apiKey: canary };
  const ask = async (query: string, variables: Record<string, unknown>) =>
    JSON.stringify(await ada.graphql(query, variables));

  const created = await ask(
    `mutation ($input: CreateAgentInput!) { agent: createAgent(input: $input) { ${everything} } }`,
    { input: { name: 'Heron', useQcc: false, llmToken } },
  );
  const { id } = (JSON.parse(created) as { data: { agent: { id: string } } }).data.agent;
  const answers = [
    created,
    await ask(`query ($id: ID!) { agent(id: $id) { ${everything} } agents { ${everything} } }`, { id }),
    await ask(
      `mutation ($id: ID!, $input: UpdateAgentInput!) { updateAgent(id: $id, input: $input) { ${everything} } }`,
      {
        id,
        input: { llmToken },
      },
    ),
    await ask('mutation ($input: CreateAgentInput!) { createAgent(input: $input) { id } }', {
      input: { name: 7, llmToken: canary },
    }),
  ];

  expect(answers[1]).toContain('"llmProvider":"anthropic"');
  expect(answers.filter((answer) => answer.includes(canary))).toEqual([]);
  expect(gateway.logLines.filter((line) => line.includes(canary))).toEqual([]);
});
