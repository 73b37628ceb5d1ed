import { request } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  type Api,
  type clientOf,
  createTask,
  deploy,
  organizationId,
  stillSimulator,
} from './client.fixture.ts';
import type { Fault, Simulator } from './index.ts';

let sim: Simulator;
let api: Api;
let send: ReturnType<typeof clientOf>['send'];
beforeEach(async () => {
  ({ sim, api, send } = await stillSimulator());
});
afterEach(() => sim.close());

/** Sends a list request that meets the fault. */
async function meet(fault: Fault) {
  sim.faults.add(fault);
  const response = await send('/agents/tasks/list', { organizationId });
  return { response, text: await response.text() };
}
async function meetJson(fault: Fault) {
  return JSON.parse((await meet(fault)).text);
}

test('a rule applies to the requests it matches, as often as it says', async () => {
  sim.faults.add({ kind: 'status500', match: { path: '/tasks/list', userId: 12345 }, after: 1, times: 2 });
  const statuses: number[] = [];
  for (let i = 0; i < 4; i += 1) statuses.push((await send('/agents/tasks/list', { organizationId })).status);
  expect(statuses).toEqual([200, 500, 500, 200]);

  sim.faults.add({ kind: 'status500', match: { userId: '999' }, times: 'forever' });
  expect((await send('/authenticate')).status).toBe(200);
  expect(sim.faults.pending()).toHaveLength(1);
  sim.faults.clear();
  sim.faults.add({ kind: 'status500', times: Number.POSITIVE_INFINITY });
  for (let i = 0; i < 3; i += 1) expect((await send('/authenticate')).status).toBe(500);
  sim.faults.clear();
  expect((await send('/authenticate')).status).toBe(200);
});

test('chance depends on the seed alone', async () => {
  const pattern = async () => {
    const { sim: seeded, send: ask } = await stillSimulator({ seed: 42 });
    seeded.faults.add({ kind: 'status503', chance: 0.5, times: 'forever' });
    const statuses: number[] = [];
    for (let i = 0; i < 20; i += 1) statuses.push((await ask('/authenticate')).status);
    await seeded.close();
    return statuses;
  };
  const first = await pattern();
  expect(new Set(first)).toEqual(new Set([200, 503]));
  expect(await pattern()).toEqual(first);
});

test('throttling and capacity come as text under HTTP 200', async () => {
  expect(await meetJson({ kind: 'throttleText' })).toEqual({
    success: false,
    errors: ['Too many task requests; please slow down.'],
  });
  expect((await meetJson({ kind: 'capacity' })).errors[0]).toContain('no spare nodes available');
  expect((await meetJson({ kind: 'refusal', message: 'No.' })).errors).toEqual(['No.']);
});

test.each([
  [{ kind: 'status429' }, 429, null],
  [{ kind: 'status429', retryAfter: 7 }, 429, '7'],
  [{ kind: 'status429', retryAfter: 'Wed, 06 May 2026 19:00:09 GMT' }, 429, 'Wed, 06 May 2026 19:00:09 GMT'],
  [{ kind: 'status503', retryAfter: 3 }, 503, '3'],
  [{ kind: 'status500' }, 500, null],
  [{ kind: 'html' }, 200, null],
  [{ kind: 'html', httpStatus: 502 }, 502, null],
] as const)('%o is an HTML page', async (fault, status, retryAfter) => {
  const { response, text } = await meet(fault);
  expect(response.status).toBe(status);
  expect(response.headers.get('retry-after')).toBe(retryAfter);
  expect(text).toMatch(/^<!DOCTYPE html>/);
});

test.each([
  [{ kind: 'http401' }, 401],
  [{ kind: 'hash200' }, 200],
  [{ kind: 'authHttp500' }, 500],
] as const)('%o refuses good credentials', async (fault, status) => {
  const { response, text } = await meet(fault);
  expect(response.status).toBe(status);
  if (fault.kind === 'hash200') expect(text).toContain("Hash doesn't match. UID: 12345");
});

test('a slow answer comes late and whole', async () => {
  const beforeMs = performance.now();
  const { success } = await meetJson({ kind: 'slow', delayMs: 80 });
  expect(success).toBe(true);
  expect(performance.now() - beforeMs).toBeGreaterThan(75);
});

test('a hanging request gets no answer, performs nothing, and ends with the simulator', async () => {
  sim.faults.add({ kind: 'hang' });
  const hanging = createTask(api).then(
    () => 'answered',
    () => 'broken',
  );
  const abandoned = send('/authenticate');
  await abandoned;
  expect(sim.control.state().tasks).toHaveLength(0);
  await sim.close();
  expect(await hanging).toBe('broken');
});

test('a reset connection performed nothing, a lost reply did', async () => {
  sim.faults.add({ kind: 'reset' });
  await expect(createTask(api)).rejects.toThrow('fetch failed');
  expect(sim.control.state().tasks).toHaveLength(0);
  sim.faults.add({ kind: 'lostReply' });
  await expect(createTask(api)).rejects.toThrow('fetch failed');
  expect(sim.control.state().tasks).toHaveLength(1);
  expect(sim.calls.all().map(({ status, fault }) => [status, fault])).toEqual([
    [0, 'reset'],
    [0, 'lostReply'],
  ]);
});

test('any fault can be set to perform the operation, or not', async () => {
  sim.faults.add({ kind: 'status500', perform: true }, { kind: 'lostReply', perform: false });
  await expect(createTask(api)).rejects.toThrow('HTTP 500');
  expect(sim.control.state().tasks).toHaveLength(1);
  await expect(createTask(api)).rejects.toThrow('fetch failed');
  expect(sim.control.state().tasks).toHaveLength(1);
});

test('a truncated answer breaks off in the middle', async () => {
  sim.faults.add({ kind: 'truncate' });
  const response = await send('/agents/tasks/list', { organizationId });
  await expect(response.text()).rejects.toThrow('terminated');
});

test('a dripping answer comes byte by byte', async () => {
  sim.faults.add({ kind: 'drip', everyMs: 1 });
  const sizes: number[] = [];
  const text = await new Promise<string>((resolve, reject) => {
    const dripping = request(`${sim.url}/agents/fly`, { method: 'POST' }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => {
        sizes.push(chunk.length);
        chunks.push(chunk);
      });
      response.on('end', () => resolve(Buffer.concat(chunks).toString()));
    });
    dripping.on('error', reject).end();
  });
  expect(text).toMatch(/^<!DOCTYPE html>.*<\/html>$/);
  expect(sizes.length).toBeGreaterThan(10);
});

test('a huge answer has exactly the size asked for and does not announce it', async () => {
  const { response, text } = await meet({ kind: 'huge', bytes: 3_000_000 });
  expect(response.headers.get('content-length')).toBeNull();
  expect(Buffer.byteLength(text)).toBe(3_000_000);
  expect(JSON.parse(text).success).toBe(true);
});

test('a deep answer nests as deep as asked', async () => {
  const { text } = await meet({ kind: 'deep', depth: 5_000 });
  expect(text).toContain('['.repeat(5_000));
  expect(JSON.parse(text).success).toBe(true);
});

test('a compressed answer inflates to the right one, or to many bytes', async () => {
  const { response, text } = await meet({ kind: 'gzip' });
  expect(response.headers.get('content-encoding')).toBe('gzip');
  expect(JSON.parse(text)).toEqual({ success: true, errors: [], tasks: [] });
  const bomb = await meet({ kind: 'gzip', bytes: 2_000_000 });
  expect(Number(bomb.response.headers.get('content-length'))).toBeLessThan(10_000);
  expect(bomb.text).toHaveLength(2_000_000);
});

test('a redirect points somewhere else', async () => {
  const { response } = await meet({ kind: 'redirect', location: 'http://169.254.169.254/' });
  expect(response.status).toBe(302);
  expect(response.headers.get('location')).toBe('http://169.254.169.254/');
});

test('statuses can be unknown, raw or in lower case, wherever they stand', async () => {
  const deploymentId = await deploy(api);
  const seen = async (fault: Fault) => {
    sim.faults.add({ ...fault, times: 3 });
    const { deployment } = await api('/agents/deployments/read', { deploymentId });
    const { tasks } = await api('/agents/tasks/list', { organizationId });
    sim.clock.advance(1_000);
    const { conversation } = await api('/agents/deployments/conversation/read', { deploymentId });
    return [deployment.status, tasks[0].status[0].status, conversation.aggregateStatus];
  };
  expect(await seen({ kind: 'lowerCaseStatus' })).toEqual(['inqueue', 'inqueue', 'running']);
  expect(await seen({ kind: 'unknownStatus' })).toEqual(['Hibernating', 'Hibernating', 'Hibernating']);
  expect(await seen({ kind: 'rawStatus', status: 'LoggingIn' })).toEqual([
    'LoggingIn',
    'LoggingIn',
    'LoggingIn',
  ]);
});

test('answers can lack what clients rely on', async () => {
  expect(await meetJson({ kind: 'missingErrors' })).toEqual({ success: true, tasks: [] });
  expect(await meetJson({ kind: 'noSuccess' })).toEqual({ errors: [], tasks: [] });
  const { id: taskId } = await createTask(api);
  sim.faults.add({ kind: 'omitDeployment' });
  const { deployment, debug } = await api('/agents/deployments/create', { taskId });
  expect(deployment).toBeUndefined();
  expect(debug.id).toMatch(/^A-/);
});

test('answers can hold unexpected values', async () => {
  await createTask(api);
  const extra = await meetJson({ kind: 'extraFields' });
  expect(extra).toMatchObject({
    success: true,
    surprise: {},
    tasks: [{ name: 'Print Hello', surprise: {} }],
  });
  const { text } = await meet({ kind: 'protoPollution' });
  expect(text).toMatch(/^\{"__proto__":\{"polluted":true\}/);
  expect(Object.hasOwn(JSON.parse(text), '__proto__')).toBe(true);
  expect(JSON.parse(text).tasks).toHaveLength(1);
});

test('a stale date is only in the header', async () => {
  const { response } = await meet({ kind: 'staleDate', ageMs: 7_200_000 });
  expect(response.headers.get('date')).toBe('Wed, 06 May 2026 17:00:00 GMT');
});
