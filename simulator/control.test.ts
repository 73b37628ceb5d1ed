import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createCallLog } from './calls.ts';
import {
  type Api,
  clientOf,
  createTask,
  deploy,
  type Json,
  organizationId,
  stillSimulator,
} from './client.fixture.ts';
import type { Simulator } from './index.ts';
import { createDueHeap } from './quantconnect/heap.ts';
import { createRandom } from './random.ts';

let sim: Simulator;
let api: Api;
beforeEach(async () => {
  ({ sim, api } = await stillSimulator());
});
afterEach(() => sim.close());

async function control(method: string, path: string, body?: unknown) {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  const response = await fetch(`${sim.controlUrl}${path}`, init);
  return { http: response.status, ...((await response.json()) as Record<string, Json>) } as Json;
}

test('the log has each call with its account, timestamp and result', async () => {
  const { id: taskId } = await createTask(api);
  sim.faults.add({ kind: 'status500' });
  await expect(api('//agents/tasks/read', { taskId })).rejects.toThrow('HTTP 500');
  const timestamp = String(Date.UTC(2026, 4, 6, 19) / 1_000);
  const shared = { at: sim.clock.now(), method: 'POST', userId: '12345', organizationId, timestamp };
  expect(sim.calls.all()).toEqual([
    { ...shared, path: '/agents/tasks/create', status: 200, body: expect.objectContaining({ agentId: 47 }) },
    { ...shared, path: '/agents/tasks/read', status: 500, body: { taskId }, fault: 'status500' },
  ]);
  expect(sim.calls.count()).toBe(2);
  expect(sim.calls.count('/tasks/read')).toBe(1);
  expect(JSON.stringify(sim.calls.all())).not.toContain('Basic ');
  sim.calls.reset();
  expect(sim.calls.count()).toBe(0);
});

test('requests that reuse a signature show in the counters', async () => {
  const read = () => api('/agents/list', { organizationId });
  await read();
  sim.clock.advance(1_000);
  await read();
  expect(sim.calls.counts().duplicateTimestampCount).toBe(0);
  await read();
  expect(sim.calls.counts()).toEqual({
    total: 3,
    byPath: { '/agents/list': 3 },
    byOrganization: { [organizationId]: 3 },
    duplicateTimestampCount: 1,
  });
});

test('the log keeps the latest calls and counts them all', () => {
  const log = createCallLog(10);
  const call = {
    method: 'POST',
    userId: '1',
    organizationId: null,
    timestamp: null,
    body: undefined,
    status: 200,
  };
  for (let at = 0; at < 105; at += 1) log.record({ ...call, at, path: '/authenticate' });
  expect(log.all().map(({ at }) => at)).toEqual([95, 96, 97, 98, 99, 100, 101, 102, 103, 104]);
  expect(log.count('/authenticate')).toBe(105);
});

test('every setting can be changed over HTTP', async () => {
  expect(await control('GET', '/health')).toEqual({ http: 200, status: 'ok' });
  const account = {
    userId: '777',
    apiToken: 'other',
    organizations: [{ id: 'e'.repeat(32), nodeSku: 'A1-1' }],
  };
  await control('POST', '/accounts', account);
  const { api: theirs } = clientOf(sim, account);
  const their = { organizationId: 'e'.repeat(32) };

  await control('POST', '/pace', { queueMs: 0, stepMs: 100, steps: 2 });
  const { id: taskId } = await createTask(theirs, their);
  await control('POST', `/tasks/${taskId}/script`, { endless: true });
  const { deployment } = await theirs('/agents/deployments/create', { taskId });
  const { deploymentId } = deployment;
  expect(await control('POST', '/clock/advance', { ms: 5_000 })).toMatchObject({ nowMs: sim.clock.now() });
  const status = async () => (await theirs('/agents/deployments/read', { deploymentId })).deployment.status;
  expect(await status()).toBe('Running');
  await control('POST', `/deployments/${deploymentId}/script`, { spelling: { Running: 'In Progress...' } });
  expect(await status()).toBe('In Progress...');
  await control('POST', `/deployments/${deploymentId}/end`, { outcome: 'Failed', runtimeError: 'boom' });
  expect(await status()).toBe('Failed');

  await control('POST', '/faults', [{ kind: 'capacity' }, { kind: 'status500', times: 'forever' }]);
  expect((await control('GET', '/faults')).faults).toHaveLength(2);
  await control('DELETE', '/faults');
  await control('POST', '/behavior', { taskInUpdate: true });
  expect((await theirs('/agents/tasks/update', { taskId, name: 'a' })).task.name).toBe('A');

  const calls = await control('GET', '/calls');
  expect(calls.total).toBe(calls.calls.length);
  await control('DELETE', '/calls');
  expect((await control('GET', '/calls/counts')).total).toBe(0);
  const state = await control('GET', '/state');
  expect(state.deployments).toMatchObject([{ deploymentId, taskId, status: 'Failed' }]);
  expect(state.organizations).toContainEqual({
    id: 'e'.repeat(32),
    nodeSku: 'A1-1',
    capacity: 1,
    running: 0,
    waiting: 0,
  });
});

test('invalid control requests are refused with a message', async () => {
  expect(await control('POST', '/nonsense')).toMatchObject({ http: 404 });
  expect(await control('POST', '/clock/advance', { ms: -1 })).toMatchObject({ http: 400 });
  expect(await control('POST', '/pace', 'hasty')).toMatchObject({
    http: 400,
    error: expect.stringContaining('hasty'),
  });
  expect(await control('POST', '/deployments/A-0/script', {})).toMatchObject({ error: 'no deployment A-0' });
  expect(await control('POST', '/faults', { times: 3 })).toMatchObject({ error: 'a fault has a kind' });
  expect(await control('POST', '/accounts', {})).toMatchObject({ http: 400 });
});

test('closing twice is the same as closing once', async () => {
  await deploy(api);
  await Promise.all([sim.close(), sim.close()]);
  await sim.close();
});

test('a heap returns items in the order they are due', () => {
  const random = createRandom(3);
  const heap = createDueHeap<number>();
  const due = Array.from({ length: 500 }, () => Math.floor(random.next() * 100));
  for (const [order, atMs] of due.entries()) heap.push(atMs, order);
  const expected = due.map((atMs, order) => ({ atMs, order })).toSorted((a, b) => a.atMs - b.atMs);
  for (const { atMs, order } of expected) {
    expect(heap.peek()).toMatchObject({ atMs, item: order });
    heap.pop();
  }
  expect(heap.peek()).toBeUndefined();
});

test('as a process it prints its address first, runs on the real clock, ends on SIGTERM', async () => {
  const main = fileURLToPath(new URL('./main.ts', import.meta.url));
  const env = { ...process.env, SIMULATOR_PORT: '0', SIMULATOR_PACE: '{"queueMs":0,"stepMs":0}' };
  const child: ChildProcess = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout!, 'data');
  const [, url] = /^QuantConnect simulator on (http:\/\/127\.0\.0\.1:\d+\/api\/v2) \(user 12345/.exec(
    String(line),
  )!;
  const { api: real } = clientOf({ ...sim, url: url!, clock: { ...sim.clock, wall: Date.now } });
  const deploymentId = await deploy(real);
  expect((await real('/agents/deployments/read', { deploymentId })).deployment.status).toBe('Completed');
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});
