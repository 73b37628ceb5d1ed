import { expect, test } from 'vitest';
import { seededAccount } from '../../../simulator/index.ts';
import type { GraphQLClient } from '../../support/client.ts';
import { bootGateway, type Gateway } from '../../support/gateway.ts';
import { codesOf, refusalOf } from '../../support/graphql-errors.ts';

const DEPLOY = `mutation ($taskId: ID!, $key: String, $guard: DeploymentGuardInput) {
  deployment: deployTask(taskId: $taskId, idempotencyKey: $key, guard: $guard) { id taskId }
}`;
const PROMPT = `mutation ($id: ID!, $prompt: String!, $key: String) {
  deployment: promptDeployment(id: $id, prompt: $prompt, idempotencyKey: $key) { id }
}`;
const AGENT = `mutation ($name: String!, $key: String) {
  agent: createAgent(input: { name: $name }, idempotencyKey: $key) { id name }
}`;
const TASK = `mutation ($agentId: ID!, $prompt: String!, $key: String) {
  task: createTask(input: { agentId: $agentId, name: "a task", prompt: $prompt }, idempotencyKey: $key) { id }
}`;

interface Deployed {
  deployment: { id: string };
}

function made(gateway: Gateway): string[] {
  return gateway.simulator.control.state().deployments.map(({ deploymentId }) => deploymentId);
}

test('a request repeated with its key deploys once', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredential();
  const taskId = await ada.createTask();

  const first = await ada.ask<Deployed>(DEPLOY, { taskId, key: 'once' });
  const second = await ada.ask<Deployed>(DEPLOY, { taskId, key: 'once' });

  expect(second).toEqual(first);
  expect(made(gateway)).toEqual([first.deployment.id]);
  expect(await ada.ask<Deployed>(DEPLOY, { taskId, key: 'another' })).not.toEqual(first);
  expect(await ada.ask<Deployed>(DEPLOY, { taskId })).not.toEqual(first);
});

function overGraphQL(ada: GraphQLClient, taskId: string): Promise<unknown> {
  return ada.ask(DEPLOY, { taskId, key: 'once' });
}

async function overRest(ada: GraphQLClient, taskId: string): Promise<unknown> {
  const response = await ada.request(`/v1/tasks/${taskId}/deployments`, {
    method: 'POST',
    headers: { 'idempotency-key': 'once' },
    body: '{}',
  });
  expect(response.status).toBe(201);
  return response.json();
}

test.each([
  ['GraphQL', overGraphQL],
  ['REST', overRest],
])('100 simultaneous equal requests deploy once and get equal answers: %s', async (_name, deploy) => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredential();
  const taskId = await ada.createTask();

  const answers = await Promise.all(Array.from({ length: 100 }, () => deploy(ada, taskId)));

  const [id] = made(gateway);
  expect(answers[0]).toMatchObject(deploy === overRest ? { id } : { deployment: { id } });
  expect(answers).toEqual(answers.map(() => answers[0]));
  expect(made(gateway)).toHaveLength(1);
  expect(gateway.simulator.calls.count('/deployments/create')).toBe(1);
});

test('GraphQL and REST share a key: each returns what the other deployed', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredential();
  const taskId = await ada.createTask();

  await Promise.all([overGraphQL(ada, taskId), overRest(ada, taskId)]);

  expect(made(gateway)).toHaveLength(1);
});

test('agents, tasks and prompts are made once too, each kind with the same key', async () => {
  await using gateway = await bootGateway({ polls: false, simulator: { script: { endless: true } } });
  const ada = await gateway.signUpWithCredential();
  const key = 'one for all';

  const twice = async <T>(document: string, variables: object): Promise<[T, T]> => [
    await ada.ask<T>(document, { ...variables, key }),
    await ada.ask<T>(document, { ...variables, key }),
  ];
  const agents = await twice<{ agent: { id: string } }>(AGENT, { name: 'Heron' });
  const [{ agent }] = agents;
  const tasks = await twice<{ task: { id: string } }>(TASK, { agentId: agent.id, prompt: 'Go' });
  const [{ task }] = tasks;
  const id = await ada.deploy(task.id, { key });
  await twice(PROMPT, { id, prompt: 'More' });

  expect(agents[1]).toEqual(agents[0]);
  expect(tasks[1]).toEqual(tasks[0]);
  const { byPath } = gateway.simulator.calls.counts();
  expect(byPath).toMatchObject({
    '/agents/create': 1,
    '/agents/tasks/create': 1,
    '/agents/deployments/create': 1,
    '/agents/deployments/prompt': 1,
  });
});

test('a replayed answer emits no event: an ended deployment stays ended', async () => {
  await using gateway = await bootGateway();
  const ada = await gateway.signUpWithCredential();
  const taskId = await ada.createTask();
  const { deployment } = await ada.ask<Deployed>(DEPLOY, { taskId, key: 'once' });
  const log = async () => {
    const { nodes } = (
      await ada.ask<{ log: { nodes: { type: string; status: string }[] } }>(
        'query ($id: ID!) { log: deploymentEvents(deploymentId: $id) { nodes { type status } } }',
        { id: deployment.id },
      )
    ).log;
    return nodes;
  };
  await expect.poll(async () => (await log()).at(-1)?.status).toBe('COMPLETED');
  const received = await log();

  const { again } = await ada.ask<{ again: { id: string; status: string } }>(
    'mutation ($taskId: ID!) { again: deployTask(taskId: $taskId, idempotencyKey: "once") { id status } }',
    { taskId },
  );

  expect(again).toEqual({ id: deployment.id, status: 'COMPLETED' });
  expect(await log()).toEqual(received);
});

test('a key reused with other input is a CONFLICT, at the same time and later', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredential();
  const [taskId, other] = [await ada.createTask(), await ada.createTask('another')];

  const both = await Promise.all([taskId, other].map((id) => ada.graphql(DEPLOY, { taskId: id, key: 'k' })));

  expect(both.flatMap(codesOf)).toEqual(['CONFLICT']);
  const guarded = await refusalOf(ada, DEPLOY, { taskId, key: 'k', guard: { maxTokens: 5 } });
  expect(guarded.extensions.code).toBe('CONFLICT');
  expect(made(gateway)).toHaveLength(1);
});

test.each([
  { kind: 'capacity' } as const,
  { kind: 'refusal', message: 'The plan does not allow it.' } as const,
  { kind: 'throttleText' } as const,
])('a request that definitely failed ($kind) frees its key', async (fault) => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredential();
  const taskId = await ada.createTask();
  gateway.simulator.faults.add({ ...fault, match: { path: '/deployments/create' } });
  await refusalOf(ada, DEPLOY, { taskId, key: 'k' });

  const { deployment } = await ada.ask<Deployed>(DEPLOY, { taskId, key: 'k' });

  expect(made(gateway)).toEqual([deployment.id]);
});

test('a key belongs to its user: equal keys of two users do not collide', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredential();
  const carol = await gateway.signUpWithCredential('carol@example.com');
  const taskId = await ada.createTask();

  const hers = await ada.ask<Deployed>(DEPLOY, { taskId, key: 'same' });
  const others = await carol.ask<Deployed>(DEPLOY, { taskId, key: 'same' });

  expect(others.deployment.id).not.toBe(hers.deployment.id);
  expect(made(gateway)).toHaveLength(2);
});

test('a credential is saved once per key, and the key is bound to its input', async () => {
  await using gateway = await bootGateway();
  const ada = await gateway.signUp();
  const save = (label: string) =>
    ada.request('/v1/credentials', {
      method: 'POST',
      headers: { 'idempotency-key': 'save-1' },
      body: JSON.stringify({
        provider: 'QUANTCONNECT',
        label,
        userId: seededAccount.userId,
        apiToken: seededAccount.apiToken,
      }),
    });

  const answers = await Promise.all(Array.from({ length: 10 }, async () => (await save('main')).json()));
  expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
  expect((await (await save('other')).json()).code).toBe('CONFLICT');
  expect(gateway.simulator.calls.count('/authenticate')).toBe(1);
});
