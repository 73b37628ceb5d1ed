import type { ExecutionResult } from 'graphql';

/** The path of a field in an answer, as a linked list from the field back to the root: GraphQL's `info.path`. */
export interface FieldPath {
  readonly key: string | number;
  readonly prev: FieldPath | undefined;
}

/** The items of a list. When the list is not whole, the path of the field is added to `incompletePaths`. */
export function takeItems<T>(
  items: T[],
  isComplete: boolean,
  path: FieldPath,
  incompletePaths: FieldPath[],
): T[] {
  if (!isComplete) incompletePaths.push(path);
  return items;
}

/** The tasks of a list, as `takeItems`. */
export function takeTasks<T>(
  { tasks, isComplete }: { tasks: T[]; isComplete: boolean },
  path: FieldPath,
  incompletePaths: FieldPath[],
): T[] {
  return takeItems(tasks, isComplete, path, incompletePaths);
}

/** Adds the paths of incomplete lists to a result as `extensions.incomplete`; without any the result is returned as it is. */
export function addIncompletePaths<T extends ExecutionResult>(
  result: T,
  { incompletePaths }: { incompletePaths: readonly FieldPath[] },
): T {
  if (incompletePaths.length === 0) return result;
  const incomplete = incompletePaths.map(formatPath).toSorted();
  return { ...result, extensions: { ...result.extensions, incomplete } };
}

/** For instance `aiTasks.0.dependents`. */
function formatPath({ key, prev }: FieldPath): string {
  return prev === undefined ? String(key) : `${formatPath(prev)}.${key}`;
}
