import { linkTasks, type TaskNode, type TaskVertex } from './graph.ts';

/**
 * The tasks level by level, of any status: a task stands in the first stage after the last of its known
 * prerequisites, so each stage may run once all before it are done. Tasks in a circle, and what depends on them, stand in
 * none. Takes linear time; each stage is in input order.
 */
export function stagesOf(nodes: readonly TaskNode[]): string[][] {
  const vertices = linkTasks(nodes);
  const dependents = dependentsOf(vertices);
  const open = new Map(vertices.map((vertex) => [vertex, vertex.needs.length]));
  const stages: string[][] = [];
  for (let stage = vertices.filter(({ needs }) => needs.length === 0); stage.length > 0; ) {
    stage.sort((one, other) => one.rank - other.rank);
    stages.push(stage.map(({ task }) => task.id));
    const next: TaskVertex[] = [];
    for (const dependent of stage.flatMap((vertex) => dependents.get(vertex) ?? [])) {
      const left = (open.get(dependent) ?? 0) - 1;
      open.set(dependent, left);
      if (left === 0) next.push(dependent);
    }
    stage = next;
  }
  return stages;
}

/**
 * The connected components: tasks of different groups share no prerequisite, directly or not. Groups are in the order of
 * their first tasks, and each is in input order.
 */
export function groupsOf(nodes: readonly TaskNode[]): string[][] {
  const vertices = linkTasks(nodes);
  const dependents = dependentsOf(vertices);
  const seen = new Set<TaskVertex>();
  const groups: string[][] = [];
  for (const first of vertices) {
    if (seen.has(first)) continue;
    const group = new Set([first]);
    // A set that grows while it is walked is the queue.
    for (const vertex of group) {
      for (const neighbor of [...vertex.needs, ...(dependents.get(vertex) ?? [])]) group.add(neighbor);
    }
    for (const vertex of group) seen.add(vertex);
    groups.push([...group].sort((one, other) => one.rank - other.rank).map(({ task }) => task.id));
  }
  return groups;
}

/** By task, those that name it as a prerequisite. */
function dependentsOf(vertices: readonly TaskVertex[]): Map<TaskVertex, TaskVertex[]> {
  const dependents = new Map<TaskVertex, TaskVertex[]>();
  for (const vertex of vertices) {
    for (const need of vertex.needs) {
      const known = dependents.get(need);
      if (known) known.push(vertex);
      else dependents.set(need, [vertex]);
    }
  }
  return dependents;
}
