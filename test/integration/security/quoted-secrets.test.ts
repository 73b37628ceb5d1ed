import { expect, test } from 'vitest';
import { seededAccount, seededQuantCdnToken } from '../../../simulator/index.ts';
import type { GraphQLAnswer, GraphQLClient } from '../../support/client.ts';
import { bootGateway } from '../../support/gateway.ts';

/** A key of no shape that redaction knows by itself. */
const KEY = 'heron/"quiet&river';

/** A message that repeats a secret in every form in which an upstream may. */
function quoting(secret: string): string {
  const forms = [secret, JSON.stringify(secret), encodeURIComponent(secret), secret.toUpperCase()];
  const bytes = Buffer.from(`user:${secret}`);
  return `No: ${[...forms, bytes.toString('base64'), bytes.toString('base64url'), bytes.toString('hex')].join(', ')}.`;
}

/** Parts of a secret, each in another form. */
function partsOf(secret: string): string[] {
  const part = secret.slice(-9);
  return [part, part.toUpperCase(), encodeURIComponent(part), Buffer.from(part).toString('hex')];
}

const CREATE = 'mutation ($input: CreateAgentInput!) { agent: createAgent(input: $input) { id } }';
const UPDATE =
  'mutation ($id: ID!, $input: UpdateAgentInput!) { agent: updateAgent(id: $id, input: $input) { id } }';
const CREATE_AI = 'mutation ($input: CreateAiTaskInput!) { task: createAiTask(input: $input) { id } }';

async function refused(ada: GraphQLClient, query: string, variables: object): Promise<string> {
  const { errors } = (await ada.graphql(query, { ...variables })) as GraphQLAnswer;
  expect(errors?.[0]?.extensions).toMatchObject({
    code: 'UPSTREAM_REJECTED',
    upstreamErrors: [expect.stringContaining('[redacted]')],
  });
  return JSON.stringify(errors);
}

test('a secret of the call that an upstream quotes is in no answer and in no line of the log', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredentials();
  const { agent } = await ada.ask<{ agent: { id: string } }>(CREATE, { input: { name: 'Heron' } });
  const llmToken = { provider: 'anthropic', apiKey: KEY };
  const quote = (path: string, secret: string) =>
    gateway.simulator.faults.add({ kind: 'refusal', message: quoting(secret), match: { path } });

  const shown: string[] = [];
  for (const secret of [KEY, seededAccount.apiToken]) {
    quote('/agents/create', secret);
    shown.push(await refused(ada, CREATE, { input: { name: 'x', llmToken } }));
    quote('/agents/update', secret);
    shown.push(await refused(ada, UPDATE, { id: agent.id, input: { llmToken } }));
    quote('/agents/create', secret);
    const body = JSON.stringify({ name: 'x', llmToken });
    shown.push(await (await ada.request('/v1/agents', { method: 'POST', body })).text());
  }
  for (const secret of [KEY, seededQuantCdnToken.token]) {
    quote('/organizations/acme/ai/tasks', secret);
    shown.push(await refused(ada, CREATE_AI, { input: { title: 'x', metadata: { llm: { apiKey: KEY } } } }));
  }

  const everything = [...shown, ...gateway.logLines].join('\n');
  for (const secret of [KEY, seededAccount.apiToken, seededQuantCdnToken.token])
    for (const part of partsOf(secret)) expect(everything).not.toContain(part);
  const alone = Buffer.from(KEY).toString('base64').slice(3, 12);
  expect(everything).not.toContain(alone);
});
