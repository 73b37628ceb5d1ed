import fc from 'fast-check';
import { expect, test } from 'vitest';
import { analyzeTasks, cycleThrough, type TaskNode } from './analyze.ts';
import { anyAcyclicGraph, anyGraph, groupsOf, peel, reachableFrom, readGraph } from './graph.test-support.ts';

// Shrinking of a large counterexample stops after this time.
const EFFORT = { numRuns: 200, interruptAfterTimeLimit: 15_000 };

function holds(graphs: fc.Arbitrary<TaskNode[]>, check: (nodes: TaskNode[]) => void): void {
  fc.assert(fc.property(graphs, check), EFFORT);
}

function hasFailed(status: string): boolean {
  return status === 'FAILED' || status === 'CANCELLED';
}

/** True when each depends on the next and the last on the first, and none comes twice. */
function isCycle(cycle: readonly string[], needsOf: (id: string) => readonly string[]): boolean {
  return (
    new Set(cycle).size === cycle.length &&
    cycle.every((id, at) => needsOf(id).includes(cycle[(at + 1) % cycle.length]!))
  );
}

test('every task is in exactly one group, in input order, and the input is left alone', () => {
  holds(anyGraph, (nodes) => {
    const before = structuredClone(nodes);
    const groups = groupsOf(analyzeTasks(nodes));
    expect(nodes).toEqual(before);
    expect(groups.flat().toSorted()).toEqual(nodes.map(({ id }) => id).toSorted());
    const placeOf = new Map(nodes.map(({ id }, place) => [id, place]));
    for (const group of groups) {
      expect(group).toEqual(group.toSorted((one, other) => placeOf.get(one)! - placeOf.get(other)!));
    }
  });
});

test('each group is what its definition says', () => {
  holds(anyGraph, (nodes) => {
    const { needsOf, statusOf } = readGraph(nodes);
    const passesOn = (id: string): boolean => !['COMPLETED', 'IN_PROGRESS'].includes(statusOf(id));
    const waiting = nodes.filter(({ status }) => ['PENDING', 'BLOCKED', 'UNKNOWN'].includes(status));
    const unreachable = waiting.flatMap(({ id }) => {
      const behind = reachableFrom(id, needsOf, passesOn);
      const because = nodes.filter((node) => behind.has(node.id) && hasFailed(node.status));
      return because.length > 0 ? [{ id, because: because.map((node) => node.id) }] : [];
    });
    const isReady = ({ id, status }: TaskNode): boolean =>
      status === 'PENDING' && needsOf(id).every((need) => statusOf(need) === 'COMPLETED');
    const gone = new Set(unreachable.map(({ id }) => id));
    const blocked = waiting.filter((node) => !isReady(node) && !gone.has(node.id));
    const known = new Set(nodes.map(({ id }) => id));
    const analysis = analyzeTasks(nodes);
    expect(analysis.unreachable).toEqual(unreachable);
    expect(analysis.ready).toEqual(nodes.filter(isReady).map(({ id }) => id));
    expect(analysis.running).toEqual(
      nodes.flatMap(({ id, status }) => (status === 'IN_PROGRESS' ? [id] : [])),
    );
    expect(analysis.blocked).toEqual(
      blocked.map(({ id }) => ({
        id,
        by: [...new Set(needsOf(id))].filter((need) => statusOf(need) !== 'COMPLETED'),
      })),
    );
    expect(analysis.dangling).toEqual(
      nodes
        .map(({ id, dependsOn }) => ({
          id,
          missing: [...new Set(dependsOn.filter((need) => !known.has(need)))],
        }))
        .filter(({ missing }) => missing.length > 0),
    );
  });
});

test('one valid cycle for each strongly connected component, and no other', () => {
  holds(anyGraph, (nodes) => {
    const { needsOf } = readGraph(nodes);
    const { cycles } = analyzeTasks(nodes);
    for (const cycle of cycles) expect(isCycle(cycle, needsOf)).toBe(true);
    const isAcyclic =
      peel(
        nodes.map(({ id }) => id),
        needsOf,
      ).size === nodes.length;
    expect(cycles.length === 0).toBe(isAcyclic);
    if (nodes.length > 120) return;
    const reach = new Map(nodes.map(({ id }) => [id, reachableFrom(id, needsOf)]));
    const firsts = nodes.filter(
      ({ id }, at) =>
        reach.get(id)!.has(id) &&
        !nodes.slice(0, at).some((node) => reach.get(id)!.has(node.id) && reach.get(node.id)!.has(id)),
    );
    expect(cycles.map(([first]) => first)).toEqual(firsts.map(({ id }) => id));
  });
});

test('an acyclic graph has no cycles', () => {
  holds(anyAcyclicGraph, (nodes) => {
    expect(analyzeTasks(nodes).cycles).toEqual([]);
  });
});

test('the critical path is a chain of open tasks of maximal length', () => {
  holds(fc.oneof(anyGraph, anyAcyclicGraph), (nodes) => {
    const { needsOf } = readGraph(nodes);
    const analysis = analyzeTasks(nodes);
    const [, running, ready, blocked] = groupsOf(analysis);
    const work = [...running!, ...ready!, ...blocked!];
    const lengths = [...peel(work, needsOf).values()];
    const { criticalPath } = analysis;
    expect(criticalPath).toHaveLength(Math.max(0, ...lengths));
    expect(work).toEqual(expect.arrayContaining(criticalPath));
    for (const [at, id] of criticalPath.entries()) {
      if (at > 0) expect(needsOf(id)).toContain(criticalPath[at - 1]);
    }
  });
});

test('new prerequisites close a cycle exactly when they lead back', () => {
  const anyChange = anyGraph.chain((nodes) => {
    const anyId = fc.constantFrom(...nodes.map(({ id }) => id), 'new');
    return fc.tuple(fc.constant(nodes), anyId, fc.array(anyId, { maxLength: 3 }));
  });
  fc.assert(
    fc.property(anyChange, ([nodes, id, dependsOn]) => {
      const changed = [
        ...nodes.filter((node) => node.id !== id),
        { id, status: 'PENDING' as const, dependsOn },
      ];
      const { needsOf } = readGraph(changed);
      const cycle = cycleThrough(nodes, id, dependsOn);
      expect(cycle !== undefined).toBe(reachableFrom(id, needsOf).has(id));
      if (!cycle) return;
      expect(cycle[0]).toBe(id);
      expect(isCycle(cycle, needsOf)).toBe(true);
    }),
    EFFORT,
  );
});

test('the order in which prerequisites are named changes no more than the order under `by` and `missing`', () => {
  holds(anyGraph, (nodes) => {
    const turned = nodes.map((node) => ({ ...node, dependsOn: node.dependsOn.toReversed() }));
    const one = analyzeTasks(nodes);
    const other = analyzeTasks(turned);
    expect(analyzeTasks(structuredClone(nodes))).toEqual(one);
    expect(groupsOf(other)).toEqual(groupsOf(one));
    expect(other.unreachable).toEqual(one.unreachable);
    expect(other.criticalPath).toEqual(one.criticalPath);
    expect(other.cycles.map(({ length }) => length)).toEqual(one.cycles.map(({ length }) => length));
  });
});

test('the order of the tasks changes no group and no length', () => {
  holds(anyGraph, (nodes) => {
    const one = analyzeTasks(nodes);
    const other = analyzeTasks(nodes.toReversed());
    expect(groupsOf(other).map((group) => group.toReversed())).toEqual(groupsOf(one));
    expect(other.criticalPath).toHaveLength(one.criticalPath.length);
    expect(other.cycles).toHaveLength(one.cycles.length);
  });
});
