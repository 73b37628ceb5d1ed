import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TaskNode } from './analyze.ts';
import { anyAcyclicGraph, anyGraph, reachableFrom, readGraph } from './graph.test-support.ts';
import { groupsOf, stagesOf } from './stages.ts';

const EFFORT = { numRuns: 200, interruptAfterTimeLimit: 15_000 };

function graphOf(tasks: Record<string, string[]>): TaskNode[] {
  return Object.entries(tasks).map(([id, dependsOn]) => ({ id, status: 'PENDING', dependsOn }));
}

test('a diamond has three stages and one group', () => {
  const nodes = graphOf({ a: [], b: ['a'], c: ['a'], d: ['b', 'c', 'gone'] });
  expect(stagesOf(nodes)).toEqual([['a'], ['b', 'c'], ['d']]);
  expect(groupsOf(nodes)).toEqual([['a', 'b', 'c', 'd']]);
});

test('a task stands after the last of its prerequisites, not after the first', () => {
  expect(stagesOf(graphOf({ d: ['a', 'c'], c: ['b'], b: ['a'], a: [] }))).toEqual([
    ['a'],
    ['b'],
    ['c'],
    ['d'],
  ]);
});

test('tasks in a circle, and what depends on them, stand in no stage, but in a group', () => {
  const nodes = graphOf({ a: ['b'], b: ['a'], after: ['a', 'free'], free: [], self: ['self'] });
  expect(stagesOf(nodes)).toEqual([['free']]);
  expect(groupsOf(nodes)).toEqual([['a', 'b', 'after', 'free'], ['self']]);
});

test('a chain of 100,000 tasks has as many stages', () => {
  const nodes = Array.from({ length: 100_000 }, (_, at) => ({
    id: `${at}`,
    status: 'PENDING' as const,
    dependsOn: at === 0 ? [] : [`${at - 1}`],
  }));
  expect(stagesOf(nodes)).toHaveLength(100_000);
  expect(groupsOf(nodes)).toHaveLength(1);
});

test('any graph: a task is in the stage after its last prerequisite, or reaches a circle and is in none', () => {
  fc.assert(
    fc.property(anyGraph, (nodes) => {
      const { needsOf } = readGraph(nodes);
      const stages = stagesOf(nodes);
      const stageOf = new Map(stages.flatMap((stage, at) => stage.map((id) => [id, at] as const)));
      expect(stages.flat()).toHaveLength(stageOf.size);
      const inCircle = (id: string) => reachableFrom(id, needsOf, () => true).has(id);
      for (const { id } of nodes) {
        const behind = [id, ...reachableFrom(id, needsOf, () => true)];
        if (behind.some(inCircle)) expect(stageOf.has(id)).toBe(false);
        else expect(stageOf.get(id)).toBe(Math.max(-1, ...needsOf(id).map((need) => stageOf.get(need)!)) + 1);
      }
    }),
    EFFORT,
  );
});

test('any graph without a circle: every task is in one stage', () => {
  fc.assert(
    fc.property(anyAcyclicGraph, (nodes) => {
      expect(stagesOf(nodes).flat().toSorted()).toEqual([...new Set(nodes.map(({ id }) => id))].toSorted());
    }),
    EFFORT,
  );
});

test('any graph: every task is in one group, and a prerequisite in that of its task', () => {
  fc.assert(
    fc.property(anyGraph, (nodes) => {
      const { needsOf } = readGraph(nodes);
      const groups = groupsOf(nodes);
      const groupOf = new Map(groups.flatMap((group, at) => group.map((id) => [id, at] as const)));
      expect(groups.flat().toSorted()).toEqual([...new Set(nodes.map(({ id }) => id))].toSorted());
      for (const { id } of nodes)
        for (const need of needsOf(id)) expect(groupOf.get(need)).toBe(groupOf.get(id));
      // None could be split: from its first task every other one is reached.
      for (const [first = '', ...others] of groups) {
        const neighborsOf = (id: string) => [
          ...needsOf(id),
          ...nodes.filter((node) => needsOf(node.id).includes(id)).map((node) => node.id),
        ];
        const reached = reachableFrom(first, neighborsOf, () => true);
        for (const other of others) expect(reached.has(other)).toBe(true);
      }
    }),
    { ...EFFORT, numRuns: 60 },
  );
});
