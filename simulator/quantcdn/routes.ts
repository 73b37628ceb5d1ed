import { deleteTask } from './delete.ts';
import { getDependencyGraph } from './graph.ts';
import { listTasks } from './list.ts';
import type { Operation } from './operation.ts';
import type { OperationName } from './operation-name.ts';
import { createTask, getTask, updateTask } from './tasks.ts';

/** A route; `methods` maps a method to the vendor's name of its operation. */
export interface Route {
  organisation: string;
  id: string;
  methods: Readonly<Record<string, OperationName>>;
}

/** The six operations (docs/upstream/quantcdn.md, Operations), under the vendor's names. */
export const OPERATIONS: Readonly<Record<OperationName, Operation>> = {
  createTask,
  listTasks,
  getTask,
  updateTask,
  deleteTask,
  getDependencyGraph,
};

const COLLECTION: Route['methods'] = { POST: 'createTask', GET: 'listTasks' };
const TASK: Route['methods'] = { GET: 'getTask', PUT: 'updateTask', DELETE: 'deleteTask' };
const GRAPH: Route['methods'] = { GET: 'getDependencyGraph' };

const PATH = /^\/organizations\/([^/]+)\/ai\/tasks(?:\/([^/]+)(\/dependency-graph)?)?\/?$/;

/** Finds the route of a path without its base; `undefined` when there is none, or the percent-encoding is invalid. */
export function routeOf(path: string): Route | undefined {
  const found = PATH.exec(path);
  if (!found) return undefined;
  const [, organisation = '', id, graph] = found;
  const methods = id === undefined ? COLLECTION : graph === undefined ? TASK : GRAPH;
  try {
    return { organisation: decodeURIComponent(organisation), id: decodeURIComponent(id ?? ''), methods };
  } catch {
    return undefined;
  }
}

export function operationNameOf(method: string, path: string): OperationName | undefined {
  const methods = routeOf(path)?.methods ?? {};
  return Object.hasOwn(methods, method) ? methods[method] : undefined;
}
