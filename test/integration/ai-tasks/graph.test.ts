import { expect, test } from 'vitest';
import { bootAi } from '../../support/ai-gateway.ts';
import { refusalOf } from '../../support/graphql-errors.ts';

const GRAPH = `query ($id: ID!) { graph: aiTaskGraph(taskListId: $id) {
  taskListId taskCount roots leaves nodes { id title status rawStatus dependsOn dependents task { id metadata } }
  done running ready blocked { id by } unreachable { id because } criticalPath cycles stages groups
} }`;

interface Graph {
  graph: Record<string, string[]> & {
    taskCount: number;
    nodes: { id: string; task: { id: string } | null }[];
    blocked: { id: string; by: string[] }[];
    unreachable: { id: string; because: string[] }[];
    cycles: string[][];
    stages: string[][];
    groups: string[][];
  };
}

const GONE = '00000000-0000-4000-8000-000000000000';

test('Query.aiTaskGraph sorts a list into ready, waiting and unreachable tasks', async () => {
  await using running = await bootAi();
  const { ada, made } = running;
  const put = (fields: Parameters<typeof made>[0]) => made({ taskListId: 'release', ...fields });
  const done = put({ status: 'completed' });
  const failed = put({ status: 'failed' });
  const running1 = put({ status: 'in_progress', dependsOn: [done] });
  const ready = put({ dependsOn: [done, GONE], metadata: { a: 1 } });
  const waiting = put({ dependsOn: [ready, running1] });
  const lost = put({ dependsOn: [waiting, failed] });
  const byHand = put({ status: 'blocked', blockedByTaskIds: [running1, done] });
  const odd = put({ status: 'hibernating' });
  made({ taskListId: 'other' });

  const { graph } = await ada.ask<Graph>(GRAPH, { id: 'release' });

  expect(graph).toMatchObject({
    taskListId: 'release',
    taskCount: 8,
    done: [done, failed],
    running: [running1],
    ready: [ready],
    blocked: [
      { id: waiting, by: [ready, running1] },
      { id: byHand, by: [running1] },
      { id: odd, by: [] },
    ],
    unreachable: [{ id: lost, because: [failed] }],
    cycles: [],
  });
  expect(graph.criticalPath).toHaveLength(2);
  expect(graph.criticalPath?.at(-1)).toBe(waiting);
  expect(graph.roots?.toSorted()).toEqual([done, failed, byHand, odd].toSorted());
  expect(graph.leaves?.toSorted()).toEqual([lost, byHand, odd].toSorted());
  expect(graph.nodes.find(({ id }) => id === ready)).toEqual({
    id: ready,
    title: 'a task',
    status: 'PENDING',
    rawStatus: 'pending',
    dependsOn: [done, GONE],
    dependents: [waiting],
    task: { id: ready, metadata: { a: 1 } },
  });
  const { blocked, unreachable } = graph;
  const sorted = [
    graph.done,
    graph.running,
    graph.ready,
    [...blocked, ...unreachable].map(({ id }) => id),
  ].flat();
  expect(sorted.toSorted()).toEqual(graph.nodes.map(({ id }) => id).toSorted());
});

test('a dependency in another list blocks a task, or makes it unreachable', async () => {
  await using running = await bootAi();
  const { ada, made } = running;
  const [open, failed, done] = ['pending', 'failed', 'completed'].map((status) =>
    made({ taskListId: 'other', status }),
  ) as [string, string, string];
  const waits = made({ taskListId: 'l', dependsOn: [open] });
  const lost = made({ taskListId: 'l', dependsOn: [failed] });
  const ready = made({ taskListId: 'l', dependsOn: [done] });
  const after = made({ taskListId: 'l', dependsOn: [ready] });

  const { graph } = await ada.ask<Graph>(GRAPH, { id: 'l' });

  expect(graph).toMatchObject({
    taskCount: 4,
    done: [],
    ready: [ready],
    blocked: [
      { id: waits, by: [open] },
      { id: after, by: [ready] },
    ],
    unreachable: [{ id: lost, because: [failed] }],
    criticalPath: [ready, after],
  });
});

test('a cycle made by another client is reported and does no harm', async () => {
  await using running = await bootAi();
  const { ada, made, simulator } = running;
  const a = made({ taskListId: 'l' });
  const b = made({ taskListId: 'l', dependsOn: [a] });
  const c = made({ taskListId: 'l', dependsOn: [b] });
  simulator.quantcdn.updateTask(a, { dependsOn: [c] });

  const { graph } = await ada.ask<Graph>(GRAPH, { id: 'l' });

  expect(graph.cycles).toEqual([[a, c, b]]);
  expect(graph).toMatchObject({ ready: [], criticalPath: [] });
  expect(
    await ada.ask(
      'query ($a: ID!) { aiTask(id: $a) { isReady dependencies { dependencies { dependencies { id } } } } }',
      {
        a,
      },
    ),
  ).toEqual({
    aiTask: { isReady: false, dependencies: [{ dependencies: [{ dependencies: [{ id: a }] }] }] },
  });
});

test('Query.aiTaskGraph of an unused list is empty, and an invalid name is refused', async () => {
  await using running = await bootAi();

  const { graph } = await running.ada.ask<Graph>(GRAPH, { id: 'nobody uses/it' });
  expect(graph).toMatchObject({ taskCount: 0, nodes: [], ready: [], cycles: [], roots: [] });
  expect((await refusalOf(running.ada, GRAPH, { id: '..' })).extensions.code).toBe('BAD_USER_INPUT');
});

test('AiTask.isReady is true if PENDING with every dependency completed or gone', async () => {
  await using running = await bootAi();
  const { ada, made, simulator } = running;
  const [first, second] = [made({ title: 'first' }), made({ title: 'second', status: 'completed' })];
  const id = made({ dependsOn: [first, second, GONE] });
  const state = async () =>
    (await ada.ask<Record<string, unknown>>(
      `query ($id: ID!, $first: ID!) {
          aiTask(id: $id) { isReady dependsOn dependencies { title } } first: aiTask(id: $first) { dependents { id } }
        }`,
      { id, first },
    )) as { aiTask: unknown; first: unknown };

  expect(await state()).toEqual({
    aiTask: {
      isReady: false,
      dependsOn: [first, second, GONE],
      dependencies: [{ title: 'first' }, { title: 'second' }],
    },
    first: { dependents: [{ id }] },
  });
  simulator.quantcdn.updateTask(first, { status: 'completed' });
  expect((await state()).aiTask).toMatchObject({ isReady: true });
  simulator.quantcdn.removeTask(second);
  expect((await state()).aiTask).toMatchObject({ isReady: true, dependencies: [{ title: 'first' }] });
  simulator.quantcdn.updateTask(id, { status: 'in_progress' });
  expect((await state()).aiTask).toMatchObject({ isReady: false });
});

test('Query.aiTaskGraph has the stages and groups of a list at both doors', async () => {
  await using running = await bootAi();
  const { ada, made, simulator } = running;
  const put = (dependsOn: string[] = [], status = 'pending') => made({ taskListId: 'l', dependsOn, status });
  const [a, outside] = [put([], 'completed'), made()];
  const [b, c] = [put([a], 'failed'), put([a, outside, GONE])];
  const d = put([b, c]);
  const [alone, x] = [put(), put()];
  const y = put([x]);
  simulator.quantcdn.updateTask(x, { dependsOn: [y] });
  const after = put([y, alone]);

  const { graph } = await ada.ask<Graph>(GRAPH, { id: 'l' });
  const inSet = (lists: string[][]) => lists.map((ids) => new Set(ids));

  expect(inSet(graph.stages)).toEqual([new Set([a, alone]), new Set([b, c]), new Set([d])]);
  expect(new Set(inSet(graph.groups))).toEqual(
    new Set([new Set([a, b, c, d]), new Set([alone, x, y, after])]),
  );
  const answer = await ada.request('/v1/ai-task-lists/l/graph');
  expect(await answer.json()).toMatchObject({ stages: graph.stages, groups: graph.groups });
});

test('dependencies and dependents of which only the id is selected are not read', async () => {
  await using running = await bootAi();
  const { ada, made, simulator } = running;
  const first = made();
  const id = made({ dependsOn: [first, GONE] });
  simulator.calls.reset();

  const query = `query ($id: ID!, $first: ID!) {
    aiTask(id: $id) { dependencies { id } }
    first: aiTask(id: $first) { dependents { ... on AiTask { id } __typename } }
    aiTasks(filter: { dependsOn: $first }) { id }
  }`;
  expect(await ada.ask(query, { id, first })).toEqual({
    aiTask: { dependencies: [{ id: first }, { id: GONE }] },
    first: { dependents: [{ id, __typename: 'AiTask' }] },
    aiTasks: [{ id }],
  });

  expect(simulator.calls.counts().byOperation).toEqual({ getTask: 2, listTasks: 1 });
  const list = simulator.calls.all().find(({ operation }) => operation === 'listTasks');
  expect(list?.query).toEqual({ dependsOn: first, limit: '100' });
});
