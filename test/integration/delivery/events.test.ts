import { expect, test } from 'vitest';
import { bootGateway } from '../../support/gateway.ts';
import { codesOf, refusalOf } from '../../support/graphql-errors.ts';

const PAGE = `query ($deploymentId: ID, $taskId: ID, $after: ID, $first: Int) {
  log: deploymentEvents(deploymentId: $deploymentId, taskId: $taskId, after: $after, first: $first) {
    nodes { id type deploymentId taskId status previousStatus rawStatus occurredAt reason deployment { id isTerminal } }
    pageInfo { hasNextPage endCursor }
  }
}`;
const FOLLOW = `subscription ($deploymentId: ID, $taskId: ID, $after: ID) {
  event: deploymentEvents(deploymentId: $deploymentId, taskId: $taskId, after: $after, untilTerminal: true) {
    id deploymentId status
  }
}`;
const MESSAGES = `subscription ($id: ID!, $after: Int) {
  message: conversationMessages(deploymentId: $id, after: $after, untilTerminal: true) { index role parts { type } }
}`;

interface Page {
  log: { nodes: Record<string, unknown>[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
}

interface EventPush {
  event: { id: string; deploymentId: string; status: string };
}

test('Query.deploymentEvents pages the log of a deployment, of a task, or of all', async () => {
  await using gateway = await bootGateway();
  const ada = await gateway.signUpWithCredential();
  const taskId = await ada.createTask();
  const [one, two] = [await ada.deploy(taskId), await ada.deploy(await ada.createTask('another'))];
  for (const deploymentId of [one, two]) {
    await using events = ada.subscribe<EventPush>(FOLLOW, { deploymentId, after: '0' });
    await events.rest();
  }

  const all = (await ada.ask<Page>(PAGE)).log;
  const first = (await ada.ask<Page>(PAGE, { first: 2 })).log;
  const rest = (await ada.ask<Page>(PAGE, { after: first.pageInfo.endCursor })).log;
  const ofTask = (await ada.ask<Page>(PAGE, { taskId })).log;
  const ofDeployment = (await ada.ask<Page>(PAGE, { deploymentId: one })).log;

  expect(first.pageInfo.hasNextPage).toBe(true);
  expect([...first.nodes, ...rest.nodes]).toEqual(all.nodes);
  expect(all.pageInfo).toEqual({ hasNextPage: false, endCursor: all.nodes.at(-1)?.id });
  expect(ofTask.nodes).toEqual(all.nodes.filter((event) => event.deploymentId === one));
  expect(ofDeployment.nodes).toEqual(ofTask.nodes);
  expect(ofDeployment.nodes.at(-1)).toMatchObject({
    type: 'STATUS_CHANGED',
    taskId,
    status: 'COMPLETED',
    // A poll that comes late does not see the deployment run.
    previousStatus: expect.stringMatching(/^(QUEUED|RUNNING)$/),
    rawStatus: 'Completed',
    occurredAt: expect.stringMatching(/Z$/),
    reason: null,
    deployment: { id: one, isTerminal: true },
  });
});

test("Deployment.events shows a deployment's log, and is empty for an unwatched one", async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredential();
  const taskId = await ada.createTask();
  const id = await ada.deploy(taskId);
  const elsewhere = gateway.simulator.control.deployTask(Number(taskId));
  const read =
    'query ($id: ID!) { deployment(id: $id) { events { nodes { type } pageInfo { hasNextPage } } } }';

  const watched = await ada.ask<{ deployment: { events: { nodes: unknown[] } } }>(read, { id });
  expect(watched.deployment.events.nodes[0]).toEqual({ type: 'CREATED' });
  expect(await ada.ask(read, { id: elsewhere })).toEqual({
    deployment: { events: { nodes: [], pageInfo: { hasNextPage: false } } },
  });
});

test('Subscription.deploymentEvents follows all deployments of a task, wherever made', async () => {
  // Both wait in the queue until the subscription has begun: what has ended before is not followed.
  await using gateway = await bootGateway({ simulator: { script: { queueMs: 1_500 } } });
  const ada = await gateway.signUpWithCredential();
  const taskId = await ada.createTask();
  const elsewhere = gateway.simulator.control.deployTask(Number(taskId));
  const own = await ada.deploy(taskId);

  await using events = ada.subscribe<EventPush>(FOLLOW, { taskId, after: '0' });
  const ended = (await events.rest()).filter(({ event }) => event.status === 'COMPLETED');

  expect(new Set(ended.map(({ event }) => event.deploymentId))).toEqual(new Set([own, elsewhere]));
});

test('Subscription.conversationMessages sends each message from the requested one on', async () => {
  await using gateway = await bootGateway({ simulator: { script: { messages: 3 } } });
  const ada = await gateway.signUpWithCredential();
  const id = await ada.deploy(await ada.createTask());

  await using messages = ada.subscribe<{ message: { index: number; role: string } }>(MESSAGES, {
    id,
    after: 1,
  });
  const received = await messages.rest();

  expect(new Set(received.map(({ message }) => message.index))).toEqual(new Set([2, 3]));
});

test('an invalid cursor, too large a page and two filters are refused by name', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredential();
  const id = await ada.deploy(await ada.createTask());

  const wrong: [Record<string, unknown>, string][] = [
    [{ after: 'x' }, 'after'],
    [{ after: '-1' }, 'after'],
    [{ after: String(Number.MAX_SAFE_INTEGER) }, 'after'],
    [{ first: 0 }, 'first'],
    [{ first: 501 }, 'first'],
    [{ deploymentId: id, taskId: '1' }, 'taskId'],
  ];
  for (const [variables, path] of wrong) {
    const { extensions } = await refusalOf(ada, PAGE, variables);
    expect(extensions, JSON.stringify(variables)).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: [{ path }],
    });
  }
  expect(codesOf(await ada.graphql(PAGE, { first: 500 }))).toEqual([]);
});
