import { components } from './components.ts';
import type { TaskVertex } from './graph.ts';

const WORD_BITS = 32;

function hasFailed({ task }: TaskVertex): boolean {
  return task.status === 'FAILED' || task.status === 'CANCELLED';
}

/** A completed task has what it needed, and a running one did not wait for it: trouble ends at both. */
function isBlocking({ task }: TaskVertex): boolean {
  return task.status !== 'COMPLETED' && task.status !== 'IN_PROGRESS';
}

/** A set of fallen tasks as bits, as the lists themselves may be as long as the graph for every task in it. */
type FailedSet = Uint32Array;

function unite(sets: ReadonlySet<FailedSet>, own: readonly number[], size: number): FailedSet | undefined {
  const [first] = sets;
  if (own.length === 0 && sets.size <= 1) return first;
  const united = new Uint32Array(Math.ceil(size / WORD_BITS));
  for (const set of sets) {
    for (let at = 0; at < united.length; at += 1) united[at] = (united[at] ?? 0) | (set[at] ?? 0);
  }
  for (const bit of own) {
    const at = Math.floor(bit / WORD_BITS);
    united[at] = (united[at] ?? 0) | (1 << (bit % WORD_BITS));
  }
  return united;
}

function pick(set: FailedSet, fallen: readonly TaskVertex[]): string[] {
  const ids: string[] = [];
  for (let at = 0; at < set.length; at += 1) {
    for (let rest = set[at] ?? 0; rest !== 0; rest &= rest - 1) {
      const vertex = fallen[at * WORD_BITS + WORD_BITS - 1 - Math.clz32(rest & -rest)];
      if (vertex) ids.push(vertex.task.id);
    }
  }
  return ids;
}

/**
 * Tells for a task which failed or cancelled ones stand behind it, in input order. Those behind a failed one
 * count too: they would still be in the way after it was tried again.
 */
export function findBlocked(vertices: readonly TaskVertex[]): (vertex: TaskVertex) => string[] {
  const fallen = vertices.filter(hasFailed);
  if (fallen.length === 0) return () => [];
  const bitOf = new Map(fallen.map((vertex, bit) => [vertex, bit]));
  const setOf = new Map<TaskVertex, FailedSet>();
  const groups = components(vertices.filter(isBlocking), ({ needs }) => needs.filter(isBlocking));
  for (const group of groups) {
    const behind = new Set<FailedSet>();
    const own: number[] = [];
    for (const vertex of group) {
      const bit = bitOf.get(vertex);
      if (bit !== undefined) own.push(bit);
      for (const need of vertex.needs) {
        const set = setOf.get(need);
        if (set) behind.add(set);
      }
    }
    const set = unite(behind, own, fallen.length);
    if (set) for (const vertex of group) setOf.set(vertex, set);
  }
  return (vertex) => pick(setOf.get(vertex) ?? new Uint32Array(), fallen);
}
