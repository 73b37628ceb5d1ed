import { expect, test } from 'vitest';
import { seededOrganization } from '../../../simulator/index.ts';
import { linkedTask, listRunOf, RUN_LIST } from '../../support/ai-task-runs.ts';
import type { GraphQLClient } from '../../support/client.ts';
import { bootGateway } from '../../support/gateway.ts';
import { addUp, totalsOf, usageOf } from '../../support/usage.ts';

const SOON = { timeout: 20_000 };
const SET = `mutation ($input: BudgetInput!) { budget: setBudget(input: $input) {
  id period maxTokens usedTokens taskId taskListId onReached warnAt resetsAt } }`;
const LOG = '{ log: deploymentEvents(first: 500) { nodes { type deploymentId reason } } }';

async function typesOf(user: GraphQLClient, prefix = 'BUDGET'): Promise<string[]> {
  const { log } = await user.ask<{ log: { nodes: { type: string }[] } }>(LOG);
  return log.nodes.map(({ type }) => type).filter((type) => type.startsWith(prefix));
}

async function setBudget(user: GraphQLClient, input: object): Promise<Record<string, unknown>> {
  return (await user.ask<{ budget: Record<string, unknown> }>(SET, { input })).budget;
}

test('a budget with STOP stops 20 parallel runs, says so once, and refuses the next deployment', async () => {
  await using gateway = await bootGateway({
    env: { UPSTREAM_RATE: '10000', UPSTREAM_BURST: '10000' },
    simulator: { script: { endless: true, steps: 40, stepMs: 150 } },
  });
  gateway.simulator.control.setCapacity(seededOrganization.id, 20);
  const ada = await gateway.signUpWithCredential();
  const taskId = await ada.createTask();
  const ids = await Promise.all(Array.from({ length: 20 }, () => ada.deploy(taskId)));
  await setBudget(ada, { period: 'DAY', maxTokens: 40_000, onReached: 'STOP' });
  const reasons = async () => {
    const page = await ada.request('/v1/deployments?first=50');
    const { deployments } = (await page.json()) as { deployments: { endReason: string | null }[] };
    return deployments.map(({ endReason }) => endReason);
  };
  await expect.poll(reasons, SOON).toEqual(ids.map(() => 'BUDGET'));
  const used = await Promise.all(ids.map((id) => totalsOf(ada, id)));
  await expect.poll(async () => addUp(await usageOf(ada, 'DAY')), SOON).toEqual(addUp(used));
  expect(await typesOf(ada)).toEqual(['BUDGET_WARNED', 'BUDGET_REACHED']);
  const refused = await ada.graphql('mutation ($id: ID!) { deployTask(taskId: $id) { id } }', { id: taskId });
  expect(refused.errors?.[0]?.extensions.code).toBe('BUDGET_EXCEEDED');
});

test('a run of a list holds while its budget is used up, says so, and goes on when the budget allows', async () => {
  await using gateway = await bootGateway({ simulator: { pace: 'instant' } });
  const ada = await gateway.signUpWithCredentials();
  const taskId = await ada.createTask();
  const ids = ['a', 'b'].map((title) => linkedTask(gateway.simulator, { taskId, taskListId: 'list', title }));
  const { id } = await setBudget(ada, { period: 'RUN', taskListId: 'list', maxTokens: 1 });
  await ada.ask(RUN_LIST, { id: 'list', maxParallel: 1 });
  const run = async () => {
    const { status, reason, runs } = await listRunOf(ada, 'list');
    return { status, reason, done: runs.filter((one) => one.status === 'COMPLETED').length };
  };
  await expect.poll(run, SOON).toEqual({ status: 'RUNNING', reason: 'BUDGET_EXCEEDED', done: 1 });
  expect((await usageOf(ada, 'TASK_LIST')).map(({ key, deployments }) => [key, deployments])).toEqual([
    ['list', 1],
  ]);
  expect((await ada.request(`/v1/budgets/${id}`, { method: 'DELETE' })).status).toBe(204);
  await expect.poll(run, SOON).toEqual({ status: 'COMPLETED', reason: null, done: ids.length });
});

test('a budget names every wrong field, belongs to its owner, and its changes are in the audit log', async () => {
  await using gateway = await bootGateway();
  const ada = await gateway.signUpWithCredential();
  const put = async (user: GraphQLClient, input: object) => {
    const answer = await user.request('/v1/budgets', { method: 'PUT', body: JSON.stringify(input) });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  expect((await put(ada, { period: 'RUN', maxTokens: 5 })).body).toMatchObject({ code: 'BAD_USER_INPUT' });
  expect((await put(ada, { period: 'DAY', maxTokens: 0, warnAt: 2 })).status).toBe(400);
  const { body } = await put(ada, { period: 'DAY', maxTokens: 5 });
  expect(body).toMatchObject({ period: 'DAY', maxTokens: 5, usedTokens: 0, taskId: null });
  const grace = await gateway.signUpWithCredential('grace@example.com');
  expect(await (await grace.request('/v1/budgets')).json()).toEqual({ budgets: [] });
  expect((await grace.request(`/v1/budgets/${body.id}`, { method: 'DELETE' })).status).toBe(404);
  expect(await (await ada.request('/v1/budgets')).json()).toEqual({ budgets: [body] });
  await ada.ask('mutation ($id: ID!) { deleteBudget(id: $id) }', { id: body.id });
  const acts = await gateway.deps.store.db
    .selectFrom('audit')
    .select(['act', 'subjects'])
    .where('act', 'like', 'BUDGET%')
    .orderBy('id')
    .execute();
  expect(acts.map(({ act }) => act).slice(-2)).toEqual(['BUDGET_SET', 'BUDGET_DELETE']);
});

test('Query.budgets shows what Mutation.setBudget and Mutation.deleteBudget change, as REST does; WARN refuses nothing', async () => {
  await using gateway = await bootGateway();
  const ada = await gateway.signUpWithCredential();
  const taskId = await ada.createTask();
  const { id } = await setBudget(ada, { period: 'DAY', maxTokens: 1, taskId, onReached: 'WARN' });
  const { budgets } = await ada.ask<{ budgets: unknown[] }>('{ budgets { id taskId onReached warnAt } }');
  expect(budgets).toEqual([{ id, taskId, onReached: 'WARN', warnAt: 0.8 }]);
  const again = await setBudget(ada, { period: 'DAY', maxTokens: 2, taskId, onReached: 'WARN' });
  expect(((await (await ada.request('/v1/budgets')).json()) as { budgets: unknown[] }).budgets).toEqual([
    expect.objectContaining({ id: again.id, maxTokens: 2, taskId }),
  ]);

  await ada.deploy(taskId);
  await expect.poll(() => typesOf(ada), SOON).toContain('BUDGET_REACHED');
  expect((await ada.deploy(taskId)).length).toBeGreaterThan(0);

  await ada.ask('mutation ($id: ID!) { deleteBudget(id: $id) }', { id: again.id });
  expect(await ada.ask('{ budgets { id } }')).toEqual({ budgets: [] });
});

test('a budget of a task with STOP_STARTING refuses deployments and prompts of this task alone', async () => {
  await using gateway = await bootGateway();
  const ada = await gateway.signUpWithCredential();
  const [taskId, otherId] = [await ada.createTask(), await ada.createTask()];
  await setBudget(ada, { period: 'DAY', maxTokens: 1, taskId });
  const id = await ada.deploy(taskId);
  await expect.poll(() => typesOf(ada), SOON).toContain('BUDGET_REACHED');
  const codeOf = async (query: string, variables: object) =>
    (await ada.graphql(query, { ...variables })).errors?.[0]?.extensions.code;
  expect(await codeOf('mutation ($id: ID!) { deployTask(taskId: $id) { id } }', { id: taskId })).toBe(
    'BUDGET_EXCEEDED',
  );
  expect(
    await codeOf('mutation ($id: ID!) { promptDeployment(id: $id, prompt: "More") { id } }', { id }),
  ).toBe('BUDGET_EXCEEDED');
  expect((await ada.deploy(otherId)).length).toBeGreaterThan(0);
});
