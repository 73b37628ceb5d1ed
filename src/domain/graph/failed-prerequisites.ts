import { components } from './components.ts';
import type { TaskVertex } from './graph.ts';

const WORD_BITS = 32;

function isFailed({ task }: TaskVertex): boolean {
  return task.status === 'FAILED' || task.status === 'CANCELLED';
}

/** A failure affects dependents only through tasks that are neither completed nor running: these two no longer wait. */
function passesFailureOn({ task }: TaskVertex): boolean {
  return task.status !== 'COMPLETED' && task.status !== 'IN_PROGRESS';
}

/** A set of failed tasks, one bit each. Lists would need memory quadratic in the size of the graph. */
type FailedSet = Uint32Array;

function unionOf(sets: ReadonlySet<FailedSet>, own: readonly number[], size: number): FailedSet | undefined {
  const [first] = sets;
  if (own.length === 0 && sets.size <= 1) return first;
  const union = new Uint32Array(Math.ceil(size / WORD_BITS));
  for (const set of sets) {
    for (let word = 0; word < union.length; word += 1) union[word] = (union[word] ?? 0) | (set[word] ?? 0);
  }
  for (const bit of own) {
    const word = Math.floor(bit / WORD_BITS);
    union[word] = (union[word] ?? 0) | (1 << (bit % WORD_BITS));
  }
  return union;
}

function idsIn(set: FailedSet, failed: readonly TaskVertex[]): string[] {
  const ids: string[] = [];
  for (let word = 0; word < set.length; word += 1) {
    for (let rest = set[word] ?? 0; rest !== 0; rest &= rest - 1) {
      const vertex = failed[word * WORD_BITS + WORD_BITS - 1 - Math.clz32(rest & -rest)];
      if (vertex) ids.push(vertex.task.id);
    }
  }
  return ids;
}

/**
 * Returns a function that lists the failed and cancelled tasks that a task depends on, directly or indirectly, in input
 * order. Prerequisites of a failed task count too, because they would still block it after a retry.
 */
export function findFailedPrerequisites(vertices: readonly TaskVertex[]): (vertex: TaskVertex) => string[] {
  const failed = vertices.filter(isFailed);
  if (failed.length === 0) return () => [];
  const bitOf = new Map(failed.map((vertex, bit) => [vertex, bit]));
  const setOf = new Map<TaskVertex, FailedSet>();
  const groups = components(vertices.filter(passesFailureOn), ({ needs }) => needs.filter(passesFailureOn));
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
    const set = unionOf(behind, own, failed.length);
    if (set) for (const vertex of group) setOf.set(vertex, set);
  }
  return (vertex) => idsIn(setOf.get(vertex) ?? new Uint32Array(), failed);
}
