import type { ExecutionResult } from 'graphql';

/** Where a field stands in the answer, from its own place back to the root. */
export interface FieldPath {
  readonly key: string | number;
  readonly prev: FieldPath | undefined;
}

/** What of a context is told beside an answer. */
interface Told {
  incomplete: readonly FieldPath[];
}

/** An answer that says of which of its lists there may be more: `extensions.incomplete`, by path. */
export function withIncomplete<T extends ExecutionResult>(result: T, { incomplete }: Told): T {
  return incomplete.length === 0
    ? result
    : { ...result, extensions: { ...result.extensions, incomplete: incomplete.map(pathOf).toSorted() } };
}

/** As in `aiTasks.0.dependents`. */
function pathOf({ key, prev }: FieldPath): string {
  return prev === undefined ? String(key) : `${pathOf(prev)}.${key}`;
}

/** The tasks of a list; when there may be more, its place is noted. */
export function tasksOf<T>(
  { tasks, isWhole }: { tasks: T[]; isWhole: boolean },
  place: FieldPath,
  incomplete: FieldPath[],
): T[] {
  if (!isWhole) incomplete.push(place);
  return tasks;
}
