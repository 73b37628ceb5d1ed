import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Simulator } from './index.ts';
import { type CdnClient, nobody, organisation, stillCdn } from './quantcdn.fixture.ts';

let sim: Simulator;
let client: CdnClient;
beforeEach(async () => {
  ({ sim, client } = await stillCdn());
});
afterEach(() => sim.close());

function graphOf(list: string) {
  return client.well('GET', `/${encodeURIComponent(list)}/dependency-graph`);
}

describe('the dependency graph', () => {
  test('shows a diamond with its root and its leaf', async () => {
    const task = (title: string, dependsOn: string[] = []) =>
      client.create({ title, dependsOn, taskListId: 'release-42' });
    const top = await task('Extract');
    const left = await task('Left', [top]);
    const right = await task('Right', [top]);
    const end = await task('Join', [left, right]);
    const node = (taskId: string, title: string, dependsOn: string[], dependents: string[]) => ({
      [taskId]: { taskId, title, status: 'pending', dependsOn, dependents },
    });
    expect(await graphOf('release-42')).toEqual({
      taskListId: 'release-42',
      taskCount: 4,
      roots: [top],
      leaves: [end],
      graph: {
        ...node(top, 'Extract', [], [left, right]),
        ...node(left, 'Left', [top], [end]),
        ...node(right, 'Right', [top], [end]),
        ...node(end, 'Join', [left, right], []),
      },
    });
  });

  test('names tasks outside the list without a node, and ignores dependents there', async () => {
    const outside = await client.create({ taskListId: 'b' });
    const inside = await client.create({ taskListId: 'a/ä?', dependsOn: [outside, nobody] });
    await client.create({ taskListId: 'b', dependsOn: [inside] });
    const { graph, roots, leaves, taskListId } = await graphOf('a/ä?');
    expect({ taskListId, roots, leaves }).toEqual({ taskListId: 'a/ä?', roots: [], leaves: [inside] });
    expect(Object.keys(graph)).toEqual([inside]);
    expect(graph[inside]).toMatchObject({ dependsOn: [outside, nobody], dependents: [] });
  });

  test('of a cycle has neither root nor leaf, of an unknown list nothing at all', async () => {
    const a = await client.create({ taskListId: 'a' });
    const b = await client.create({ taskListId: 'a', dependsOn: [a] });
    await client.put(a, { dependsOn: [b] });
    expect(await graphOf('a')).toMatchObject({ taskCount: 2, roots: [], leaves: [] });
    const empty = { taskListId: 'x', taskCount: 0, roots: [], leaves: [], graph: {} };
    expect(await graphOf('x')).toEqual(empty);
  });
});

describe('delete', () => {
  const remove = (taskId: string, query = '') => client.cdn('DELETE', `/${taskId}${query}`);

  test('removes a task without dependents', async () => {
    const taskId = await client.create();
    await client.create({ blockedByTaskIds: [taskId] });
    expect(await remove(taskId)).toEqual({
      status: 200,
      json: { deleted: true, deletedCount: 1, deletedTaskIds: [taskId] },
    });
    expect((await remove(taskId)).status).toBe(404);
  });

  test('is refused while other tasks depend on it, and names the direct ones', async () => {
    const first = await client.create();
    const second = await client.create({ dependsOn: [first] });
    const third = await client.create({ dependsOn: [first], status: 'completed' });
    await client.create({ dependsOn: [second] });
    for (const shape of ['v2', 'html'] as const) {
      sim.quantcdn.setBehavior({ errorShape: shape });
      expect(await remove(first, '?cascade=false')).toEqual({
        status: 409,
        json: {
          error: 'TASK_HAS_DEPENDENTS',
          message: 'Cannot delete task with 2 dependent task(s). Use cascade=true to delete all.',
          dependentTaskIds: [second, third],
        },
      });
    }
    expect((await client.well('GET')).count).toBe(4);
  });

  test('cascades through cycles, each task once, and spares all others', async () => {
    const first = await client.create();
    const second = await client.create({ dependsOn: [first, first] });
    const third = await client.create({ dependsOn: [second, first] });
    await client.put(first, { dependsOn: [third] });
    const spared = await client.create();
    const { json } = await remove(first, '?cascade=true');
    expect(json).toEqual({ deleted: true, deletedCount: 3, deletedTaskIds: [first, second, third] });
    expect((await client.well('GET')).tasks).toEqual([expect.objectContaining({ taskId: spared })]);
  });

  test('of a task that depends on itself needs the cascade', async () => {
    const taskId = await client.create();
    await client.put(taskId, { dependsOn: [taskId] });
    expect((await remove(taskId)).json.dependentTaskIds).toEqual([taskId]);
    expect((await remove(taskId, '?cascade=true')).json.deletedTaskIds).toEqual([taskId]);
  });
});

test('2,000 tasks are listed, drawn and deleted', async () => {
  let last = sim.quantcdn.createTask(organisation, { taskListId: 'a' });
  const first = last;
  for (let i = 1; i < 2_000; i += 1)
    last = sim.quantcdn.createTask(organisation, { taskListId: 'a', dependsOn: [last, first] });
  expect((await client.well('GET', '?taskListId=a&limit=100')).tasks).toHaveLength(100);
  expect((await graphOf('a')).taskCount).toBe(2_000);
  expect((await client.well('DELETE', `/${first}?cascade=true`)).deletedCount).toBe(2_000);
});
