import { expect, test } from 'vitest';
import { seededOrganization } from '../../../simulator/index.ts';
import { watchesOf } from '../../../src/store/coordination/watches.ts';
import type { GraphQLClient } from '../../support/client.ts';
import { bootManualGateway, type ManualGateway, POLL_MAX_MS, POLL_MS } from '../../support/manual-gateway.ts';

const LIST = '/agents/tasks/list';
const READ = '/agents/deployments/read';
const CONVERSATION = '/agents/deployments/conversation/read';
const EVENTS =
  'query ($id: ID!) { log: deploymentEvents(deploymentId: $id) { nodes { type status rawStatus reason } } }';
/** What a look itself may take. */
const SLACK_MS = 200;
const PACE = { queueMs: 1_000, stepMs: 20_000, steps: 3, stopMs: 0 };

interface Told {
  type: string;
  status: string;
  rawStatus: string;
  reason: string | null;
}

async function eventsOf(client: GraphQLClient, id: string): Promise<Told[]> {
  return (await client.ask<{ log: { nodes: Told[] } }>(EVENTS, { id })).log.nodes;
}

async function statusesOf(client: GraphQLClient, id: string): Promise<string[]> {
  return (await eventsOf(client, id)).map(({ status }) => status);
}

/** Several deployments under watch, their organization known. */
async function watching(still: ManualGateway, count = 1) {
  const ada = await still.gateway.signUpWithCredential();
  const taskId = await ada.createTask();
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) ids.push(await ada.deploy(taskId));
  await still.nextPoll();
  await still.nextPoll();
  still.newCalls();
  return { ada, taskId, ids };
}

test('one list call covers an organization; a deployment that left it is read once, and so is its conversation', async () => {
  await using still = await bootManualGateway({ pace: PACE });
  still.gateway.simulator.control.setCapacity(seededOrganization.id, 30);
  const { ada, ids } = await watching(still, 10);
  await still.nextPoll();
  expect(still.newCalls()).toEqual([LIST]);

  for (const id of ids.slice(0, 3)) still.gateway.simulator.control.endDeployment(id);
  await still.nextPoll();
  expect(still.newCalls()).toEqual([LIST, READ, READ, READ, CONVERSATION, CONVERSATION, CONVERSATION]);
  await still.nextPoll();
  expect(still.newCalls()).toEqual([LIST]);
  expect(await statusesOf(ada, ids[0] as string)).toEqual(['QUEUED', 'RUNNING', 'COMPLETED']);

  for (const id of ids.slice(3)) still.gateway.simulator.control.endDeployment(id);
  await still.nextPoll();
  still.newCalls();
  await still.advance(10 * POLL_MAX_MS);
  await still.gateway.deps.poller.tick();
  await still.gateway.deps.poller.tick();
  expect(still.newCalls()).toEqual([]);
});

test('the poll pause grows to its limit without changes, and is short after one', async () => {
  await using still = await bootManualGateway({ pace: PACE, script: { endless: true } });
  const { ids } = await watching(still);
  const pauses: number[] = [];
  for (let look = 0; look < 12; look += 1) pauses.push(await still.nextPoll());

  const ofLength = (pause: number, planned: number): void => {
    // A look itself takes some milliseconds of the pause.
    expect(pause).toBeGreaterThan(Math.min(planned, POLL_MAX_MS / 1.2) - SLACK_MS);
    expect(pause).toBeLessThanOrEqual(Math.min(planned * 1.2, POLL_MAX_MS));
  };
  for (const [index, pause] of pauses.entries()) ofLength(pause, POLL_MS * 1.5 ** index);

  still.gateway.simulator.control.scriptDeployment(ids[0] as string, { rawStatus: 'Stopping' });
  await still.nextPoll();
  ofLength(await still.nextPoll(), POLL_MS);
});

test('an unknown status stays visible and is not terminal', async () => {
  await using still = await bootManualGateway({ pace: PACE, script: { endless: true } });
  const { ada, ids } = await watching(still);
  const id = ids[0] as string;
  still.gateway.simulator.control.scriptDeployment(id, { rawStatus: 'Pondering' });
  await still.nextPoll();

  expect((await eventsOf(ada, id)).at(-1)).toMatchObject({ status: 'UNKNOWN', rawStatus: 'Pondering' });
  const { deployment } = await ada.ask<{ deployment: object }>(
    'query ($id: ID!) { deployment(id: $id) { status rawStatus isTerminal } }',
    { id },
  );
  expect(deployment).toEqual({ status: 'UNKNOWN', rawStatus: 'Pondering', isTerminal: false });
  still.gateway.simulator.control.scriptDeployment(id, { rawStatus: 'Completed' });
  still.gateway.simulator.control.endDeployment(id);
  await still.nextPoll();
  expect((await statusesOf(ada, id)).at(-1)).toBe('COMPLETED');
});

test('a deployment made elsewhere is watched from its first subscription on', async () => {
  await using still = await bootManualGateway({ pace: PACE });
  const ada = await still.gateway.signUpWithCredential();
  const taskId = await ada.createTask();
  const id = still.gateway.simulator.control.deployTask(Number(taskId));
  expect(await watchesOf(still.gateway.deps.store.db, (await credentialOf(ada)).id)).toEqual([]);

  await using events = ada.subscribe<{ event: Told }>(
    'subscription ($id: ID!) { event: deploymentEvents(deploymentId: $id, untilTerminal: true) { type status reason } }',
    { id },
  );
  expect((await events.next()).event).toMatchObject({ type: 'CREATED', reason: 'made elsewhere' });
  await still.nextPoll();
  await still.advance(70_000);
  await still.nextPoll();
  await still.nextPoll();
  const received = (await events.rest()).map(({ event }) => event.status);
  expect(received.at(-1)).toBe('COMPLETED');
});

test('a deployment that is gone upstream is emitted as deleted, once', async () => {
  await using still = await bootManualGateway({ pace: PACE, script: { endless: true } });
  const { ada, ids } = await watching(still);
  const id = ids[0] as string;
  still.gateway.simulator.faults.add({
    kind: 'refusal',
    message: 'Deployment not found.',
    match: { path: READ },
  });
  still.gateway.simulator.control.endDeployment(id);
  await still.nextPoll();
  await still.advance(POLL_MAX_MS);
  await still.gateway.deps.poller.tick();
  expect((await eventsOf(ada, id)).map(({ type }) => type)).toEqual(['CREATED', 'STATUS_CHANGED', 'DELETED']);
});

test('an end that cannot be read for long holds up no other end', async () => {
  await using still = await bootManualGateway({ pace: PACE, script: { endless: true } });
  const { control, faults } = still.gateway.simulator;
  const { ada, ids } = await watching(still, 5);
  for (const id of ids) control.endDeployment(id);
  faults.add({ kind: 'hang', match: { path: READ } });
  await still.advance(POLL_MAX_MS);
  let isOver = false;
  const poll = still.gateway.deps.poller.tick().finally(() => {
    isOver = true;
  });

  const lastStatuses = () => Promise.all(ids.map(async (id) => (await statusesOf(ada, id)).at(-1)));
  await expect
    .poll(async () => (await lastStatuses()).toSorted(), { timeout: 5_000 })
    .toEqual([...['COMPLETED', 'COMPLETED', 'COMPLETED', 'COMPLETED', 'RUNNING']]);
  expect(isOver).toBe(false);
  // The call that hangs reaches its deadline.
  while (!isOver) await still.clock.advance(100);
  await poll;
});

test('the late answer of an older poll changes nothing', async () => {
  await using still = await bootManualGateway({ pace: PACE, script: { endless: true } });
  const { ada, ids } = await watching(still);
  const id = ids[0] as string;
  const { poller } = still.gateway.deps;
  still.gateway.simulator.faults.add({ kind: 'slow', delayMs: 400, match: { path: LIST } });
  await still.advance(POLL_MAX_MS);
  const late = poller.tick();
  await expect.poll(() => still.newCalls()).toEqual([LIST]);

  await still.advance(1);
  still.gateway.simulator.control.endDeployment(id);
  await ada.ask('query ($id: ID!) { deployment(id: $id) { status } }', { id });
  await late;
  expect(await statusesOf(ada, id)).toEqual(['QUEUED', 'RUNNING', 'COMPLETED']);
});

test('a prompt during a poll is polled right after it', async () => {
  await using still = await bootManualGateway({ pace: PACE, script: { endless: true } });
  const { ada, ids } = await watching(still);
  const id = ids[0] as string;
  for (let look = 0; look < 8; look += 1) await still.nextPoll();
  still.newCalls();
  still.gateway.simulator.faults.add({ kind: 'slow', delayMs: 400, match: { path: LIST } });
  await still.advance(POLL_MAX_MS);
  const look = still.gateway.deps.poller.tick();
  await expect.poll(() => still.newCalls()).toEqual([LIST]);
  await ada.ask('mutation ($id: ID!) { promptDeployment(id: $id, prompt: "And now?") { status } }', { id });
  await look;
  still.newCalls();

  expect(await still.nextPoll()).toBe(0);
  expect(still.newCalls()).toContain(LIST);
});

test('two users of one organization have separate logs, each polled for its user', async () => {
  await using still = await bootManualGateway({ pace: PACE, script: { endless: true } });
  const { control, calls } = still.gateway.simulator;
  const account = { userId: '777', apiToken: 'f'.repeat(64), organizations: [seededOrganization] };
  control.addAccount(account);
  const { ada, taskId } = await watching(still);
  const grace = await still.gateway.signUp('grace@example.com');
  await grace.saveCredential(account);
  const id = await grace.deploy(taskId);
  await still.advance(POLL_MAX_MS);
  await still.nextPoll();
  const before = calls.count();
  await still.advance(POLL_MAX_MS);
  await still.nextPoll();

  const looks = calls
    .all()
    .slice(before)
    .map(({ userId, path }) => `${userId} ${path}`);
  expect(looks.sort()).toEqual([`12345 ${LIST}`, `777 ${LIST}`]);
  expect(await statusesOf(grace, id)).toEqual(['QUEUED', 'RUNNING']);
  expect((await ada.graphql(EVENTS, { id })).errors?.[0]?.extensions.code).toBe('NOT_FOUND');
});

async function credentialOf(client: GraphQLClient): Promise<{ id: string }> {
  const { viewer } = await client.ask<{ viewer: { credentials: { id: string }[] } }>(
    '{ viewer { credentials { id } } }',
  );
  return viewer.credentials[0] as { id: string };
}
