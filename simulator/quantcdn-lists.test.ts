import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Simulator } from './index.ts';
import { type CdnClient, nobody, stillCdn } from './quantcdn.fixture.ts';

let sim: Simulator;
let client: CdnClient;
beforeEach(async () => {
  ({ sim, client } = await stillCdn());
});
afterEach(() => sim.close());

async function ids(query = ''): Promise<string[]> {
  return (await client.well('GET', query)).tasks.map(({ taskId }: { taskId: string }) => taskId);
}

test('a list holds small items, newest first, also within one millisecond', async () => {
  const first = await client.create({ taskListId: 'a', metadata: { x: 1 }, dependsOn: [nobody] });
  const second = await client.create();
  sim.clock.advance(1);
  const third = await client.create();
  expect(await ids()).toEqual([third, second, first]);
  const { tasks, count, ...rest } = await client.well('GET', '?taskListId=a');
  expect({ count, rest }).toEqual({ count: 1, rest: {} });
  const whole = await client.get(first);
  const { dependsOn, result, error, metadata, retryCount, maxRetries, progressMessage, ...small } = whole;
  const { createdByAgentId, startedAt, completedAt, expiresAt, blockedAt, ...item } = small;
  expect(tasks).toEqual([item]);
  sim.quantcdn.setBehavior({ listItems: 'full' });
  expect((await client.well('GET', '?taskListId=a')).tasks).toEqual([whole]);
});

test('filters combine', async () => {
  const fields = { taskListId: 'list one/2', assignedAgentId: 'ada', status: 'failed' };
  const wanted = await client.create(fields);
  for (const other of [{ taskListId: 'b' }, { assignedAgentId: 'bob' }, { status: 'pending' }])
    await client.create({ ...fields, ...other });
  expect(await ids('?status=failed')).toHaveLength(3);
  expect(await ids('?taskListId=list%20one%2F2')).toHaveLength(3);
  expect(await ids('?assignedAgentId=ada&status=failed')).toHaveLength(2);
  expect(await ids(`?${new URLSearchParams(fields)}`)).toEqual([wanted]);
  expect(await ids('?taskListId=nobody')).toEqual([]);
});

test('the reverse look-up has two shapes, and takes the other filters too', async () => {
  const needed = await client.create();
  const a = await client.create({ dependsOn: [nobody, needed] });
  const b = await client.create({ dependsOn: [needed], status: 'failed' });
  const query = `?dependsOn=${needed}`;
  const shape = { taskIds: [b, a], count: 2, dependsOn: needed };
  expect(await client.well('GET', query)).toEqual(shape);
  expect(await client.well('GET', `${query}&includeDetails=false`)).toEqual(shape);
  const detailed = await client.well('GET', `${query}&includeDetails=true`);
  expect(detailed).toEqual({ ...shape, tasks: [b, a].map((taskId) => expect.objectContaining({ taskId })) });
  expect((await client.well('GET', `${query}&status=failed`)).taskIds).toEqual([b]);
  expect((await client.well('GET', `${query}&limit=1`)).taskIds).toEqual([b]);
  expect(await client.well('GET', `?dependsOn=${a}`)).toEqual({ taskIds: [], count: 0, dependsOn: a });
  expect(Object.keys(await client.well('GET', '?includeDetails=true'))).toEqual(['tasks', 'count']);
});

test('50 are shown, 100 at most, and nothing shows that there are more', async () => {
  for (let i = 0; i < 120; i += 1) sim.quantcdn.createTask('acme', { title: `${i}` });
  expect(await ids()).toHaveLength(50);
  expect(await ids('?limit=1')).toHaveLength(1);
  const most = await client.well('GET', '?limit=100&offset=100&page=2');
  expect(most.tasks[0].title).toBe('119');
  expect(most.tasks).toHaveLength(100);
  expect(most.count).toBe(100);
  sim.quantcdn.setBehavior({ count: 'total' });
  expect(await client.well('GET', '?limit=10')).toMatchObject({ count: 120 });
});

test.each([
  'limit=0',
  'limit=101',
  'limit=x',
  'limit=',
  'limit=1.5',
  'status=done',
  'status=pending,failed',
  'dependsOn=x',
])('the query %s is refused, or corrected if configured', async (query) => {
  await client.create();
  expect((await client.cdn('GET', `?${query}`)).status).toBe(400);
  sim.quantcdn.setBehavior({ badQuery: 'clamped' });
  expect((await client.cdn('GET', `?${query}`)).status).toBe(200);
});

test('a limit beyond its bounds is cut to them', async () => {
  for (let i = 0; i < 120; i += 1) sim.quantcdn.createTask('acme');
  sim.quantcdn.setBehavior({ badQuery: 'clamped' });
  expect(
    await Promise.all(['0', '-5', '5000', 'x'].map(async (n) => (await ids(`?limit=${n}`)).length)),
  ).toEqual([1, 1, 100, 50]);
});
