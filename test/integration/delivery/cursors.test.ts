import { expect, test } from 'vitest';
import type { GraphQLAnswer, GraphQLClient } from '../../support/client.ts';
import { bootGateway } from '../../support/gateway.ts';
import { createManualClock } from '../../support/manual-clock.ts';

interface EventPush {
  event: { id: string; type: string; status: string; deploymentId: string };
}

const FIELDS = '{ id type status deploymentId }';
const OF_ONE = `subscription ($id: ID!, $after: ID, $untilTerminal: Boolean) {
  event: deploymentEvents(deploymentId: $id, after: $after, untilTerminal: $untilTerminal) ${FIELDS}
}`;
const OF_TASK = `subscription ($taskId: ID!, $after: ID) {
  event: deploymentEvents(taskId: $taskId, after: $after, untilTerminal: true) ${FIELDS}
}`;
const OF_ALL = `subscription ($untilTerminal: Boolean, $after: ID) {
  event: deploymentEvents(after: $after, untilTerminal: $untilTerminal) ${FIELDS}
}`;
const DAY_MS = 86_400_000;

async function codeOf(failure: Promise<unknown>): Promise<unknown> {
  return ((await failure) as NonNullable<GraphQLAnswer['errors']>)[0]?.extensions;
}

/** The ids of all events that are kept. */
async function idsOf(client: GraphQLClient): Promise<string[]> {
  const { page } = await client.ask<{ page: { nodes: { id: string }[] } }>(
    '{ page: deploymentEvents(after: "0") { nodes { id } } }',
  );
  return page.nodes.map(({ id }) => id);
}

test('without a cursor a subscriber first gets the newest event', async () => {
  await using gateway = await bootGateway({ simulator: { script: { endless: true } } });
  const ada = await gateway.signUpWithCredential();
  const id = await ada.deploy(await ada.createTask());
  await using whole = ada.subscribe<EventPush>(OF_ONE, { id, after: '0' });
  const running = (await whole.until(({ event }) => event.status === 'RUNNING')).at(-1);

  await using late = ada.subscribe<EventPush>(OF_ONE, { id });
  expect(await late.next()).toEqual(running);
  gateway.simulator.control.endDeployment(id, 'Failed', 'out of memory');
  expect((await late.next()).event.status).toBe('FAILED');
});

test('without a filter it gets the newest event of each unfinished deployment', async () => {
  await using gateway = await bootGateway({ simulator: { script: { endless: true } } });
  const ada = await gateway.signUpWithCredential();
  const taskId = await ada.createTask();
  const [first, ended, last] = [await ada.deploy(taskId), await ada.deploy(taskId), await ada.deploy(taskId)];
  await using whole = ada.subscribe<EventPush>(OF_ALL, { after: '0' });
  const running = new Set<string>();
  await whole.until(({ event }) => event.status === 'RUNNING' && running.add(event.deploymentId).size === 3);
  gateway.simulator.control.endDeployment(ended);
  await whole.until(({ event }) => event.status === 'COMPLETED');

  await using late = ada.subscribe<EventPush>(OF_ALL, { untilTerminal: true });
  const received = [await late.next(), await late.next()].map(({ event }) => [
    event.deploymentId,
    event.status,
  ]);
  expect(received).toEqual(
    expect.arrayContaining([
      [first, 'RUNNING'],
      [last, 'RUNNING'],
    ]),
  );
  for (const id of [first, last]) gateway.simulator.control.endDeployment(id);
  expect((await late.rest()).map(({ event }) => event.status)).toEqual(['COMPLETED', 'COMPLETED']);
});

test("a task's stream sends its own deployments and completes when all have ended", async () => {
  await using gateway = await bootGateway();
  const ada = await gateway.signUpWithCredential();
  const [taskId, otherTask] = [await ada.createTask(), await ada.createTask()];
  const mine = [await ada.deploy(taskId), await ada.deploy(taskId)];
  await ada.deploy(otherTask);

  await using stream = ada.subscribe<EventPush>(OF_TASK, { taskId, after: '0' });
  const received = await stream.rest();
  expect(new Set(received.map(({ event }) => event.deploymentId))).toEqual(new Set(mine));
  expect(received.filter(({ event }) => event.status === 'COMPLETED')).toHaveLength(2);
});

test('a stream with a cursor at its end completes at once', async () => {
  await using gateway = await bootGateway();
  const ada = await gateway.signUpWithCredential();
  const id = await ada.deploy(await ada.createTask());
  await using whole = ada.subscribe<EventPush>(OF_ONE, { id, after: '0', untilTerminal: true });
  const after = (await whole.rest()).at(-1)?.event.id;

  await using late = ada.subscribe<EventPush>(OF_ONE, { id, after, untilTerminal: true });
  expect(await late.rest()).toEqual([]);
});

test.each([
  '',
  'x',
  '-1',
  '00',
  '01',
  '0000000000000000',
  '1.5',
  ' 1',
  '0x1',
  '1e1',
  String(Number.MAX_SAFE_INTEGER),
  '9'.repeat(30),
])('"%s" is not a cursor, and the error names the argument', async (after) => {
  await using gateway = await bootGateway();
  const ada = await gateway.signUpWithCredential();
  const id = await ada.deploy(await ada.createTask());
  const wrong = { code: 'BAD_USER_INPUT', fields: [expect.objectContaining({ path: 'after' })] };

  await using stream = ada.subscribe<EventPush>(OF_ONE, { id, after });
  expect(await codeOf(stream.failure())).toMatchObject(wrong);
  const page = `query ($after: ID) { deploymentEvents(after: $after) { nodes { id } } }`;
  expect((await ada.graphql(page, { after })).errors?.[0]?.extensions).toMatchObject(wrong);
});

test('a cursor older than the log has expired; the beginning never does', async () => {
  const clock = createManualClock(Date.now());
  await using gateway = await bootGateway({ clock, polls: false, env: { EVENT_RETENTION: '30d' } });
  const ada = await gateway.signUpWithCredential();
  const taskId = await ada.createTask();
  const id = await ada.deploy(taskId);
  await ada.deploy(taskId);
  const [first = '', second = ''] = await idsOf(ada);
  await clock.advance(31 * DAY_MS);
  await ada.signIn('ada@example.com');
  await ada.deploy(taskId);
  await gateway.deps.housekeeping.sweep();

  for (const query of [OF_ONE, OF_ALL]) {
    await using stale = ada.subscribe<EventPush>(query, { ...(query === OF_ONE && { id }), after: first });
    expect(await codeOf(stale.failure())).toMatchObject({ code: 'CURSOR_EXPIRED' });
  }
  const [third, ...more] = await idsOf(ada);
  expect(more).toEqual([]);
  await using oldest = ada.subscribe<EventPush>(OF_ALL, { after: '0' });
  expect((await oldest.next()).event).toMatchObject({ id: third, type: 'CREATED' });
  await using kept = ada.subscribe<EventPush>(OF_ALL, { after: second });
  expect((await kept.next()).event.id).toBe(third);
});
