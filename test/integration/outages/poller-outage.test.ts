import { expect, test } from 'vitest';
import type { GraphQLClient } from '../../support/client.ts';
import { bootManualGateway, type ManualGateway, POLL_MAX_MS, POLL_MS } from '../../support/manual-gateway.ts';

const LIST = '/agents/tasks/list';
const EVENTS =
  'query ($id: ID!) { log: deploymentEvents(deploymentId: $id) { nodes { type status reason } } }';
const STATE = 'query ($id: ID!) { deployment(id: $id) { status isStale } }';
const SCRIPT = { script: { endless: true }, pace: 'instant' as const };
const MINUTE_MS = 60_000;
/** What a poll itself may take. */
const SLACK_MS = 200;

/** What the log says after the deployment has begun to run. */
async function eventsOf(client: GraphQLClient, id: string): Promise<unknown[]> {
  const { log } = await client.ask<{
    log: { nodes: { type: string; status: string; reason: string | null }[] };
  }>(EVENTS, { id });
  return log.nodes.map(({ type, status, reason }) => [type, status, reason]).slice(2);
}

function watchOf(still: ManualGateway) {
  return still.gateway.deps.store.db.selectFrom('watches').selectAll().executeTakeFirstOrThrow();
}

async function isStale(still: ManualGateway, id: string): Promise<boolean> {
  const row = await still.gateway.deps.store.db
    .selectFrom('deployments')
    .select('isStale')
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return row.isStale === 1;
}

async function watching(still: ManualGateway) {
  const ada = await still.gateway.signUpWithCredential();
  const id = await ada.deploy(await ada.createTask());
  for (let look = 0; look < 3; look += 1) await still.nextPoll();
  still.newCalls();
  return { ada, id };
}

test.each([
  ['reset', 'UPSTREAM_UNAVAILABLE'],
  ['status500', 'UPSTREAM_UNAVAILABLE'],
  ['html', 'UPSTREAM_BAD_RESPONSE'],
] as const)(
  'an outage by %s is announced once, slows polls, and ends with the true state',
  async (kind, reason) => {
    await using still = await bootManualGateway(SCRIPT);
    const { ada, id } = await watching(still);
    const { faults, control } = still.gateway.simulator;
    faults.add({ kind, times: 'forever' });

    for (const received of [[], []]) {
      await still.nextPoll();
      expect(await eventsOf(ada, id)).toEqual(received);
    }
    expect(await isStale(still, id)).toBe(true);
    const pauses: number[] = [];
    for (let look = 0; look < 8; look += 1) pauses.push(await still.nextPoll());
    expect(await eventsOf(ada, id)).toEqual([['WATCH_DEGRADED', 'RUNNING', reason]]);
    expect(Math.min(...pauses.slice(-3))).toBeGreaterThanOrEqual(POLL_MAX_MS / 2 - POLL_MS);
    expect((await ada.ask<{ deployment: object }>(STATE, { id })).deployment).toEqual({
      status: 'RUNNING',
      isStale: true,
    });

    faults.clear();
    control.scriptDeployment(id, { rawStatus: 'Pondering' });
    await still.advance(MINUTE_MS);
    await still.nextPoll();
    await still.nextPoll();
    expect((await eventsOf(ada, id)).slice(1).sort()).toEqual([
      ['STATUS_CHANGED', 'UNKNOWN', null],
      ['WATCH_RECOVERED', 'UNKNOWN', reason],
    ]);
    expect(await isStale(still, id)).toBe(false);
  },
);

test('an end during the outage is emitted, and so is the recovery', async () => {
  await using still = await bootManualGateway(SCRIPT);
  const { ada, id } = await watching(still);
  const { faults, control } = still.gateway.simulator;
  await using events = ada.subscribe<{ event: { type: string; status: string } }>(
    'subscription ($id: ID!) { event: deploymentEvents(deploymentId: $id, untilTerminal: true) { type status } }',
    { id },
  );
  await events.next();
  faults.add({ kind: 'html', times: 'forever' });
  for (let look = 0; look < 3; look += 1) await still.nextPoll();
  control.endDeployment(id, 'Failed');
  faults.clear();
  await still.advance(MINUTE_MS);
  await still.nextPoll();

  expect((await events.rest()).map(({ event }) => event.type)).toEqual([
    'WATCH_DEGRADED',
    'WATCH_RECOVERED',
    'STATUS_CHANGED',
  ]);
});

test('an outage before the organization is known is announced, and so is its end', async () => {
  await using still = await bootManualGateway(SCRIPT);
  const ada = await still.gateway.signUpWithCredential();
  const id = await ada.deploy(await ada.createTask());
  still.gateway.simulator.faults.add({ kind: 'html', times: 3 });
  for (let look = 0; look < 5; look += 1) await still.nextPoll();

  const { log } = await ada.ask<{ log: { nodes: { type: string }[] } }>(EVENTS, { id });
  expect(log.nodes.map(({ type }) => type)).toEqual([
    'CREATED',
    'WATCH_DEGRADED',
    'WATCH_RECOVERED',
    'STATUS_CHANGED',
  ]);
});

test('one or two failures are not announced', async () => {
  await using still = await bootManualGateway(SCRIPT);
  const { ada, id } = await watching(still);
  still.gateway.simulator.faults.add({ kind: 'html', times: 2 });
  for (let look = 0; look < 4; look += 1) await still.nextPoll();
  expect(await eventsOf(ada, id)).toEqual([]);
  expect(await isStale(still, id)).toBe(false);
});

test("an upstream's Retry-After holds; neither prompt nor subscriber shortens it", async () => {
  await using still = await bootManualGateway(SCRIPT);
  const { ada, id } = await watching(still);
  const { clock, gateway } = still;
  gateway.simulator.faults.add({ kind: 'status429', retryAfter: 55, match: { path: LIST } });
  await still.nextPoll();
  const askedAt = clock.now();
  still.newCalls();
  await using _messages = ada.subscribe(
    'subscription ($id: ID!) { conversationMessages(deploymentId: $id) { index } }',
    { id },
  );
  await gateway.deps.poller.tick();
  await still.advance(54_000);
  await gateway.deps.poller.tick();
  expect(still.newCalls()).toEqual([]);
  expect((await watchOf(still)).nextLookAt).toBeGreaterThanOrEqual(askedAt + 54_900);

  await still.nextPoll();
  expect(still.newCalls()).toContain(LIST);
});

test('a deployment that cannot be read does not hide the end of the others', async () => {
  await using still = await bootManualGateway(SCRIPT);
  const { ada, id } = await watching(still);
  const { faults, control } = still.gateway.simulator;
  const other = await ada.deploy(await ada.createTask());
  for (let look = 0; look < 3; look += 1) await still.nextPoll();
  faults.add({ kind: 'html', match: { path: '/agents/deployments/read' } });
  for (const ended of [id, other]) control.endDeployment(ended);

  await still.nextPoll();
  const states = await still.gateway.deps.store.db.selectFrom('deployments').select('status').execute();
  expect(states.map(({ status }) => status).sort()).toEqual(['COMPLETED', 'RUNNING']);
  await still.nextPoll();
  expect((await eventsOf(ada, id)).at(-1)).toEqual(['STATUS_CHANGED', 'COMPLETED', null]);
});

const STOP = '/agents/deployments/stop';

test('a Retry-After of a day: it is announced, polls go on after a minute, and a stop is sent at once', async () => {
  await using still = await bootManualGateway(SCRIPT);
  const { ada, id } = await watching(still);
  still.gateway.simulator.faults.add({ kind: 'status429', retryAfter: 90_000 });
  await still.nextPoll();
  const degraded = ['WATCH_DEGRADED', 'RUNNING', 'UPSTREAM_THROTTLED'];
  expect(await eventsOf(ada, id)).toEqual([degraded]);

  still.newCalls();
  const stop = 'mutation ($id: ID!) { stopDeployment(id: $id) { status isStale } }';
  expect(await ada.ask(stop, { id })).toEqual({ stopDeployment: { status: 'RUNNING', isStale: true } });
  expect(still.newCalls()).toEqual([STOP]);

  const waitMs = await still.nextPoll();
  expect(waitMs).toBeGreaterThan(MINUTE_MS - SLACK_MS);
  expect(waitMs).toBeLessThanOrEqual(MINUTE_MS);
  expect(await eventsOf(ada, id)).toEqual([
    degraded,
    ['WATCH_RECOVERED', 'RUNNING', 'UPSTREAM_THROTTLED'],
    ['STATUS_CHANGED', 'STOPPED', null],
  ]);
});

test('an upstream that throttles every read for a day: a guard of time still stops its deployment in time', async () => {
  await using still = await bootManualGateway(SCRIPT);
  const ada = await still.gateway.signUpWithCredential();
  const taskId = await ada.createTask();
  const startedAtMs = still.clock.now();
  const id = await ada.deploy(taskId, { guard: { maxDurationSeconds: 20 } });
  for (let look = 0; look < 2; look += 1) await still.nextPoll();
  still.newCalls();
  const { faults } = still.gateway.simulator;
  for (const path of [LIST, '/agents/deployments/read', '/conversation/read'])
    faults.add({ kind: 'status429', retryAfter: 90_000, times: 'forever', match: { path } });

  const calls: string[] = [];
  while (!calls.includes(STOP)) {
    await still.nextPoll();
    calls.push(...still.newCalls());
    expect(still.clock.now() - startedAtMs).toBeLessThan(21_000);
  }
  expect((await eventsOf(ada, id)).map((event) => (event as string[])[0])).toContain('GUARD_TRIPPED');
});
