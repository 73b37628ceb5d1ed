import { expect, test } from 'vitest';
import { linkedTask } from '../../support/ai-task-runs.ts';
import { ORGANISATION } from '../../support/ai-tasks.ts';
import { credentialsOf, DELETE_CREDENTIAL } from '../../support/credentials.ts';
import { bootGateway, type Gateway } from '../../support/gateway.ts';

const JOINED = `query ($id: ID!) {
  task: aiTask(id: $id) { id agentTask { id name } deployment { id status } run { id status deploymentId reason } }
}`;
const BACK = 'query ($id: ID!) { task(id: $id) { id aiTasks { id title } } }';
const LINK = `mutation ($aiTaskId: ID!, $taskId: ID) {
  task: linkAiTask(aiTaskId: $aiTaskId, taskId: $taskId) { id metadata agentTask { id } }
}`;
const RUN = 'mutation ($id: ID!) { run: runAiTask(id: $id) { id status deploymentId } }';

interface Joined {
  task: {
    agentTask: { id: string } | null;
    deployment: { id: string; status: string } | null;
    run: { id: string; status: string; deploymentId: string | null } | null;
  };
}

/** Upstream calls of both upstreams that some work costs, by path or operation. */
async function costOf({ simulator }: Gateway, work: () => Promise<unknown>): Promise<Record<string, number>> {
  simulator.calls.reset();
  await work();
  const cost: Record<string, number> = {};
  for (const { operation, path } of simulator.calls.all()) {
    const name = operation ?? path;
    cost[name] = (cost[name] ?? 0) + 1;
  }
  return cost;
}

test('Mutation.linkAiTask links two tasks, which show each other until unlinked', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredentials();
  const { quantcdn } = gateway.simulator;
  const taskId = await ada.createTask();
  const id = quantcdn.createTask(ORGANISATION, { title: 'Draft', metadata: { color: 'blue' } });

  let answer: unknown;
  const cost = await costOf(gateway, async () => {
    answer = await ada.ask(LINK, { aiTaskId: id, taskId });
  });
  expect(answer).toMatchObject({
    task: { metadata: { color: 'blue', quantconnect: { taskId } }, agentTask: { id: taskId } },
  });
  // One to see that the task exists, one for the field; the AI task is read before and after it is written.
  expect(cost).toEqual({ '/agents/tasks/read': 2, getTask: 2, updateTask: 1 });
  expect(await ada.ask(BACK, { id: taskId })).toEqual({
    task: { id: taskId, aiTasks: [{ id, title: 'Draft' }] },
  });

  await ada.ask(LINK, { aiTaskId: id, taskId: null });
  expect(JSON.stringify(quantcdn.task(id)?.metadata)).not.toContain(taskId);
  expect(await ada.ask(BACK, { id: taskId })).toEqual({ task: { id: taskId, aiTasks: [] } });
  expect(await ada.ask(JOINED, { id })).toEqual({
    task: { id, agentTask: null, deployment: null, run: null },
  });
});

test('a link changed by another client, and a task that is gone, are not shown', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredentials();
  const { quantcdn } = gateway.simulator;
  const taskId = await ada.createTask();
  const ids = ['Kept', 'Changed', 'Gone'].map((title) => linkedTask(gateway.simulator, { taskId, title }));
  await ada.ask('{ aiTasks { agentTask { id } } }');
  expect((await ada.ask<{ task: { aiTasks: object[] } }>(BACK, { id: taskId })).task.aiTasks).toHaveLength(3);

  quantcdn.updateTask(ids[1] ?? '', { metadata: { quantconnect: 'nonsense' } });
  quantcdn.removeTask(ids[2] ?? '');
  expect(await ada.ask(BACK, { id: taskId })).toEqual({
    task: { id: taskId, aiTasks: [{ id: ids[0], title: 'Kept' }] },
  });
  expect(await ada.ask(JOINED, { id: ids[1] })).toMatchObject({ task: { agentTask: null } });
});

test('a task missing at QuantConnect is a null agentTask; other failures are errors', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredentials();
  const taskId = await ada.createTask();
  const [unknown, odd, real] = ['999999', 'no number', taskId].map((one) =>
    linkedTask(gateway.simulator, { taskId: one }),
  );
  for (const id of [unknown, odd]) {
    expect(await ada.ask<Joined>(JOINED, { id })).toMatchObject({ task: { agentTask: null } });
  }
  gateway.simulator.faults.add({ kind: 'status500', match: { upstream: 'quantconnect' }, times: 'forever' });
  const { data, errors } = await ada.graphql(JOINED, { id: real });
  expect(data).toMatchObject({ task: { id: real, agentTask: null } });
  expect(errors).toMatchObject([
    { path: ['task', 'agentTask'], extensions: { code: 'UPSTREAM_UNAVAILABLE' } },
  ]);
});

test("with one upstream's credential only, the other side is empty", async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredentials();
  const taskId = await ada.createTask();
  const id = linkedTask(gateway.simulator, { taskId });
  gateway.simulator.quantcdn.updateTask(id, { result: { deploymentId: `A-${'0'.repeat(32)}` } });
  expect(await ada.ask(JOINED, { id })).toMatchObject({
    task: { agentTask: { id: taskId }, deployment: null },
  });
  const stored = await credentialsOf(ada);
  const idOf = (name: string) => stored.find(({ provider }) => provider === name)?.id;

  await ada.ask(DELETE_CREDENTIAL, { id: idOf('QUANTCDN') });
  expect(await ada.ask(BACK, { id: taskId })).toEqual({ task: { id: taskId, aiTasks: [] } });
  await ada.saveQuantCdnCredential({
    token: 'quantcdn-simulator-token-0123456789abcdef',
    organisations: ['acme'],
  });
  await ada.ask(DELETE_CREDENTIAL, { id: idOf('QUANTCONNECT') });
  expect(await ada.ask(JOINED, { id })).toEqual({
    task: { id, agentTask: null, deployment: null, run: null },
  });
});

test('Mutation.runAiTask shows run and deployment without asking QuantConnect', async () => {
  await using gateway = await bootGateway({ simulator: { script: { endless: true } } });
  const ada = await gateway.signUpWithCredentials();
  const id = linkedTask(gateway.simulator, { taskId: await ada.createTask() });

  const { run } = await ada.ask<{ run: { id: string; status: string } }>(RUN, { id });
  expect(run.status).toBe('STARTING');
  const joined = () => ada.ask<Joined>(JOINED.replace('agentTask { id name }', ''), { id });
  await expect.poll(async () => (await joined()).task.run?.status, { timeout: 10_000 }).toBe('RUNNING');
  const { task } = await joined();
  expect(task.run).toMatchObject({ id: run.id, deploymentId: task.deployment?.id });
  await gateway.deps.poller.stop();
  expect(await costOf(gateway, joined)).toEqual({ getTask: 1 });
});

test('a deployment that only the result names is read upstream, and null once gone', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredentials();
  const deploymentId = await ada.deploy(await ada.createTask());
  const { quantcdn } = gateway.simulator;
  const named = (result: Record<string, unknown>) =>
    quantcdn.createTask(ORGANISATION, { title: 'x', result });
  const deploymentOf = async (id: string) => (await ada.ask<Joined>(JOINED, { id })).task.deployment;

  expect(await deploymentOf(named({ deploymentId }))).toMatchObject({ id: deploymentId });
  await ada.ask('mutation ($id: ID!) { deleteDeployment(id: $id) }', { id: deploymentId });
  expect(await deploymentOf(named({ deploymentId }))).toBeNull();
  for (const odd of [7, null, {}, '', '../x', `A-${'0'.repeat(32)}`]) {
    expect(await deploymentOf(named({ deploymentId: odd }))).toBeNull();
  }
});

test('a list of tasks costs one query for runs, and one call per linked task', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredentials();
  const taskId = await ada.createTask();
  for (let index = 0; index < 5; index += 1) linkedTask(gateway.simulator, { taskId });
  const list = () => ada.ask('{ aiTasks { title run { id } agentTask { name } } }');
  expect(await costOf(gateway, list)).toEqual({ listTasks: 1, getTask: 5, '/agents/tasks/read': 1 });
  expect(await costOf(gateway, () => ada.ask('{ aiTasks { title run { id } } }'))).toEqual({ listTasks: 1 });
});
