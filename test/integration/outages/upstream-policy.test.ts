import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type FaultRule,
  predefinedAgent,
  type Simulator,
  seededAccount,
  seededOrganization,
  startSimulator,
} from '../../../simulator/index.ts';
import type { UpstreamDrift } from '../../../src/domain/upstream-drift.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { systemRandom } from '../../../src/lib/random.ts';
import { isAmbiguous } from '../../../src/upstream/failure.ts';
import type { QuantConnectClient } from '../../../src/upstream/quantconnect/client.ts';
import { createQuantConnect, type QuantConnect } from '../../../src/upstream/quantconnect/quantconnect.ts';
import { filesOf } from '../../../src/upstream/quantconnect/tool-calls.ts';

const organizationId = seededOrganization.id;
let sim: Simulator;
let upstream: QuantConnect;
let client: QuantConnectClient;
let drift: UpstreamDrift[] = [];

function connect(userId = seededAccount.userId, apiToken: string = seededAccount.apiToken) {
  return upstream.client(
    { ownerId: userId, credentialId: `${userId} ${apiToken}`, userId, apiToken },
    'interactive',
  );
}

beforeEach(async () => {
  sim = await startSimulator({
    predefinedAgents: [predefinedAgent],
    pace: { queueMs: 0, stepMs: 1, steps: 3 },
  });
  upstream = createQuantConnect({
    baseUrl: sim.url,
    timeoutMs: 2_000,
    maxBytes: 1_000_000,
    ratePerSecond: 1_000,
    burst: 1_000,
    connections: 64,
    connectionsPerOwner: 16,
    clock: systemClock,
    reportDrift: (found) => drift.push(found),
    random: { ...systemRandom, fraction: () => 0 },
  });
  client = connect();
  drift = [];
});
afterEach(async () => {
  await upstream.close();
  await sim.close();
});

const newTask = {
  organizationId,
  agentId: String(predefinedAgent.id),
  name: 'Print hello',
  prompt: 'Print hello',
  projectPreference: 'project-for-task',
};
function outcome(promise: Promise<unknown>): Promise<unknown> {
  return promise.catch((error: unknown) => error);
}

test.each([false, true])('all operations, with loose types: %s', async (looseTypes) => {
  sim.control.setBehavior({ looseTypes });
  await client.authenticate();
  const agent = await client.createAgent({ organizationId, name: 'Heron', useQcc: true, maxTurns: 5 });
  await client.updateAgent(agent.id, { description: 'Reads' });
  expect(await client.readAgent(agent.id)).toMatchObject({ id: agent.id, description: 'Reads', maxTurns: 5 });
  expect((await client.listAgents(organizationId)).items.map(({ id }) => id)).toContain(agent.id);

  const task = await client.createTask({ ...newTask, agentId: agent.id });
  await client.updateTask(task.id, { name: 'Renamed' });
  expect(await client.readTask(task.id)).toMatchObject({ id: task.id, agentId: agent.id });
  expect((await client.listTasks(organizationId)).items).toHaveLength(1);

  const { id } = await client.createDeployment(task.id);
  await expect.poll(async () => (await client.readDeployment(id)).isTerminal).toBe(true);
  expect((await client.listDeployments(task.id)).items).toMatchObject([
    { id, taskId: task.id, status: 'COMPLETED' },
  ]);
  expect(filesOf(await client.readConversation(id)).length).toBeGreaterThan(0);
  await client.promptDeployment(id, 'Again');
  await client.stopDeployment(id);
  await client.deleteDeployment(id);
  await client.deleteTask(task.id);
  await client.deleteAgent(agent.id);
  for (const gone of [client.readAgent(agent.id), client.readTask(task.id), client.readDeployment(id)])
    expect(await outcome(gone)).toMatchObject({ code: 'NOT_FOUND' });
  expect(await outcome(client.deleteTask(task.id))).toMatchObject({ code: 'NOT_FOUND' });
});

describe('a list under a lasting fault', () => {
  test.each<[FaultRule, string]>([
    [{ kind: 'throttleText' }, 'UPSTREAM_THROTTLED'],
    [{ kind: 'status429', retryAfter: 60 }, 'UPSTREAM_THROTTLED'],
    [{ kind: 'status503', retryAfter: 'Fri, 31 Dec 2100 23:59:59 GMT' }, 'UPSTREAM_THROTTLED'],
    [{ kind: 'status500' }, 'UPSTREAM_UNAVAILABLE'],
    [{ kind: 'html' }, 'UPSTREAM_BAD_RESPONSE'],
    [{ kind: 'html', httpStatus: 502 }, 'UPSTREAM_UNAVAILABLE'],
    [{ kind: 'capacity' }, 'UPSTREAM_NO_CAPACITY'],
    [{ kind: 'refusal', message: 'No.' }, 'UPSTREAM_REJECTED'],
    [{ kind: 'hang' }, 'UPSTREAM_TIMEOUT'],
    [{ kind: 'reset' }, 'UPSTREAM_UNAVAILABLE'],
    [{ kind: 'lostReply' }, 'UPSTREAM_UNAVAILABLE'],
    [{ kind: 'truncate' }, 'UPSTREAM_UNAVAILABLE'],
    [{ kind: 'drip', everyMs: 100 }, 'UPSTREAM_TIMEOUT'],
    [{ kind: 'huge', bytes: 50_000_000 }, 'UPSTREAM_BAD_RESPONSE'],
    [{ kind: 'deep' }, 'UPSTREAM_BAD_RESPONSE'],
    [{ kind: 'redirect' }, 'UPSTREAM_BAD_RESPONSE'],
    [{ kind: 'gzip', bytes: 2_000_000 }, 'UPSTREAM_BAD_RESPONSE'],
    [{ kind: 'hash200' }, 'CREDENTIAL_REJECTED'],
    [{ kind: 'http401' }, 'CREDENTIAL_REJECTED'],
  ])('%j is %s', async (fault, code) => {
    sim.faults.add({ times: 'forever', ...fault });
    expect(await outcome(client.listTasks(organizationId))).toMatchObject({ code });
    sim.faults.clear();
    expect(
      await connect()
        .listTasks(organizationId)
        .catch(({ code }) => code),
    ).toSatisfy((result) => code === 'UPSTREAM_THROTTLED' || Array.isArray(result.items));
  });

  test.each<FaultRule>([
    { kind: 'extraFields' },
    { kind: 'missingErrors' },
    { kind: 'noSuccess' },
    { kind: 'protoPollution' },
    { kind: 'staleDate' },
    { kind: 'slow', delayMs: 50 },
  ])('%j is tolerated', async (fault) => {
    await client.createTask(newTask);
    sim.faults.add({ times: 'forever', ...fault });
    expect((await client.listTasks(organizationId)).items).toHaveLength(1);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

test('fields that are not known are drift of their operation, without their values', async () => {
  await client.createTask(newTask);
  expect(drift).toEqual([]);
  sim.faults.add({ kind: 'extraFields' });
  await client.listTasks(organizationId);
  const found = { operation: 'agents/tasks/list', kind: 'UNKNOWN_FIELD' };
  expect(drift).toEqual([
    { ...found, path: 'surprise' },
    { ...found, path: 'tasks[].surprise' },
    { ...found, path: 'tasks[].owner.surprise' },
  ]);
});

test('a create with a lost answer is ambiguous, and no failed create is repeated', async () => {
  for (const fault of [{ kind: 'lostReply' }, { kind: 'truncate' }, { kind: 'reset' }] as const) {
    sim.faults.add({ ...fault, match: { path: '/tasks/create' } });
    expect(isAmbiguous(await outcome(client.createTask(newTask)))).toBe(true);
  }
  expect(sim.control.state().tasks).toHaveLength(2);
  sim.faults.add({ kind: 'refusal', message: 'No.', match: { path: '/tasks/create' } });
  expect(isAmbiguous(await outcome(client.createTask(newTask)))).toBe(false);
});

test('a delete with a lost answer is repeated, and counts as done', async () => {
  const task = await client.createTask(newTask);
  sim.faults.add({ kind: 'lostReply', match: { path: '/tasks/delete' } });
  await client.deleteTask(task.id);
  expect(sim.control.state().tasks).toHaveLength(0);
});

test.each(['http401', 'hash200', 'http500'] as const)(
  'a wrong token is recognized by %s',
  async (authFailure) => {
    sim.control.setBehavior({ authFailure });
    expect(await outcome(connect('12345', 'wrong').authenticate())).toMatchObject({
      code: 'CREDENTIAL_REJECTED',
    });
  },
);

test.each([600_000, -600_000])('clocks %s ms apart cost at most one refusal', async (skewMs) => {
  sim.control.setBehavior({ maxAgeSeconds: 60, maxFutureSkewSeconds: 60 });
  sim.clock.setSkew(skewMs);
  for (let n = 0; n < 3; n += 1) await client.listTasks(organizationId);
  expect(Math.abs(upstream.clockOffsetMs() - skewMs)).toBeLessThan(2_000);
});
