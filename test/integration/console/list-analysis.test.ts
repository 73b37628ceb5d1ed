import fc from 'fast-check';
import { expect, test } from 'vitest';
import { analyze, type ListedTask } from '../../../packages/console/src/views/lists/analysis.ts';
import { analyzeTasks, type TaskNode } from '../../../src/domain/graph/analyze.ts';
import { anyAcyclicGraph, anyGraph } from '../../../src/domain/graph/graph.test-support.ts';

const EFFORT = { numRuns: 150, interruptAfterTimeLimit: 10_000 };

const listed = (nodes: readonly TaskNode[]): ListedTask[] =>
  nodes.map(({ id, status, dependsOn, blockedBy }) => ({
    id,
    status,
    dependsOn,
    blockedByTaskIds: blockedBy ?? null,
  }));

test('any graph: the page sorts the tasks as the gateway does', () => {
  fc.assert(
    fc.property(fc.oneof(anyGraph, anyAcyclicGraph), (nodes) => {
      const theirs = analyzeTasks(nodes);
      const { facts, criticalPath } = analyze(listed(nodes));
      const inState = (...states: string[]) =>
        nodes.map(({ id }) => id).filter((id) => states.includes(facts.get(id)?.state ?? ''));
      expect(inState('COMPLETED', 'FAILED', 'CANCELLED')).toEqual(theirs.done);
      expect(inState('IN_PROGRESS')).toEqual(theirs.running);
      expect(inState('READY')).toEqual(theirs.ready);
      expect(inState('BLOCKED').map((id) => ({ id, by: facts.get(id)?.by }))).toEqual(theirs.blocked);
      expect(inState('UNREACHABLE').map((id) => ({ id, because: facts.get(id)?.because }))).toEqual(
        theirs.unreachable,
      );
      expect(criticalPath).toHaveLength(theirs.criticalPath.length);
    }),
    EFFORT,
  );
});

test('tasks outside the list: an open one blocks, a failed one makes unreachable, an unknown one is done', () => {
  const tasks = ['open', 'failed', 'expired'].map((need) => ({
    id: `after ${need}`,
    status: 'PENDING',
    dependsOn: [need],
  }));
  const { facts } = analyze(tasks, new Map([['open', 'OPEN'] as const, ['failed', 'FAILED'] as const]));
  expect(facts.get('after open')).toMatchObject({ state: 'BLOCKED', by: ['open'] });
  expect(facts.get('after failed')).toMatchObject({ state: 'UNREACHABLE', because: ['failed'] });
  expect(facts.get('after expired')?.state).toBe('READY');
});

test('stages: each task stands in the first one after the last of its dependencies, one in a cycle in none', () => {
  const task = (id: string, ...dependsOn: string[]) => ({ id, status: 'PENDING', dependsOn });
  const { facts, stageCount } = analyze([
    task('c', 'a', 'b'),
    task('a'),
    task('b', 'a'),
    task('own', 'own'),
    task('after', 'own'),
  ]);
  expect(stageCount).toBe(3);
  expect([...facts].map(([id, { stage }]) => [id, stage])).toEqual([
    ['c', 3],
    ['a', 1],
    ['b', 2],
    ['own', undefined],
    ['after', undefined],
  ]);
});
