import { expect, test } from 'vitest';
import { type DeploymentScript, seededAccount, startSimulator } from '../../../simulator/index.ts';
import { createGraphQLClient } from '../../support/client.ts';
import { bootGateway } from '../../support/gateway.ts';
import { bootManualGateway } from '../../support/manual-gateway.ts';
import { freePort, startMortalGateway, temporaryFolder } from '../../support/process.ts';

interface EventPush {
  event: { type: string; status: string; reason: string | null };
}

const EVENTS = `subscription ($id: ID!) {
  event: deploymentEvents(deploymentId: $id, after: "0", untilTerminal: true) { type status reason }
}`;
const LOG = 'query ($id: ID!) { log: deploymentEvents(deploymentId: $id) { nodes { type status reason } } }';
const STOP = '/deployments/stop';
const ENDLESS: DeploymentScript = { endless: true, steps: 5, stepMs: 60 };

const trips: [string, object, DeploymentScript, RegExp[]][] = [
  [
    'maxTokens',
    { maxTokens: 5_000 },
    ENDLESS,
    [/^maxTokens: \d+ of 5000 used$/, /^maxTokens: \d+ of 5000 used$/],
  ],
  ['maxTurns', { maxTurns: 4 }, ENDLESS, [/^maxTurns: \d+ of 4 taken$/, /^maxTurns: \d+ of 4 taken$/]],
  [
    'maxDurationSeconds',
    { maxDurationSeconds: 1, warnAt: 0.5 },
    ENDLESS,
    [/^maxDurationSeconds: ran for (0 of )?1 s$/, /^maxDurationSeconds: ran for 1 s$/],
  ],
  [
    'stopOnRuntimeError',
    { stopOnRuntimeError: true },
    { ...ENDLESS, backtest: 'runtimeError' },
    [/^stopOnRuntimeError: a run ended with a runtime error$/],
  ],
  [
    'stopOnWarning',
    { stopOnWarning: true },
    { ...ENDLESS, backtest: 'warnings' },
    [/^stopOnWarning: a tool gave a warning$/],
  ],
];

test.each(trips)(
  '%s: the guard warns of a number, trips, gives its reasons, and stops the deployment',
  async (_name, guard, script, reasons) => {
    await using gateway = await bootGateway({ simulator: { script } });
    const ada = await gateway.signUpWithCredential();
    const id = await ada.deploy(await ada.createTask(), { guard });

    await using events = ada.subscribe<EventPush>(EVENTS, { id });
    const received = (await events.rest()).map(({ event }) => event);
    expect(received.map(({ type, status }) => `${type} ${status}`)).toEqual([
      'CREATED QUEUED',
      'STATUS_CHANGED RUNNING',
      ...(reasons.length > 1 ? ['GUARD_WARNED RUNNING'] : []),
      'GUARD_TRIPPED RUNNING',
      'STATUS_CHANGED STOPPED',
    ]);
    for (const [index, reason] of reasons.entries()) expect(received[2 + index]?.reason).toMatch(reason);
  },
);

test('a stop with a lost answer is repeated until seen, and emitted once', async () => {
  await using gateway = await bootGateway({ simulator: { script: ENDLESS } });
  gateway.simulator.faults.add({ kind: 'status429', retryAfter: 1, match: { path: STOP } });
  gateway.simulator.faults.add({ kind: 'html', match: { path: STOP }, perform: false, times: 2 });
  const ada = await gateway.signUpWithCredential();
  const id = await ada.deploy(await ada.createTask(), { guard: { maxTokens: 1 } });

  await using events = ada.subscribe<EventPush>(EVENTS, { id });
  const received = (await events.rest()).map(({ event }) => event.type);
  expect(received.filter((type) => type === 'GUARD_TRIPPED')).toHaveLength(1);
  expect(gateway.simulator.calls.count(STOP)).toBeGreaterThanOrEqual(4);
});

test('a slow stop is waited for', async () => {
  await using gateway = await bootGateway({ simulator: { script: { ...ENDLESS, stopMs: 500 } } });
  const ada = await gateway.signUpWithCredential();
  const id = await ada.deploy(await ada.createTask(), { guard: { maxTokens: 1 } });
  await using events = ada.subscribe<EventPush>(EVENTS, { id });
  expect((await events.rest()).at(-1)?.event.status).toBe('STOPPED');
});

test('a guard within its limits, or absent, stops nothing', async () => {
  await using gateway = await bootGateway({ simulator: { script: { backtest: 'runtimeError' } } });
  const ada = await gateway.signUpWithCredential();
  const taskId = await ada.createTask();
  const holding = { maxTokens: 1_000_000, maxDurationSeconds: 3_600, stopOnRuntimeError: false };
  const ids = [await ada.deploy(taskId), await ada.deploy(taskId, { guard: holding })];
  for (const id of ids) {
    await using events = ada.subscribe<EventPush>(EVENTS, { id });
    const received = (await events.rest()).map(({ event }) => event);
    expect(received.map(({ type }) => type)).not.toContain('GUARD_TRIPPED');
    expect(received.map(({ type }) => type)).not.toContain('GUARD_WARNED');
    expect(received.at(-1)?.status).toBe('COMPLETED');
  }
  expect(gateway.simulator.calls.count(STOP)).toBe(0);
});

test('a time limit holds to the second, however long the poll pause has grown', async () => {
  await using still = await bootManualGateway({ pace: 'instant', script: { endless: true } });
  const { clock, gateway } = still;
  const ada = await gateway.signUpWithCredential();
  const bornAt = clock.now();
  await ada.deploy(await ada.createTask(), { guard: { maxDurationSeconds: 300 } });
  while (gateway.simulator.calls.count(STOP) === 0) await still.nextPoll();

  expect(clock.now() - bornAt).toBeGreaterThanOrEqual(300_000);
  expect(clock.now() - bornAt).toBeLessThan(302_000);
});

test('a revived deployment gets its whole time limit again', async () => {
  await using still = await bootManualGateway({ pace: 'instant', script: { endless: true } });
  const { clock, gateway } = still;
  const ada = await gateway.signUpWithCredential();
  const id = await ada.deploy(await ada.createTask(), { guard: { maxDurationSeconds: 100 } });
  await still.nextPoll();
  await still.nextPoll();
  gateway.simulator.control.endDeployment(id);
  await still.nextPoll();
  await still.advance(90_000);
  await ada.ask('mutation ($id: ID!) { promptDeployment(id: $id, prompt: "Go on") { status } }', { id });
  const revivedAt = clock.now();
  const { deployment } = await ada.ask<{ deployment: { guard: { runStartedAt: string } } }>(
    'query ($id: ID!) { deployment(id: $id) { guard { runStartedAt } } }',
    { id },
  );
  expect(deployment.guard.runStartedAt).toBe(new Date(revivedAt).toISOString());
  while (gateway.simulator.calls.count(STOP) === 0) await still.nextPoll();

  expect(clock.now() - revivedAt).toBeGreaterThanOrEqual(100_000);
});

test('a limit is warned of once, at its share of it, however often it is looked at and across a kill', {
  timeout: 120_000,
}, async () => {
  await using folder = await temporaryFolder();
  const simulator = await startSimulator({ script: ENDLESS });
  await using _upstream = { [Symbol.asyncDispose]: simulator.close };
  await using gateway = await startMortalGateway({
    PORT: await freePort(),
    DATA_DIR: folder.path,
    QUANTCONNECT_BASE_URL: simulator.url,
    POLL_INTERVAL: '50ms',
    POLL_INTERVAL_MAX: '200ms',
  });
  const ada = createGraphQLClient(gateway.url);
  await ada.signUp('ada@example.com');
  await ada.saveCredential(seededAccount);
  const guard = { maxTokens: 1_000_000, maxTurns: 1_000, warnAt: 0.002 };
  const id = await ada.deploy(await ada.createTask(), { guard });
  const warnings = async () =>
    (await ada.ask<{ log: { nodes: EventPush['event'][] } }>(LOG, { id })).log.nodes
      .filter(({ type }) => type === 'GUARD_WARNED')
      .map(({ reason }) => reason);
  await expect.poll(warnings, { timeout: 20_000 }).toHaveLength(2);
  const before = await warnings();
  expect(before.toSorted()).toEqual([
    expect.stringMatching(/^maxTokens: \d+ of 1000000 used$/),
    expect.stringMatching(/^maxTurns: \d+ of 1000 taken$/),
  ]);

  await gateway.kill();
  await gateway.alive();
  const reads = () => simulator.calls.count('/conversation/read');
  const readBefore = reads();
  await expect.poll(reads, { timeout: 20_000 }).toBeGreaterThan(readBefore + 3);

  expect(await warnings()).toEqual(before);
});

test('both doors take the same guard: a repeated key is one deployment', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredential();
  const taskId = await ada.createTask();
  const guard = { maxTokens: 2 ** 40, maxTurns: 9, stopOnWarning: true };
  const id = await ada.deploy(taskId, { key: 'k', guard });
  const answer = await ada.request(`/v1/tasks/${taskId}/deployments`, {
    method: 'POST',
    headers: { 'idempotency-key': 'k' },
    body: JSON.stringify({ guard }),
  });
  expect([answer.status, (await answer.json()).id]).toEqual([201, id]);
});

const SHOWN = `fragment Guard on Deployment {
  id
  guard { maxTokens maxTurns maxDurationSeconds stopOnRuntimeError stopOnWarning warnAt }
}
query ($id: ID!, $taskId: ID!) {
  fresh: deployment(id: $id) { ...Guard }
  listed: deployments(taskId: $taskId) { ...Guard }
  stored: myDeployments { nodes { ...Guard } }
  events: deploymentEvents(deploymentId: $id) { nodes { deployment { ...Guard } } }
}`;

interface Shown {
  id: string;
  guard: object | null;
}

test('a deployment shows its guard with the defaults over both doors, to a watch token too; without one null', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredential();
  const taskId = await ada.createTask();
  const id = await ada.deploy(taskId, { guard: { maxTokens: 2 ** 40, stopOnWarning: true, warnAt: 0.9 } });
  const free = await ada.deploy(taskId);
  const plain = await ada.deploy(taskId, { guard: { maxTurns: 9 } });

  const guard = {
    ...{ maxTokens: 2 ** 40, maxTurns: null, maxDurationSeconds: null },
    ...{ stopOnRuntimeError: false, stopOnWarning: true, warnAt: 0.9 },
  };
  const other = { ...guard, maxTokens: null, maxTurns: 9, stopOnWarning: false, warnAt: 0.8 };
  const { fresh, listed, stored, events } = await ada.ask<{
    fresh: Shown;
    listed: Shown[];
    stored: { nodes: Shown[] };
    events: { nodes: { deployment: Shown }[] };
  }>(SHOWN, { id, taskId });
  expect([fresh, events.nodes[0]?.deployment]).toEqual([
    { id, guard },
    { id, guard },
  ]);
  for (const all of [listed, stored.nodes])
    expect(new Map(all.map((one) => [one.id, one.guard]))).toEqual(
      new Map<string, object | null>([
        [id, guard],
        [free, null],
        [plain, other],
      ]),
    );

  const { made } = await ada.ask<{ made: { token: string } }>(
    'mutation ($id: ID!) { made: createWatchToken(deploymentId: $id) { token } }',
    { id },
  );
  const headers = { authorization: `Bearer ${made.token}` };
  for (const answer of [
    await ada.request(`/v1/deployments/${id}`),
    await ada.request(`/v1/deployments/${id}`, { headers }),
  ])
    expect(await answer.json()).toMatchObject({ guard: { ...guard, runStartedAt: expect.any(String) } });
});

test.for([-3_600_000, 3_600_000])('clock set by %i ms: a time limit holds to the second', async (stepMs) => {
  await using still = await bootManualGateway({ pace: 'instant', script: { endless: true } });
  const { clock, gateway } = still;
  const ada = await gateway.signUpWithCredential();
  const bornAt = clock.steadyMs();
  await ada.deploy(await ada.createTask(), { guard: { maxDurationSeconds: 300 } });
  await still.nextPoll();
  clock.set(clock.now() + stepMs);
  while (gateway.simulator.calls.count(STOP) === 0) await still.nextPoll();

  expect(clock.steadyMs() - bornAt).toBeGreaterThanOrEqual(300_000);
  expect(clock.steadyMs() - bornAt).toBeLessThan(302_000);
});
