import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Simulator } from './index.ts';
import { type CdnClient, DAY_MS, MINUTE_MS, nobody, START_MS, stillCdn } from './quantcdn.fixture.ts';

let sim: Simulator;
let client: CdnClient;
beforeEach(async () => {
  ({ sim, client } = await stillCdn());
});
afterEach(() => sim.close());

/** Writes a status a minute later and hands over the task. */
async function become(taskId: string, status: string, fields: object = {}) {
  sim.clock.advance(MINUTE_MS);
  await client.put(taskId, { status, ...fields });
  return client.get(taskId);
}
function minute(n: number) {
  return START_MS + n * MINUTE_MS;
}

test('a task starts, ends and is stamped on its way', async () => {
  const taskId = await client.create();
  expect(await become(taskId, 'in_progress')).toMatchObject({ startedAt: minute(1), completedAt: null });
  expect(await become(taskId, 'completed')).toMatchObject({
    startedAt: minute(1),
    completedAt: minute(2),
    expiresAt: minute(2) + 30 * DAY_MS,
    progress: 0,
  });
});

test('failed and cancelled tasks end too, and stay', async () => {
  for (const status of ['failed', 'cancelled']) {
    const taskId = await client.create();
    const { completedAt, updatedAt, expiresAt } = await become(taskId, status);
    expect({ completedAt, expiresAt }).toEqual({ completedAt: updatedAt, expiresAt: null });
    sim.clock.advance(31 * DAY_MS);
    expect((await client.get(taskId)).status).toBe(status);
  }
});

test('a completed task is gone after 30 days, and its dependents dangle', async () => {
  sim.clock.setSkew(-DAY_MS);
  const taskId = await client.create({ status: 'completed' });
  const dependent = await client.create({ dependsOn: [taskId], taskListId: 'a' });
  sim.clock.setSkew(40 * DAY_MS);
  sim.clock.advance(30 * DAY_MS - 1);
  expect((await client.cdn('GET', `/${taskId}`)).status).toBe(200);
  sim.clock.advance(1);
  expect((await client.cdn('GET', `/${taskId}`)).status).toBe(404);
  expect((await client.well('GET')).count).toBe(1);
  expect((await client.get(dependent)).dependsOn).toEqual([taskId]);
  expect((await client.well('GET', `?dependsOn=${taskId}`)).taskIds).toEqual([dependent]);
  expect((await client.well('GET', '/a/dependency-graph')).roots).toEqual([]);
});

test('going on clears the blocked fields; ending clears them only if configured', async () => {
  const block = { blockedReason: 'waits', blockedByTaskIds: [nobody] };
  const clear = { blockedReason: null, blockedByTaskIds: null, blockedAt: null };
  const taskId = await client.create();
  expect(await become(taskId, 'blocked', block)).toMatchObject({ ...block, blockedAt: minute(1) });
  expect(await become(taskId, 'pending')).toMatchObject({ ...clear, startedAt: null });
  await become(taskId, 'blocked', block);
  expect(await become(taskId, 'in_progress')).toMatchObject({ ...clear, startedAt: minute(4) });
  await become(taskId, 'blocked', block);
  expect(await become(taskId, 'in_progress')).toMatchObject({ ...clear, startedAt: minute(4) });
  await become(taskId, 'blocked', block);
  expect(await become(taskId, 'failed')).toMatchObject({ ...block, blockedAt: minute(7) });
  sim.quantcdn.setBehavior({ endingClearsBlocked: true });
  await become(taskId, 'blocked', block);
  expect(await become(taskId, 'failed')).toMatchObject(clear);
});

test('a retry keeps the old end unless configured, and only the client counts retries', async () => {
  const taskId = await client.create({ status: 'completed' });
  expect(await become(taskId, 'pending')).toMatchObject({ completedAt: START_MS, retryCount: 0 });
  sim.quantcdn.setBehavior({ retryClearsEnd: true });
  await become(taskId, 'completed');
  expect(await become(taskId, 'pending')).toMatchObject({ completedAt: null, expiresAt: null });
  sim.clock.advance(31 * DAY_MS);
  await client.put(taskId, { retryCount: 9 });
  expect(await client.get(taskId)).toMatchObject({ status: 'pending', retryCount: 9, maxRetries: 3 });
});

test('the service finishes, starts and unblocks nothing by itself', async () => {
  const first = await client.create();
  const second = await client.create({ dependsOn: [first] });
  expect(await become(second, 'in_progress')).toMatchObject({ status: 'in_progress' });
  const before = await client.get(second);
  await become(first, 'failed');
  await become(first, 'completed');
  expect(await client.get(second)).toEqual(before);
});

test('the same status again stamps nothing, and completion may count as full progress', async () => {
  const taskId = await client.create({ status: 'in_progress' });
  expect(await become(taskId, 'in_progress')).toMatchObject({ startedAt: START_MS, updatedAt: minute(1) });
  sim.quantcdn.setBehavior({ autoProgress: true });
  const { completedAt, progress } = await become(taskId, 'completed');
  expect(progress).toBe(1);
  expect((await become(taskId, 'completed')).completedAt).toBe(completedAt);
});

test('dependencies are free unless strict: then no self, no unknown task, no cycle', async () => {
  const a = await client.create();
  const b = await client.create({ dependsOn: [a] });
  const c = await client.create({ dependsOn: [b] });
  const bad = [[a], [nobody], [c]];
  for (const dependsOn of bad) expect((await client.cdn('PUT', `/${a}`, { dependsOn })).status).toBe(200);
  await client.put(a, { dependsOn: [] });
  sim.quantcdn.setBehavior({ strictDependencies: true });
  const messages = await Promise.all(
    bad.map(async (dependsOn) => (await client.cdn('PUT', `/${a}`, { dependsOn })).json.message),
  );
  expect(messages).toEqual([
    'A task cannot depend on itself.',
    `Unknown dependency ${nobody}.`,
    'Circular dependency.',
  ]);
  expect((await client.cdn('POST', '', { title: 'd', dependsOn: [nobody] })).status).toBe(400);
  expect((await client.cdn('POST', '', { title: 'd', dependsOn: [a, c] })).status).toBe(201);
});
