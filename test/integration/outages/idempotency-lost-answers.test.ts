import { expect, test } from 'vitest';
import { bootGateway, type Gateway } from '../../support/gateway.ts';
import { refusalOf } from '../../support/graphql-errors.ts';

const DEPLOY = `mutation ($taskId: ID!, $key: String) {
  deployment: deployTask(taskId: $taskId, idempotencyKey: $key) { id }
}`;
const CREATE = '/deployments/create';

interface Deployed {
  deployment: { id: string };
}

function made(gateway: Gateway): string[] {
  return gateway.simulator.control.state().deployments.map(({ deploymentId }) => deploymentId);
}

/** What a process leaves behind that is killed after the upstream has acted and before it has said so. */
async function forgetAnswer({ deps }: Gateway): Promise<void> {
  const { db } = deps.store;
  await db.updateTable('intents').set({ result: null, outcomeId: null, isRecorded: 0 }).execute();
  await db.deleteFrom('events').execute();
  await db.deleteFrom('deployments').execute();
}

test.each([
  ['with a key', 'k'],
  ['without one', null],
])('a deployment with a lost answer is found, %s', async (_story, key) => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredential();
  const taskId = await ada.createTask();
  gateway.simulator.faults.add({ kind: 'lostReply', match: { path: CREATE } });

  const { deployment } = await ada.ask<Deployed>(DEPLOY, { taskId, key });

  expect(made(gateway)).toEqual([deployment.id]);
  expect(gateway.simulator.calls.count(CREATE)).toBe(1);
});

test('answers lost one after another are told apart', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredential();
  const taskId = await ada.createTask();
  gateway.simulator.faults.add({ kind: 'lostReply', match: { path: CREATE }, times: 3 });

  const ids: string[] = [];
  for (const key of ['a', 'b', 'c'])
    ids.push((await ada.ask<Deployed>(DEPLOY, { taskId, key })).deployment.id);

  expect(new Set(made(gateway))).toEqual(new Set(ids));
  expect(made(gateway)).toHaveLength(3);
});

test('agents, tasks and prompts with lost answers are found as well', async () => {
  await using gateway = await bootGateway({
    polls: false,
    simulator: { script: { endless: true, queueMs: 0 } },
  });
  const ada = await gateway.signUpWithCredential();
  const paths = ['/agents/create', '/tasks/create', '/deployments/prompt'];
  for (const path of paths) gateway.simulator.faults.add({ kind: 'lostReply', match: { path } });

  const taskId = await ada.createTask('Buy and hold SPY');
  const id = await ada.deploy(taskId);
  await ada.ask('mutation ($id: ID!) { promptDeployment(id: $id, prompt: "More") { id } }', { id });

  for (const path of paths) expect(gateway.simulator.calls.count(path), path).toBe(1);
  const { agents, tasks } = gateway.simulator.control.state();
  expect([agents.length, tasks.map((task) => String(task.id))]).toEqual([1, [taskId]]);
  const { log } = await ada.ask<{ log: { nodes: { type: string }[] } }>(
    'query ($id: ID!) { log: deploymentEvents(deploymentId: $id) { nodes { type } } }',
    { id },
  );
  expect(log.nodes.filter(({ type }) => type === 'PROMPTED')).toHaveLength(1);
});

test('a process killed after sending finds the outcome on the next request', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredential();
  const taskId = await ada.createTask();
  const before = await ada.ask<Deployed>(DEPLOY, { taskId, key: 'k' });
  await forgetAnswer(gateway);

  const after = await ada.ask<Deployed>(DEPLOY, { taskId, key: 'k' });

  expect(after).toEqual(before);
  expect(made(gateway)).toEqual([before.deployment.id]);
});

test('the outcome is found also when the deployment is followed meanwhile', async () => {
  await using gateway = await bootGateway({ polls: false, simulator: { script: { endless: true } } });
  const ada = await gateway.signUpWithCredential();
  const taskId = await ada.createTask();
  const before = await ada.ask<Deployed>(DEPLOY, { taskId, key: 'k' });
  await forgetAnswer(gateway);
  await using events = ada.subscribe(
    'subscription ($id: ID!) { deploymentEvents(taskId: $id) { deploymentId reason } }',
    { id: taskId },
  );
  expect(await events.next()).toEqual({
    deploymentEvents: { deploymentId: before.deployment.id, reason: 'made elsewhere' },
  });

  expect(await ada.ask<Deployed>(DEPLOY, { taskId, key: 'k' })).toEqual(before);
  expect(made(gateway)).toHaveLength(1);
});

test('an outcome not found is UNKNOWN, and nothing is sent until it is settled', async () => {
  await using gateway = await bootGateway({ polls: false, env: { UPSTREAM_TIMEOUT: '1s' } });
  const ada = await gateway.signUpWithCredential();
  const taskId = await ada.createTask();
  gateway.simulator.faults.add({ kind: 'hang', match: { path: CREATE } });

  const { extensions } = await refusalOf(ada, DEPLOY, { taskId, key: 'k' });
  const again = await refusalOf(ada, DEPLOY, { taskId, key: 'k' });

  expect(extensions).toMatchObject({ code: 'OUTCOME_UNKNOWN', retryAfter: 2 });
  expect(again.extensions.code).toBe('OUTCOME_UNKNOWN');
  expect(gateway.simulator.calls.count(CREATE)).toBe(1);

  // Nothing of it has shown upstream for longer than any request takes: it will not be carried out any more.
  await expect
    .poll(async () => (await ada.graphql(DEPLOY, { taskId, key: 'k' })).errors, { timeout: 10_000 })
    .toBeUndefined();
  expect(made(gateway)).toHaveLength(1);
  expect(gateway.simulator.calls.count(CREATE)).toBe(2);
});

test('a request sent again after it was settled has its own settling time', async () => {
  await using gateway = await bootGateway({ polls: false, env: { UPSTREAM_TIMEOUT: '300ms' } });
  const ada = await gateway.signUpWithCredential();
  const taskId = await ada.createTask();
  gateway.simulator.faults.add({ kind: 'hang', match: { path: CREATE }, times: 2 });
  const createCalls = async (): Promise<number> => {
    await refusalOf(ada, DEPLOY, { taskId, key: 'k' });
    return gateway.simulator.calls.count(CREATE);
  };
  await expect.poll(createCalls, { timeout: 10_000 }).toBe(2);

  expect(await createCalls()).toBe(2);
});

test('two candidates are one too many: neither is returned', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredential();
  const taskId = await ada.createTask();
  gateway.simulator.control.deployTask(Number(taskId));
  gateway.simulator.faults.add({ kind: 'lostReply', match: { path: CREATE } });

  const { extensions } = await refusalOf(ada, DEPLOY, { taskId, key: 'k' });

  expect(extensions.code).toBe('OUTCOME_UNKNOWN');
  expect(gateway.simulator.calls.count(CREATE)).toBe(1);
});

test('a lost answer never matches what an equal request with another key made', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredential();
  const { agent } = await ada.ask<{ agent: { id: string } }>(
    'mutation { agent: createAgent(input: { name: "Heron" }) { id } }',
  );
  const create = async (key: string): Promise<string> => {
    const { task } = await ada.ask<{ task: { id: string } }>(
      `mutation ($input: CreateTaskInput!, $key: String) {
        task: createTask(input: $input, idempotencyKey: $key) { id }
      }`,
      { input: { agentId: agent.id, name: 'a task', prompt: 'Buy and hold SPY' }, key },
    );
    return task.id;
  };
  const first = await create('one');
  gateway.simulator.faults.add({ kind: 'lostReply', match: { path: '/tasks/create' } });

  const second = await create('two');

  expect(second).not.toBe(first);
  expect(gateway.simulator.control.state().tasks.map(({ id }) => String(id))).toEqual([first, second]);
});
