import fc from 'fast-check';
import { AI_TASK_STATUSES, type AiTaskStatus } from '../ai-task-status.ts';
import type { TaskGraphAnalysis, TaskNode } from './analyze.ts';

/** A pending task by default. */
export function task(id: string, dependsOn: string[] = [], status: AiTaskStatus = 'PENDING'): TaskNode {
  return {
    id,
    status,
    dependsOn,
  };
}

const statuses = fc.constantFrom<AiTaskStatus>(...AI_TASK_STATUSES, 'PENDING', 'PENDING', 'UNKNOWN');

function graphOf(size: number, isAcyclic: boolean): fc.Arbitrary<TaskNode[]> {
  // Numbers past the last id are missing prerequisites. Sparse graphs have longer chains, dense ones more cycles.
  const edge = fc.tuple(fc.nat(size - 1), fc.nat(Math.ceil(size * 1.1)));
  return fc
    .tuple(
      fc.array(statuses, { minLength: size, maxLength: size }),
      fc.array(edge, { maxLength: size * 3, size: 'max' }),
      fc.array(fc.nat(), { minLength: size, maxLength: size }),
    )
    .map(([words, edges, ranks]) => {
      const nodes = words.map((status, at) => ({ id: `t${at}`, status, dependsOn: [] as string[] }));
      for (const [from, to] of edges) {
        if (!isAcyclic || to < from || to >= size) nodes[from]?.dependsOn.push(`t${to}`);
      }
      const rankOf = new Map(nodes.map((node, at) => [node, ranks[at] ?? 0]));
      return nodes.toSorted((one, other) => (rankOf.get(one) ?? 0) - (rankOf.get(other) ?? 0));
    });
}

const anySize = fc.oneof(
  { withCrossShrink: true },
  { weight: 12, arbitrary: fc.integer({ min: 1, max: 8 }) },
  { weight: 3, arbitrary: fc.integer({ min: 9, max: 120 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1_000, max: 2_000 }) },
);

/** Any graph: cycles, tasks that need themselves, unknown and repeated prerequisites, every status. */
export const anyGraph = anySize.chain((size) => graphOf(size, false));
/** The same without cycles. */
export const anyAcyclicGraph = anySize.chain((size) => graphOf(size, true));

/** Naive lookup of nodes by id. */
export function readGraph(nodes: readonly TaskNode[]) {
  const nodeOf = new Map(nodes.map((node) => [node.id, node]));
  const needsOf = (id: string): string[] =>
    (nodeOf.get(id)?.dependsOn ?? []).filter((need) => nodeOf.has(need));
  const statusOf = (id: string): AiTaskStatus => nodeOf.get(id)?.status ?? 'COMPLETED';
  return { needsOf, statusOf };
}

/** Every id reachable from `id`, which is included only if it is in a cycle; `goesOn` decides which ids are entered. */
export function reachableFrom(
  id: string,
  needsOf: (id: string) => readonly string[],
  goesOn: (id: string) => boolean = () => true,
): Set<string> {
  const seen = new Set<string>();
  const open = [id];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const need of needsOf(at)) {
      if (seen.has(need) || !goesOn(need)) continue;
      seen.add(need);
      open.push(need);
    }
  }
  return seen;
}

/** The length of the longest chain to each id, by removing the tasks without prerequisites again and again. */
export function peel(
  ids: readonly string[],
  needsOf: (id: string) => readonly string[],
): Map<string, number> {
  const inside = new Set(ids);
  const lengthOf = new Map<string, number>();
  for (let before = -1; before < lengthOf.size; ) {
    before = lengthOf.size;
    for (const id of ids) {
      const needs = needsOf(id).filter((need) => inside.has(need));
      if (lengthOf.has(id) || !needs.every((need) => lengthOf.has(need))) continue;
      lengthOf.set(id, 1 + Math.max(0, ...needs.map((need) => lengthOf.get(need) ?? 0)));
    }
  }
  return lengthOf;
}

/** The ids of every group of an analysis. */
export function groupsOf({ done, running, ready, blocked, unreachable }: TaskGraphAnalysis): string[][] {
  return [done, running, ready, blocked.map(({ id }) => id), unreachable.map(({ id }) => id)];
}
