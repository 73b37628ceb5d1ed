import type { Operation } from './operation.ts';
import { dependentsIndex } from './store.ts';

/**
 * All tasks of a list (docs/upstream/quantcdn.md, Dependency graph). A dependency outside the list is
 * listed, but has no node, and a task that has one is no root (assumed). An unknown list has an empty graph.
 */
export const getDependencyGraph: Operation = ({ tasks, id }) => {
  const members = [...tasks.values()].filter(({ taskListId }) => taskListId === id);
  const dependents = dependentsIndex(members);
  const nodes = members.map(({ taskId, title, status, dependsOn }) => ({
    taskId,
    title,
    status,
    dependsOn,
    dependents: dependents.get(taskId) ?? [],
  }));
  const idsWhere = (test: (node: (typeof nodes)[number]) => boolean) =>
    nodes.filter(test).map(({ taskId }) => taskId);
  return {
    taskListId: id,
    taskCount: nodes.length,
    roots: idsWhere(({ dependsOn }) => dependsOn.length === 0),
    leaves: idsWhere((node) => node.dependents.length === 0),
    graph: Object.fromEntries(nodes.map((node) => [node.taskId, node])),
  };
};
