import { expect, test } from 'vitest';
import {
  type DeploymentScript,
  type Simulator,
  seededAccount,
  seededOrganization,
  seededQuantCdnToken,
  startSimulator,
} from '../../../simulator/index.ts';
import {
  deploymentsOf,
  endOfListRun,
  endOfTaskRun,
  type ListRun,
  linkedTask,
  listRunOf,
  until,
  upstreamTask,
} from '../../support/ai-task-runs.ts';
import { createGraphQLClient, type GraphQLClient } from '../../support/client.ts';
import { bootGateway } from '../../support/gateway.ts';
import { bootManualGateway } from '../../support/manual-gateway.ts';
import { freePort, startMortalGateway, temporaryFolder } from '../../support/process.ts';

const CREATE = '/deployments/create';
const ENDLESS: DeploymentScript = { endless: true, steps: 9, stepMs: 150 };

const RUN_TASK = `mutation ($id: ID!, $guard: DeploymentGuardInput) {
  run: runAiTask(id: $id, guard: $guard) { id status }
}`;
const RUN_LIST = `mutation ($guard: DeploymentGuardInput, $key: String) {
  run: runAiTaskList(taskListId: "list", maxParallel: 2, guard: $guard, idempotencyKey: $key) { id status }
}`;
const LOG = '{ log: deploymentEvents(first: 500) { nodes { type deploymentId reason } } }';
const WHOLE = /\(the whole list run\)$/;

interface Event {
  type: string;
  deploymentId: string;
  reason: string | null;
}

/** The events of a type, of all deployments. */
async function eventsOf(ada: GraphQLClient, type: string): Promise<Event[]> {
  const { log } = await ada.ask<{ log: { nodes: Event[] } }>(LOG);
  return log.nodes.filter((event) => event.type === type);
}

/** Three AI tasks, each linked to a task of its own; each waits for the one before, or none does. */
async function plant(ada: GraphQLClient, simulator: Simulator, { isChain = false } = {}) {
  simulator.control.setCapacity(seededOrganization.id, 3);
  const taskIds: string[] = [];
  const ids: string[] = [];
  for (let index = 0; index < 3; index += 1) {
    const taskId = await ada.createTask();
    const dependsOn = isChain ? ids.slice(-1) : [];
    taskIds.push(taskId);
    ids.push(linkedTask(simulator, { taskId, taskListId: 'list', title: `Task ${index}`, dependsOn }));
  }
  return { taskIds, ids };
}

async function bootList(script: DeploymentScript, more: { isChain?: boolean } = {}) {
  const gateway = await bootGateway({ simulator: { script } });
  const ada = await gateway.signUpWithCredentials();
  const { simulator } = gateway;
  return {
    ada,
    simulator,
    ...(await plant(ada, simulator, more)),
    run: (guard: object) => ada.ask(RUN_LIST, { guard }),
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  };
}

function startedOf({ runs }: ListRun): string[] {
  return runs.flatMap(({ deploymentId }) => deploymentId ?? []).toSorted();
}

test('runAiTask with a guard: the deployment is stopped at the limit, and the run fails', async () => {
  await using booted = await bootList(ENDLESS);
  const { ada, ids } = booted;
  await ada.ask(RUN_TASK, { id: ids[0], guard: { maxTurns: 3 } });

  const run = await endOfTaskRun(ada, ids[0] ?? '');

  expect(run).toMatchObject({ status: 'FAILED', reason: expect.stringMatching(/ended as Stopped/) });
  expect(await eventsOf(ada, 'GUARD_WARNED')).toHaveLength(1);
  expect(await eventsOf(ada, 'GUARD_TRIPPED')).toMatchObject([
    { deploymentId: run.deploymentId, reason: expect.stringMatching(/^maxTurns: \d+ of 3 taken$/) },
  ]);
});

test.each([
  ['maxTokens', { maxTokens: 280_000 }, /^maxTokens: \d+ of 280000 used/],
  ['maxTurns', { maxTurns: 60 }, /^maxTurns: \d+ of 60 taken/],
])('%s of runAiTaskList holds for the sum of its deployments', async (_limit, guard, reason) => {
  // Thirty steps each reach the limit together, so a poll that is late by seconds still sees the sum first.
  await using booted = await bootList({ endless: true, steps: 200, stepMs: 150 });
  const { ada, simulator, taskIds, ids } = booted;
  // Both are in the queue before either uses anything.
  simulator.control.setCapacity(seededOrganization.id, 0);
  await booted.run(guard);
  await until(
    () => listRunOf(ada, 'list'),
    ({ runs }) => runs.filter(({ status }) => status === 'RUNNING').length === 2,
  );
  simulator.control.setCapacity(seededOrganization.id, 3);

  const end = await endOfListRun(ada, 'list');

  expect(end).toMatchObject({ status: 'STOPPED', reason: expect.stringMatching(/^Guard tripped: max/) });
  expect(end.reason).toMatch(WHOLE);
  const started = startedOf(end);
  expect(started).toHaveLength(2);
  const tripped = await eventsOf(ada, 'GUARD_TRIPPED');
  expect(tripped.map(({ deploymentId }) => deploymentId).toSorted()).toEqual(started);
  for (const event of tripped) expect(event.reason).toMatch(reason);
  expect(tripped.some((event) => WHOLE.test(event.reason ?? ''))).toBe(true);
  expect((await eventsOf(ada, 'GUARD_WARNED')).some((event) => WHOLE.test(event.reason ?? ''))).toBe(true);
  // The third was never begun.
  expect(taskIds.map((taskId) => deploymentsOf(simulator, taskId).length)).toEqual([1, 1, 0]);
  expect(ids.map((id) => upstreamTask(simulator, id).status)).toEqual(['failed', 'failed', 'pending']);
});

test('what ended deployments have used counts too', async () => {
  await using booted = await bootList({ steps: 3, stepMs: 60 }, { isChain: true });
  const { ada, simulator, taskIds } = booted;
  // Three turns each: the second deployment exceeds the limit of all, and not its own.
  await booted.run({ maxTurns: 4 });

  const end = await endOfListRun(ada, 'list');

  expect(end.status).toBe('STOPPED');
  expect(end.reason).toMatch(/^Guard tripped: maxTurns: [56] of 4 taken \(the whole list run\)$/);
  expect(taskIds.map((taskId) => deploymentsOf(simulator, taskId).length)).toEqual([1, 1, 0]);
});

test('a list run within its limits completes, and nothing is warned of', async () => {
  await using booted = await bootList({ steps: 3, stepMs: 20 });
  await booted.run({ maxTokens: 10_000_000, maxTurns: 1_000, maxDurationSeconds: 3_600 });
  expect(await endOfListRun(booted.ada, 'list')).toMatchObject({ status: 'COMPLETED', reason: null });
  expect(await eventsOf(booted.ada, 'GUARD_TRIPPED')).toEqual([]);
  expect(await eventsOf(booted.ada, 'GUARD_WARNED')).toEqual([]);
});

test('a limit that a flag sets stops one deployment alone, and the list goes on', async () => {
  await using booted = await bootList({ steps: 3, stepMs: 40 });
  const { ada, simulator, taskIds } = booted;
  simulator.control.scriptTask(Number(taskIds[0]), { ...ENDLESS, backtest: 'runtimeError' });
  await booted.run({ stopOnRuntimeError: true });
  const { status, runs } = await endOfListRun(ada, 'list');
  expect([status, ...runs.map((run) => run.status)]).toEqual(['FAILED', 'FAILED', 'COMPLETED', 'COMPLETED']);
  expect(await eventsOf(ada, 'GUARD_TRIPPED')).toHaveLength(1);
});

test('maxDurationSeconds counts from the start of the list run, also while no deployment runs', async () => {
  await using booted = await bootList(ENDLESS);
  const { ada, simulator, ids } = booted;
  simulator.faults.add({ kind: 'capacity', match: { path: CREATE }, times: 'forever' });
  await booted.run({ maxDurationSeconds: 1 });

  expect(await endOfListRun(ada, 'list')).toMatchObject({
    status: 'STOPPED',
    reason: 'Guard tripped: maxDurationSeconds: ran for 1 s (the whole list run)',
    runs: [{ status: 'FAILED', deploymentId: null }],
  });
  expect(ids.map((id) => upstreamTask(simulator, id).status)).toEqual(['pending', 'pending', 'pending']);
});

test('the list run is stopped in time, also while QuantCDN does not answer', async () => {
  await using manual = await bootManualGateway({ pace: 'instant', script: { endless: true } });
  const { gateway, clock, nextPoll } = manual;
  const { simulator } = gateway;
  const ada = await gateway.signUpWithCredentials();
  await plant(ada, simulator);
  const startedAt = clock.now();
  await ada.ask(RUN_LIST, { guard: { maxDurationSeconds: 300 } });
  const running = async () => (await listRunOf(ada, 'list')).counts.running;
  while ((await running()) < 2) await nextPoll();
  simulator.faults.add({ kind: 'status500', match: { upstream: 'quantcdn' }, times: 'forever' });

  const areStopped = () => simulator.control.state().deployments.every(({ status }) => status === 'Stopped');
  while (!areStopped()) await nextPoll();

  expect(clock.now() - startedAt).toBeGreaterThanOrEqual(300_000);
  expect(clock.now() - startedAt).toBeLessThan(305_000);
  expect(await eventsOf(ada, 'GUARD_TRIPPED')).toHaveLength(2);
  expect((await listRunOf(ada, 'list')).status).toBe('STOPPING');
  simulator.faults.clear();
  while ((await listRunOf(ada, 'list')).status !== 'STOPPED') await nextPoll();
});

test('a deployment that is being created when the guard trips is stopped as well, and says why', async () => {
  await using booted = await bootList(ENDLESS);
  const { ada, simulator } = booted;
  simulator.faults.add({ kind: 'slow', delayMs: 3_000, match: { path: CREATE }, after: 1 });
  simulator.control.setCapacity(seededOrganization.id, 0);
  await booted.run({ maxTurns: 4 });
  await until(
    () => simulator.control.state().deployments,
    (all) => all.length === 2,
  );
  simulator.control.setCapacity(seededOrganization.id, 3);

  const end = await endOfListRun(ada, 'list');

  const started = startedOf(end);
  expect(started).toHaveLength(2);
  const tripped = await eventsOf(ada, 'GUARD_TRIPPED');
  expect(tripped.map(({ deploymentId }) => deploymentId).toSorted()).toEqual(started);
  expect(simulator.control.state().deployments.map(({ status }) => status)).toEqual(['Stopped', 'Stopped']);
});

test('the sum holds across a kill: each deployment is stopped and says why once', {
  timeout: 120_000,
}, async () => {
  await using folder = await temporaryFolder();
  const simulator = await startSimulator({ script: { endless: true, steps: 40, stepMs: 300 } });
  await using _upstream = { [Symbol.asyncDispose]: simulator.close };
  await using gateway = await startMortalGateway({
    PORT: await freePort(),
    DATA_DIR: folder.path,
    QUANTCONNECT_BASE_URL: simulator.url,
    QUANTCDN_BASE_URL: simulator.quantCdnUrl,
    POLL_INTERVAL: '100ms',
    POLL_INTERVAL_MAX: '300ms',
  });
  const ada = createGraphQLClient(gateway.url);
  await ada.signUp('ada@example.com');
  await ada.saveCredential(seededAccount);
  await ada.saveQuantCdnCredential(seededQuantCdnToken);
  await plant(ada, simulator);
  await ada.ask(RUN_LIST, { guard: { maxTurns: 20, warnAt: 0.1 } });
  await until(
    () => eventsOf(ada, 'GUARD_WARNED'),
    (warned) => warned.some(({ reason }) => WHOLE.test(reason ?? '')),
  );
  await gateway.kill();
  await gateway.alive();

  const end = await endOfListRun(ada, 'list');

  expect(end.reason).toMatch(/^Guard tripped: maxTurns: \d+ of 20 taken \(the whole list run\)$/);
  const tripped = await eventsOf(ada, 'GUARD_TRIPPED');
  expect(tripped.map(({ deploymentId }) => deploymentId).toSorted()).toEqual(startedOf(end));
  const warned = (await eventsOf(ada, 'GUARD_WARNED')).filter(({ reason }) => WHOLE.test(reason ?? ''));
  expect(new Set(warned.map(({ deploymentId }) => deploymentId)).size).toBe(warned.length);
});

test('REST takes the guard of a run and of a list run; a wrong one is refused before anything starts', {
  timeout: 60_000,
}, async () => {
  await using booted = await bootList(ENDLESS);
  const { ada, simulator, ids } = booted;
  const post = (path: string, body: unknown) =>
    ada.request(path, { method: 'POST', body: JSON.stringify(body) });
  for (const path of [`/v1/ai-tasks/${ids[2]}/runs`, '/v1/ai-task-lists/list/run']) {
    const refused = await post(path, { guard: { maxTurns: 0 } });
    expect([refused.status, (await refused.json()).code]).toEqual([400, 'BAD_USER_INPUT']);
  }
  const { errors } = await ada.graphql(RUN_LIST, { guard: { warnAt: 2 } });
  expect(errors?.[0]?.extensions).toMatchObject({ fields: [{ path: 'guard.warnAt' }] });
  expect(simulator.control.state().deployments).toEqual([]);

  expect((await post(`/v1/ai-tasks/${ids[2]}/runs`, { guard: { maxTurns: 2 } })).status).toBe(201);
  expect((await endOfTaskRun(ada, ids[2] ?? '')).reason).toMatch(/ended as Stopped/);
  expect((await post('/v1/ai-task-lists/list/run', { maxParallel: 2, guard: { maxTurns: 4 } })).status).toBe(
    201,
  );
  expect((await endOfListRun(ada, 'list')).reason).toMatch(/^Guard tripped: maxTurns/);
});

test('a repeated key with another guard is a conflict', async () => {
  await using booted = await bootList(ENDLESS);
  const { ada } = booted;
  const start = (guard: object | null) => ada.graphql(RUN_LIST, { key: 'k', guard });
  expect((await start({ maxTurns: 1_000 })).errors).toBeUndefined();
  expect((await start({ maxTurns: 1_000, warnAt: 0.8 })).errors).toBeUndefined();
  for (const guard of [null, { maxTurns: 999 }]) {
    expect((await start(guard)).errors?.[0]?.extensions.code).toBe('CONFLICT');
  }
});
