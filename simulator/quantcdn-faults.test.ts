import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { clientOf, organizationId } from './client.fixture.ts';
import type { Encoding, Fault, Simulator } from './index.ts';
import { type CdnClient, nobody, START_MS, stillCdn } from './quantcdn.fixture.ts';

let sim: Simulator;
let client: CdnClient;
let taskId: string;
beforeEach(async () => {
  ({ sim, client } = await stillCdn());
  const fields = { taskListId: 'a', dependsOn: [nobody], metadata: { list: [], empty: {}, n: 1 } };
  taskId = await client.create({ ...fields, status: 'completed' });
});
afterEach(() => sim.close());

/** Sends a list request that meets the fault. */
async function meet(fault: Fault, path = '') {
  sim.faults.add(fault);
  const response = await client.send('GET', path);
  return { response, text: await response.text() };
}

describe('odd encodings, for one request or for all', () => {
  const now = `${START_MS}`;
  const NUMBERS = { progress: '0', retryCount: '0', maxRetries: '3', createdAt: now, updatedAt: now };
  const expiresAt = START_MS + 30 * 86_400_000;
  test.each<[Partial<Encoding>, object]>([
    [{ objects: 'text' }, { metadata: '{"list":[],"empty":{},"n":1}' }],
    [{ lists: 'map' }, { dependsOn: { 0: nobody } }],
    [{ lists: 'text' }, { dependsOn: `["${nobody}"]` }],
    [{ numbers: 'text' }, { ...NUMBERS, completedAt: now, expiresAt: `${expiresAt}` }],
    [{ expiresAt: 'seconds' }, { expiresAt: expiresAt / 1_000 }],
  ])('%o', async (as, shown) => {
    const plain = await client.get(taskId);
    sim.faults.add({ kind: 'encoded', as });
    const seen = await client.get(taskId);
    expect(seen).toEqual({ ...plain, ...shown });
    expect(await client.get(taskId)).toEqual(plain);
    sim.quantcdn.setBehavior({ encoding: as });
    expect(await client.get(taskId)).toEqual(seen);
  });

  test('fields without a value may be absent', async () => {
    const plain = await client.get(taskId);
    sim.faults.add({ kind: 'encoded', as: { nulls: 'absent' } });
    const valued = Object.entries(plain).filter(([, value]) => value !== null);
    expect(valued.length).toBeLessThan(Object.keys(plain).length);
    expect(Object.entries(await client.get(taskId))).toEqual(valued);
  });

  test('an empty list may be null', async () => {
    const empty = await client.create();
    sim.quantcdn.setBehavior({ encoding: { lists: 'emptyAsNull' } });
    expect((await client.get(empty)).dependsOn).toBeNull();
    expect((await client.get(taskId)).dependsOn).toEqual([nobody]);
  });

  test('an empty object may be a list', async () => {
    const empty = await client.create();
    sim.quantcdn.setBehavior({ encoding: { objects: 'emptyAsList' } });
    expect((await client.get(empty)).metadata).toEqual([]);
    expect((await client.get(taskId)).metadata).toEqual({ list: [], empty: {}, n: 1 });
    expect(sim.quantcdn.task(empty)?.metadata).toEqual({});
  });

  test('a graph may be a list of nodes, or text, its parts in odd encodings too', async () => {
    const path = '/a/dependency-graph';
    const { graph } = await client.well('GET', path);
    sim.quantcdn.setBehavior({ encoding: { graph: 'list' } });
    expect((await client.well('GET', path)).graph).toEqual([graph[taskId]]);
    sim.quantcdn.setBehavior({ encoding: { graph: 'text', lists: 'map' } });
    const text = (await client.well('GET', path)).graph;
    const { dependsOn, dependents } = JSON.parse(text)[taskId];
    expect({ dependsOn, dependents }).toEqual({ dependsOn: { 0: nobody }, dependents: {} });
  });
});

describe('answers', () => {
  test('lack fields in every task, receipt and node', async () => {
    sim.faults.add({ kind: 'missingFields', times: 3 });
    expect(await client.get(taskId)).toEqual({ taskId });
    expect(await client.well('GET')).toEqual({ tasks: [{ taskId }], count: 1 });
    expect((await client.well('GET', '/a/dependency-graph')).graph).toEqual({ [taskId]: { taskId } });
    sim.faults.add({ kind: 'missingFields', fields: ['status'] });
    expect(Object.keys(await client.put(taskId, {}))).toEqual(['taskId', 'updatedAt']);
  });

  test('hold an unpublished status, except in what clients wrote', async () => {
    await client.put(taskId, { metadata: { status: 'mine' } });
    sim.faults.add({ kind: 'unknownStatus', times: 2 }, { kind: 'rawStatus', status: 'COMPLETED' });
    expect(await client.get(taskId)).toMatchObject({ status: 'hibernating', metadata: { status: 'mine' } });
    expect((await client.well('GET')).tasks[0].status).toBe('hibernating');
    expect((await client.well('GET', '/a/dependency-graph')).graph[taskId].status).toBe('COMPLETED');
    sim.quantcdn.updateTask(taskId, { status: 'archived' });
    expect((await client.get(taskId)).status).toBe('archived');
  });

  test('hold extra fields, but no extra nodes and nothing in what clients wrote', async () => {
    sim.faults.add({ kind: 'extraFields', times: 2 });
    const task = await client.get(taskId);
    expect(task).toMatchObject({ taskId, surprise: {} });
    expect(task.metadata).toEqual({ list: [], empty: {}, n: 1 });
    const { graph } = await client.well('GET', '/a/dependency-graph');
    expect(Object.keys(graph)).toEqual([taskId]);
    expect(graph[taskId]).toHaveProperty('surprise');
    const { text } = await meet({ kind: 'protoPollution' });
    expect(Object.hasOwn(JSON.parse(text), '__proto__')).toBe(true);
  });

  test.each([
    [{ kind: 'status500' }, 500, null, '{"error":true'],
    [{ kind: 'status429', retryAfter: 7 }, 429, '7', '<!DOCTYPE'],
    [{ kind: 'status503', retryAfter: 3 }, 503, '3', '<!DOCTYPE'],
    [{ kind: 'html' }, 200, null, '<!DOCTYPE'],
    [{ kind: 'http401' }, 401, null, '{"error":true'],
    [{ kind: 'http403' }, 403, null, '{"error":true'],
    [{ kind: 'refusal', message: 'No.' }, 400, null, '{"error":true,"message":"No."}'],
    [{ kind: 'redirect' }, 302, null, ''],
    [{ kind: 'gzip' }, 200, null, '{"tasks":[{'],
    [{ kind: 'huge', bytes: 1_000_000 }, 200, null, '{'],
    [{ kind: 'deep', depth: 500 }, 200, null, '{'],
    [{ kind: 'slow', delayMs: 1 }, 200, null, '{"tasks":[{'],
    [{ kind: 'drip', everyMs: 0 }, 200, null, '{"tasks":[{'],
  ] as const)('meet %o', async (fault, status, retryAfter, begin) => {
    const { response, text } = await meet(fault);
    expect(response.status).toBe(status);
    expect(response.headers.get('retry-after')).toBe(retryAfter);
    expect(text.slice(0, begin.length)).toBe(begin);
    expect((await client.send('GET')).status).toBe(200);
  });

  test('break off midway, or carry an old date', async () => {
    await expect(meet({ kind: 'truncate' })).rejects.toThrow('terminated');
    const { response } = await meet({ kind: 'staleDate', ageMs: 3_600_000 });
    expect(response.headers.get('date')).toBe('Wed, 31 Dec 2025 23:00:00 GMT');
  });
});

test('a lost reply made the task, a reset connection and an error did not', async () => {
  const count = () => sim.quantcdn.state().tasks.length;
  sim.faults.add({ kind: 'reset' }, { kind: 'status500' }, { kind: 'http403' }, { kind: 'lostReply' });
  await expect(client.create()).rejects.toThrow('fetch failed');
  await expect(client.create()).rejects.toThrow('HTTP 500');
  await expect(client.create()).rejects.toThrow('HTTP 403');
  expect(count()).toBe(1);
  await expect(client.create()).rejects.toThrow('fetch failed');
  expect(count()).toBe(2);
  sim.faults.add({ kind: 'status500', perform: true });
  await expect(client.well('DELETE', `/${taskId}`)).rejects.toThrow('HTTP 500');
  expect(count()).toBe(1);
});

test('a hanging request ends with the simulator', async () => {
  sim.faults.add({ kind: 'hang', match: { operation: 'createTask' } });
  const hanging = client.create().catch(() => 'broken');
  await client.well('GET');
  await sim.close();
  expect(await hanging).toBe('broken');
});

test('a rule picks its operation, its method, its service', async () => {
  const { send } = clientOf(sim);
  const theirs = async () => (await send('/agents/list', { organizationId })).status;
  sim.faults.add({ kind: 'status500', match: { operation: 'createTask' } });
  expect((await client.cdn('GET')).status).toBe(200);
  expect(await theirs()).toBe(200);
  expect((await client.cdn('POST', '', { title: 'a' })).status).toBe(500);

  sim.faults.add({ kind: 'status503', match: { method: 'PUT' } });
  expect((await client.cdn('GET')).status).toBe(200);
  expect((await client.send('PUT', `/${taskId}`, {})).status).toBe(503);

  sim.faults.add({ kind: 'status503', match: { upstream: 'quantcdn' } });
  expect(await theirs()).toBe(200);
  expect((await client.send('GET')).status).toBe(503);

  sim.faults.add({ kind: 'status503', match: { userId: 'seeded' } });
  expect(await theirs()).toBe(200);
  expect((await client.send('GET')).status).toBe(503);
});

test('messages of one service never come from the other', async () => {
  const { api } = clientOf(sim);
  sim.faults.add({ kind: 'capacity' }, { kind: 'missingFields' });
  expect((await api('/agents/list', { organizationId })).success).toBe(false);
  expect(await client.get(taskId)).toEqual({ taskId });
  sim.faults.add({ kind: 'throttleText' }, { kind: 'http403' });
  expect((await client.cdn('GET')).status).toBe(403);
  expect((await api('/agents/list', { organizationId })).errors[0]).toContain('Too many');
  expect(sim.faults.pending()).toEqual([]);
});
