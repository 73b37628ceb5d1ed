import type { AiTaskStatus } from '../ai-task-status.ts';

/** A task as the analysis needs it. */
export interface TaskNode {
  id: string;
  status: AiTaskStatus;
  /** Ids of its prerequisites; one given twice counts once. */
  dependsOn: readonly string[];
  /** Who an agent said blocks it, by hand; read only while the status is `BLOCKED` or `UNKNOWN`. */
  blockedBy?: readonly string[];
}

/** A task joined with its prerequisites. */
export interface TaskVertex {
  task: TaskNode;
  /** Its rank in the input, which breaks every tie. */
  place: number;
  /** The known prerequisites, each once, in `dependsOn` order. */
  needs: readonly TaskVertex[];
  /** The prerequisites nobody knows, each once, in `dependsOn` order. */
  missing: readonly string[];
}

interface OpenVertex extends TaskVertex {
  needs: OpenVertex[];
  /** The last to name it: how a second mention is known, cheaper than a set for every task. */
  lastNamedBy: OpenVertex | undefined;
}

/** Joins the tasks; of several with one id the last counts, at the place of the first. */
export function linkTasks(nodes: readonly TaskNode[]): TaskVertex[] {
  const vertexOf = new Map<string, OpenVertex>();
  for (const task of nodes) {
    const place = vertexOf.get(task.id)?.place ?? vertexOf.size;
    vertexOf.set(task.id, { task, place, needs: [], missing: [], lastNamedBy: undefined });
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
