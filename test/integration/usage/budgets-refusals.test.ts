import { expect, test } from 'vitest';
import { linkedTask, RUN_TASK, type TaskRun, taskRunOf } from '../../support/ai-task-runs.ts';
import { openChat, restOf } from '../../support/chat.ts';
import type { GraphQLClient } from '../../support/client.ts';
import { bootGateway } from '../../support/gateway.ts';

const SOON = { timeout: 20_000 };
const SET = 'mutation ($input: BudgetInput!) { budget: setBudget(input: $input) { id } }';
const LOG = '{ log: deploymentEvents(after: "0", first: 500) { nodes { type deploymentId } } }';
const PROMPT = `mutation ($id: ID!, $prompt: String!, $key: String!, $onBusy: OnBusy) {
  promptDeployment(id: $id, prompt: $prompt, idempotencyKey: $key, onBusy: $onBusy) { id }
}`;

async function eventsOf(ada: GraphQLClient, type: string): Promise<string[]> {
  const { log } = await ada.ask<{ log: { nodes: { type: string; deploymentId: string }[] } }>(LOG);
  return log.nodes.flatMap((node) => (node.type === type ? node.deploymentId : []));
}

async function setBudget(ada: GraphQLClient, maxTokens: number): Promise<string> {
  const input = { period: 'DAY', maxTokens };
  return (await ada.ask<{ budget: { id: string } }>(SET, { input })).budget.id;
}

test('prompts that waited while a budget was used up are not sent: the chat says so, and who asks again', async () => {
  await using gateway = await bootGateway({ simulator: { script: { endless: true, stepMs: 30 } } });
  const { simulator } = gateway;
  const ada = await gateway.signUpWithCredential();
  const id = await ada.deploy(await ada.createTask());
  const chat = openChat(gateway.url, ada, id);
  await using stream = await chat.send('one', 'First', '?onBusy=enqueue');
  const send = async (key: string) => {
    const { errors } = await ada.graphql(PROMPT, { id, prompt: 'Second', key, onBusy: 'ENQUEUE' });
    return errors?.[0]?.extensions.code;
  };
  expect(await send('two')).toBeUndefined();
  const budgetId = await setBudget(ada, 1);
  await expect.poll(() => eventsOf(ada, 'BUDGET_REACHED'), SOON).toEqual([id]);

  simulator.control.endDeployment(id);

  const told = (await restOf(stream)).map(({ chunk }) => chunk);
  expect(told).toEqual([
    { type: 'error', errorText: 'BUDGET_EXCEEDED: the prompt was not sent' },
    { type: 'abort' },
    undefined,
  ]);
  await expect.poll(() => send('two'), SOON).toBe('BUDGET_EXCEEDED');
  await ada.ask('mutation ($id: ID!) { deleteBudget(id: $id) }', { id: budgetId });
  expect(await send('two')).toBe('CONFLICT');
  expect(simulator.calls.count('/deployments/prompt')).toBe(0);
  expect(await send('three')).toBeUndefined();
  await expect.poll(() => simulator.calls.count('/deployments/prompt'), SOON).toBe(1);
  // The other deployments of the credential are polled as before.
  expect(await eventsOf(ada, 'WATCH_DEGRADED')).toEqual([]);
});

test('a run of one AI task is refused while a budget is used up; one that was begun before holds, and goes on', async () => {
  await using gateway = await bootGateway({ polls: false, simulator: { pace: 'instant' } });
  const { simulator, deps } = gateway;
  const ada = await gateway.signUpWithCredentials();
  const taskId = await ada.createTask();
  const [begun, refused] = ['a', 'b'].map((title) => linkedTask(simulator, { taskId, title }));
  const budgetId = await setBudget(ada, 1);
  await ada.ask(RUN_TASK, { id: begun });
  // It is used up before the worker gets to the run.
  await ada.deploy(await ada.createTask());
  await deps.store.db.updateTable('deploymentUsage').set({ inputTokens: 5 }).execute();

  const answer = await ada.graphql<{ run: TaskRun }>(RUN_TASK, { id: refused });
  expect(answer.errors?.[0]?.extensions).toMatchObject({
    ...{ code: 'BUDGET_EXCEEDED', budgetId, resetsAt: expect.stringMatching(/T00:00:00.000Z$/) },
  });
  expect(await taskRunOf(ada, refused ?? '')).toBeNull();
  await deps.poller.tick();
  expect(await taskRunOf(ada, begun ?? '')).toMatchObject({ status: 'STARTING', reason: 'BUDGET_EXCEEDED' });

  await ada.ask('mutation ($id: ID!) { deleteBudget(id: $id) }', { id: budgetId });
  const carriedOn = async () => {
    await deps.poller.tick();
    return taskRunOf(ada, begun ?? '');
  };
  await expect.poll(carriedOn, SOON).toMatchObject({ status: 'COMPLETED', reason: null });
});
