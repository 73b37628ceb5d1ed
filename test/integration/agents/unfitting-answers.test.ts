import { expect, test } from 'vitest';
import type { FaultRule } from '../../../simulator/index.ts';
import type { GraphQLClient } from '../../support/client.ts';
import { bootGateway } from '../../support/gateway.ts';

/** Answers of QuantConnect with values that no field can hold, and with elements that cannot be decoded. */

const MANY = 3_000_000_000;

async function setUp(fault: FaultRule) {
  const gateway = await bootGateway({
    polls: false,
    simulator: { pace: 'instant', script: { queueMs: 0 } },
  });
  const ada = await gateway.signUpWithCredential();
  const taskId = await ada.createTask();
  const id = await ada.deploy(taskId);
  await ada.ask('query ($id: ID!) { deployment(id: $id) { id } }', { id });
  gateway.simulator.faults.add({ times: 'forever', ...fault });
  return { gateway, ada, taskId, id };
}

async function rest(ada: GraphQLClient, path: string): Promise<Record<string, unknown>> {
  const response = await ada.request(path);
  expect(response.status).toBe(200);
  return (await response.json()) as Record<string, unknown>;
}

test('token and deployment counts beyond 32 bits come as they are', async () => {
  const { gateway, ada, id, taskId } = await setUp({
    kind: 'values',
    set: { 'conversation.inputTokens': MANY, 'conversation.outputTokens': 1e300, 'task.deployments': MANY },
  });
  await using _ = gateway;

  const answer = await ada.ask<Record<string, unknown>>(
    `query ($id: ID!, $taskId: ID!) {
      deployment(id: $id) { conversation { inputTokens outputTokens } }
      task(id: $taskId) { deploymentCount }
    }`,
    { id, taskId },
  );

  const outputTokens = Number.MAX_SAFE_INTEGER;
  expect(answer).toEqual({
    deployment: { conversation: { inputTokens: MANY, outputTokens } },
    task: { deploymentCount: MANY },
  });
  expect(await rest(ada, `/v1/deployments/${id}/conversation`)).toMatchObject({
    inputTokens: MANY,
    outputTokens,
  });
  expect(await rest(ada, `/v1/tasks/${taskId}`)).toMatchObject({ deploymentCount: MANY });
});

test('a number of turns beyond 32 bits is null, and never an error', async () => {
  const { gateway, ada } = await setUp({ kind: 'values', set: { 'agents.*.maxTurns': MANY } });
  await using _ = gateway;

  const { agents } = await ada.ask<Record<string, unknown>>('{ agents { maxTurns } }');

  expect(agents).toContainEqual({ maxTurns: null });
  const { agents: overRest } = await rest(ada, '/v1/agents');
  expect(overRest).toContainEqual(expect.objectContaining({ maxTurns: null }));
});

test('a list without an element that cannot be decoded says so over both doors', async () => {
  const { gateway, ada, taskId } = await setUp({ kind: 'values', set: { 'deployments.0': { odd: true } } });
  await using _ = gateway;

  const answer = await ada.graphql(
    'query ($taskId: ID!) { deployments(taskId: $taskId) { id } task(id: $taskId) { deployments { id } } }',
    { taskId },
  );

  expect(answer).toMatchObject({
    data: { deployments: [], task: { deployments: [] } },
    extensions: { incomplete: ['deployments', 'task.deployments'] },
  });
  expect(await rest(ada, `/v1/tasks/${taskId}/deployments`)).toMatchObject({
    deployments: [],
    isComplete: false,
  });
  expect(gateway.logLines.join('')).toContain('upstream list elements left out');
});

test('a list inside an object says so under its path, and the object over REST', async () => {
  const { gateway, ada } = await setUp({
    kind: 'values',
    set: { 'agents.0.chainedAgents': [{ step: 1 }], 'tasks.0.status': [{ status: 'Running' }] },
  });
  await using _ = gateway;

  const answer = await ada.graphql(
    '{ agents { chainedAgents { step } } tasks { activeDeployments { rawStatus } } }',
  );

  expect(answer).toMatchObject({
    extensions: { incomplete: ['agents.0.chainedAgents', 'tasks.0.activeDeployments'] },
  });
  expect(await rest(ada, '/v1/agents')).toMatchObject({
    isComplete: false,
    agents: expect.arrayContaining([expect.objectContaining({ chainedAgents: [], isComplete: false })]),
  });
});

test('whole lists say nothing of it over GraphQL, and that they are complete over REST', async () => {
  const { gateway, ada } = await setUp({ kind: 'missingErrors' });
  await using _ = gateway;

  expect(await ada.graphql('{ agents { id tools } }')).not.toHaveProperty('extensions');
  expect(await rest(ada, '/v1/agents')).toMatchObject({ isComplete: true });
});

test('a value of a message or an agent that nests too deeply is null, and the answer says so over both doors', async () => {
  const deep = JSON.parse(`${'['.repeat(90)}${']'.repeat(90)}`) as unknown;
  const tool = { type: 'tool-x', input: deep, output: { b: 1 } };
  const set = { 'conversation.messages.0.parts.0': tool, 'agents.0.outputSchema': deep };
  const { gateway, ada, id } = await setUp({ kind: 'values', set });
  await using _ = gateway;

  const answer = await ada.graphql(
    `query ($id: ID!) {
      deployment(id: $id) { conversation { messages { parts { ... on ToolPart { input output } } } } }
      agents { outputSchema }
    }`,
    { id },
  );

  expect(answer).toMatchObject({
    data: {
      deployment: { conversation: { messages: [{ parts: [{ input: null, output: { b: 1 } }] }, {}] } },
    },
    extensions: { incomplete: ['agents.0.outputSchema', 'deployment.conversation.messages'] },
  });
  expect(await rest(ada, `/v1/deployments/${id}/conversation`)).toMatchObject({ isComplete: false });
  expect(await rest(ada, '/v1/agents')).toMatchObject({ isComplete: false });
});
