import { expect, test } from 'vitest';
import type { DeploymentScript } from '../../../simulator/index.ts';
import { bootGateway } from '../../support/gateway.ts';
import { bootManualGateway } from '../../support/manual-gateway.ts';

interface EventPush {
  event: { type: string; status: string; reason: string | null };
}

const EVENTS = `subscription ($id: ID!) {
  event: deploymentEvents(deploymentId: $id, after: "0", untilTerminal: true) { type status reason }
}`;
const STOP = '/deployments/stop';
const ENDLESS: DeploymentScript = { endless: true, steps: 5, stepMs: 60 };

const trips: [string, object, DeploymentScript, RegExp][] = [
  ['maxTokens', { maxTokens: 5_000 }, ENDLESS, /^maxTokens: \d+ of 5000 used$/],
  ['maxDurationSeconds', { maxDurationSeconds: 1 }, ENDLESS, /^maxDurationSeconds: ran for 1 s$/],
  [
    'stopOnRuntimeError',
    { stopOnRuntimeError: true },
    { ...ENDLESS, backtest: 'runtimeError' },
    /^stopOnRuntimeError: a run ended with a runtime error$/,
  ],
];

test.each(trips)(
  '%s: the guard trips, gives its reason, and stops the deployment',
  async (_name, guard, script, reason) => {
    await using gateway = await bootGateway({ simulator: { script } });
    const ada = await gateway.signUpWithCredential();
    const id = await ada.deploy(await ada.createTask(), { guard });

    await using events = ada.subscribe<EventPush>(EVENTS, { id });
    const received = (await events.rest()).map(({ event }) => event);
    expect(received.map(({ type, status }) => `${type} ${status}`)).toEqual([
      'CREATED QUEUED',
      'STATUS_CHANGED RUNNING',
      'GUARD_TRIPPED RUNNING',
      'STATUS_CHANGED STOPPED',
    ]);
    expect(received[2]?.reason).toMatch(reason);
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
  while (gateway.simulator.calls.count(STOP) === 0) await still.nextPoll();

  expect(clock.now() - revivedAt).toBeGreaterThanOrEqual(100_000);
});
