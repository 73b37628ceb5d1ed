import type { AiTaskStatus } from '../ai-task-status.ts';

/** The part of a task that the analysis needs. */
export interface TaskNode {
  id: string;
  status: AiTaskStatus;
  /** Ids of its prerequisites; duplicates count once. */
  dependsOn: readonly string[];
  /** Ids of tasks that block it according to an agent; used only while the status is `BLOCKED` or `UNKNOWN`. */
  blockedBy?: readonly string[];
}

/** A task joined with its prerequisites. */
export interface TaskVertex {
  task: TaskNode;
  /** Index in the input, which decides ties. */
  rank: number;
  /** The known prerequisites, each once, in `dependsOn` order. */
  needs: readonly TaskVertex[];
  /** Ids of prerequisites that are not in the graph, each once, in `dependsOn` order. */
  missing: readonly string[];
}

interface OpenVertex extends TaskVertex {
  needs: OpenVertex[];
  /** The last vertex that named it, by which duplicates are found without a set for each task. */
  lastNamedBy: OpenVertex | undefined;
}

/** Joins tasks with their prerequisites. Of several tasks with one id the last counts, at the index of the first. */
export function linkTasks(nodes: readonly TaskNode[]): TaskVertex[] {
  const vertexOf = new Map<string, OpenVertex>();
  for (const task of nodes) {
    const rank = vertexOf.get(task.id)?.rank ?? vertexOf.size;
    vertexOf.set(task.id, { task, rank, needs: [], missing: [], lastNamedBy: undefined });
  }
  const vertices = [...vertexOf.values()];
  for (const vertex of vertices) {
    const missing: string[] = [];
    for (const id of vertex.task.dependsOn) {
      const need = vertexOf.get(id);
      if (!need) missing.push(id);
      else if (need.lastNamedBy !== vertex) vertex.needs.push(need);
      if (need) need.lastNamedBy = vertex;
    }
    if (missing.length > 0) vertex.missing = [...new Set(missing)];
  }
  return vertices;
}
