import { expect, test } from 'vitest';
import type { GraphQLClient } from '../../support/client.ts';
import { bootGateway } from '../../support/gateway.ts';
import { codesOf, refusalOf } from '../../support/graphql-errors.ts';

const CREATE_AGENT = 'mutation ($input: CreateAgentInput!) { createAgent(input: $input) { id } }';
const UPDATE_AGENT = 'mutation ($input: UpdateAgentInput!) { updateAgent(id: "1", input: $input) { id } }';
const CREATE_TASK = 'mutation ($input: CreateTaskInput!) { createTask(input: $input) { id } }';
const DEPLOY =
  'mutation ($guard: DeploymentGuardInput, $key: String) { deployTask(taskId: "1", guard: $guard, idempotencyKey: $key) { id } }';
const PROMPT = 'mutation ($prompt: String!) { promptDeployment(id: "A-1", prompt: $prompt) { id } }';
const SAVE =
  'mutation ($input: QuantConnectCredentialInput!) { saveQuantConnectCredential(input: $input) { id } }';

async function pathsOf(ada: GraphQLClient, document: string, variables: object): Promise<unknown> {
  const { extensions } = await refusalOf(ada, document, { ...variables });
  expect(extensions.code).toBe('BAD_USER_INPUT');
  return (extensions.fields as { path: string }[]).map(({ path }) => path);
}

test('invalid input names every wrong field at once, without an upstream call', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredential();
  gateway.simulator.calls.reset();

  const agent = {
    name: ' ',
    maxTurns: 0,
    nodeId: 'x',
    chainedAgents: [{ agentId: 'x', step: 0 }],
    subAgents: [{ agentId: '2' }, { agentId: '-1', callableCount: -1 }],
  };
  const wrongAgent = [
    'input.name',
    'input.maxTurns',
    'input.chainedAgents.0.agentId',
    'input.chainedAgents.0.step',
    'input.subAgents.1.agentId',
    'input.subAgents.1.callableCount',
    'input.nodeId',
  ];

  expect(await pathsOf(ada, CREATE_AGENT, { input: agent })).toEqual(wrongAgent);
  expect(await pathsOf(ada, UPDATE_AGENT, { input: agent })).toEqual(wrongAgent);
  expect(await pathsOf(ada, UPDATE_AGENT, { input: { name: null } })).toEqual(['input.name']);
  expect(await pathsOf(ada, CREATE_AGENT, { input: { name: 'x', reasoningEffort: 'UNKNOWN' } })).toEqual([
    'input.reasoningEffort',
  ]);
  expect(await pathsOf(ada, CREATE_TASK, { input: { agentId: 'x', name: '', prompt: '\n' } })).toEqual([
    'input.name',
    'input.prompt',
    'input.agentId',
  ]);
  const guard = { maxTokens: 0, maxTurns: 0, maxDurationSeconds: -1, warnAt: 0 };
  const wrongGuard = ['guard.maxTokens', 'guard.maxTurns', 'guard.maxDurationSeconds', 'guard.warnAt'];
  expect(await pathsOf(ada, DEPLOY, { guard })).toEqual(wrongGuard);
  expect(await pathsOf(ada, DEPLOY, { guard: { warnAt: 1.01 } })).toEqual(['guard.warnAt']);
  expect(await pathsOf(ada, DEPLOY, { key: 'k'.repeat(256) })).toEqual(['idempotencyKey']);
  expect(await pathsOf(ada, DEPLOY, { key: '' })).toEqual(['idempotencyKey']);
  expect(await pathsOf(ada, PROMPT, { prompt: '  ' })).toEqual(['prompt']);
  expect(await pathsOf(ada, SAVE, { input: { userId: 'ada', apiToken: 'with blanks', label: '' } })).toEqual([
    'input.userId',
    'input.apiToken',
    'input.label',
  ]);
  expect(gateway.simulator.calls.count()).toBe(0);
});

test('a limit in tokens is taken up to 2^53 - 1, as a variable and as a literal, and refused beyond', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredential();
  const taskId = await ada.createTask();
  const most = Number.MAX_SAFE_INTEGER;

  const id = await ada.deploy(taskId, { guard: { maxTokens: most } });
  const byLiteral = `mutation { deployTask(taskId: "${taskId}", guard: { maxTokens: ${most} }) { id } }`;
  await ada.ask(byLiteral);
  const rows = await gateway.deps.store.db.selectFrom('deployments').select('guard').execute();
  expect(id).not.toBe('');
  expect(rows.map(({ guard }) => JSON.parse(guard ?? '').maxTokens)).toEqual([most, most]);

  for (const wrong of [most + 1, 1.5, '7', true]) {
    expect((await refusalOf(ada, DEPLOY, { guard: { maxTokens: wrong } })).extensions.fields).toEqual([
      { path: 'guard.maxTokens', message: 'must be a whole number within ±(2^53 - 1)' },
    ]);
  }
  const tooLarge = 'mutation { deployTask(taskId: "1", guard: { maxTokens: 9007199254740993 }) { id } }';
  expect((await refusalOf(ada, tooLarge)).message).toContain('must be a whole number');
});

test('an organization is required if neither input nor credential has one', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredential();
  const clear =
    'mutation ($id: ID!) { updateCredential(id: $id, input: { organizationId: null }) { organizationId } }';
  const { viewer } = await ada.ask<{ viewer: { credentials: { id: string }[] } }>(
    '{ viewer { credentials { id } } }',
  );
  expect(await ada.ask(clear, { id: viewer.credentials[0]?.id })).toEqual({
    updateCredential: { organizationId: null },
  });

  expect(await pathsOf(ada, '{ agents { id } }', {})).toEqual(['organizationId']);
  expect(await pathsOf(ada, CREATE_AGENT, { input: { name: 'x' } })).toEqual(['input.organizationId']);
});

test('variables of the wrong type are refused without quoting their values', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUp();
  const secret = 'sk-canary-1234567890';
  const nested = { userId: '1', apiToken: { value: secret } };

  const given: [string, Record<string, unknown>][] = [
    [SAVE, { input: nested }],
    [SAVE, { input: { userId: '1', apiToken: [secret] } }],
    [SAVE, { input: secret }],
    [SAVE, { input: { userId: secret.length / 3, apiToken: secret, label: { secret } } }],
    [CREATE_AGENT, { input: { name: 'x', llmToken: secret } }],
    [CREATE_AGENT, { input: { name: 'x', reasoningEffort: secret } }],
    [CREATE_AGENT, { input: { name: 'x', llmToken: { provider: 'a', apiKey: { value: secret } } } }],
  ];
  for (const [document, variables] of given) {
    const answer = await ada.graphql(document, variables);
    expect(new Set(codesOf(answer)), JSON.stringify(answer)).toEqual(new Set(['BAD_USER_INPUT']));
    expect(JSON.stringify(answer)).not.toContain(secret);
  }
  expect(gateway.logLines.filter((line) => line.includes(secret))).toEqual([]);
});

test('all variables of the wrong type are named, without hints at other fields', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUp();
  const input = { name: 7, maxTurns: 'x', reasoningEffort: 'MEDIUMM', nam: 1, llmToken: {} };

  const { extensions } = await refusalOf(ada, CREATE_AGENT, { input });

  expect(extensions.fields).toEqual([
    { path: 'input.name', message: 'String cannot represent a non string value' },
    { path: 'input.reasoningEffort', message: 'Value does not exist in "ReasoningEffort" enum.' },
    { path: 'input.maxTurns', message: 'Int cannot represent non-integer value' },
    { path: 'input.llmToken', message: 'Field "provider" of required type "String!" was not provided.' },
    { path: 'input.llmToken', message: 'Field "apiKey" of required type "String!" was not provided.' },
    { path: 'input', message: 'Field "nam" is not defined by type "CreateAgentInput".' },
  ]);
  expect((await refusalOf(ada, CREATE_AGENT)).extensions.fields).toEqual([
    { path: 'input', message: 'is required' },
  ]);
  expect((await refusalOf(ada, CREATE_AGENT, { input: null })).extensions.fields).toEqual([
    { path: 'input', message: 'Expected non-nullable type "CreateAgentInput!" not to be null.' },
  ]);
});

test('an unexpected error is answered as INTERNAL and nothing more', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredential();
  await gateway.deps.store.db.schema.dropTable('events').execute();

  const error = await refusalOf(ada, '{ deploymentEvents { nodes { id } } }');

  expect(error.message).toBe('Internal error');
  expect(Object.keys(error.extensions)).toEqual(['code', 'requestId']);
  const logged = gateway.logLines.filter((line) => line.includes(error.extensions.requestId));
  expect(logged.some((line) => line.includes('no such table'))).toBe(true);
});
