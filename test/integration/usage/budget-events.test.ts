import { expect, test } from 'vitest';
import { bootGateway } from '../../support/gateway.ts';
import { openEvents } from '../../support/sse-client.ts';
import { startReceiver } from '../../support/webhooks.ts';

const SET = 'mutation ($input: BudgetInput!) { budget: setBudget(input: $input) { id } }';
const EVENTS = 'subscription { event: deploymentEvents(after: "0") { id type reason } }';

interface Told {
  type: string;
  id: string;
  reason: string | null;
}

/** Used up before a run of four steps ends, and warned of before that. */
const BUDGET = { period: 'DAY', maxTokens: 9_000, warnAt: 0.01, onReached: 'WARN' };

test('BUDGET_WARNED and BUDGET_REACHED come to subscriptions, event streams and webhooks, each once and as in the log', async () => {
  await using receiver = await startReceiver();
  await using gateway = await bootGateway({
    env: { WEBHOOK_ALLOW_PRIVATE: 'true' },
    simulator: { script: { steps: 4, stepMs: 100 } },
  });
  const ada = await gateway.signUpWithCredential();
  const types = ['deployment.budget_warned', 'deployment.budget_reached'];
  await ada.post('/v1/webhooks', { url: receiver.url, types });
  const { budget } = await ada.ask<{ budget: { id: string } }>(SET, { input: BUDGET });
  await using subscription = ada.subscribe<{ event: Told }>(EVENTS);
  await using stream = await openEvents(`${gateway.url}/v1/events?after=0`, ada.tokens.accessToken);
  const id = await ada.deploy(await ada.createTask());

  const pushed = await subscription.until(({ event }) => event.type === 'BUDGET_REACHED');
  const streamed = await stream.events.until(({ event }) => event === 'BUDGET_REACHED');
  await expect.poll(() => receiver.received.length, { timeout: 20_000 }).toBe(2);
  const { log } = await ada.ask<{ log: { nodes: (Told & { deploymentId: string })[] } }>(
    '{ log: deploymentEvents(after: "0", first: 500) { nodes { id type deploymentId reason } } }',
  );

  const logged = log.nodes.filter(({ type }) => type.startsWith('BUDGET'));
  expect(logged.map(({ type, deploymentId }) => [type, deploymentId])).toEqual([
    ['BUDGET_WARNED', id],
    ['BUDGET_REACHED', id],
  ]);
  for (const { reason } of logged) expect(reason).toContain(budget.id);
  const cursors = logged.map((event) => event.id);
  expect(pushed.flatMap(({ event }) => (event.type.startsWith('BUDGET') ? event.id : []))).toEqual(cursors);
  expect(
    streamed.flatMap(({ event, lastEventId }) => (event.startsWith('BUDGET') ? lastEventId : [])),
  ).toEqual(cursors);
  expect(
    receiver.received.map(({ message }) => [message.type, message.data.id, message.data.reason]),
  ).toEqual(logged.map((event, index) => [types[index], event.id, event.reason]));
});

test.each([
  ['a day', { period: 'DAY' }],
  ['a month', { period: 'MONTH' }],
  ['a task and a day', { period: 'DAY', ofTask: true }],
  ['a task and a month', { period: 'MONTH', ofTask: true }],
])(
  'a budget of %s refuses the next deployment once it is used up, until the period ends',
  async (_what, budget) => {
    await using gateway = await bootGateway({ simulator: { pace: 'instant' } });
    const ada = await gateway.signUpWithCredential();
    const taskId = await ada.createTask();
    const { period, ofTask } = { ofTask: false, ...budget };
    await ada.ask(SET, { input: { period, maxTokens: 1, ...(ofTask && { taskId }) } });
    await ada.deploy(taskId);
    const refusal = async () =>
      (await ada.graphql('mutation ($id: ID!) { deployTask(taskId: $id) { id } }', { id: taskId }))
        .errors?.[0]?.extensions;
    await expect.poll(async () => (await refusal())?.code, { timeout: 20_000 }).toBe('BUDGET_EXCEEDED');
    const now = new Date();
    const next =
      period === 'DAY'
        ? Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + 1)
        : Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1);
    expect((await refusal())?.resetsAt).toBe(new Date(next).toISOString());
  },
);
