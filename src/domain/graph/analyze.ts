import { isAiTaskOver } from '../ai-task-status.ts';
import { longestChain } from './critical-path.ts';
import { cycleFrom, cyclesOf } from './cycles.ts';
import { findFailedPrerequisites } from './failed-prerequisites.ts';
import { linkTasks, type TaskNode, type TaskVertex } from './graph.ts';

export type { TaskNode } from './graph.ts';

/** A task that is not ready. */
export interface BlockedTask {
  id: string;
  /**
   * The unfinished direct prerequisites, in `dependsOn` order. For a task that an agent has blocked, followed by the
   * tasks in its `blockedBy` that are not known to be completed.
   */
  by: string[];
}

/** A task that cannot start without intervention, because a prerequisite failed or was cancelled. */
export interface UnreachableTask {
  id: string;
  /** Every failed or cancelled task that it depends on, directly or indirectly, in input order. */
  because: string[];
}

/**
 * The analysis of a set of tasks. Each task is in exactly one of `done`, `running`, `ready`, `blocked` and
 * `unreachable`. All lists are in input order.
 */
export interface TaskGraphAnalysis {
  /** Completed, failed or cancelled. */
  done: string[];
  /** In progress, regardless of the prerequisites. */
  running: string[];
  /** Pending, with every prerequisite completed or missing. */
  ready: string[];
  /** Has unfinished prerequisites, was blocked by an agent, or has an unknown status. */
  blocked: BlockedTask[];
  /** Depends on a failed or cancelled task, directly or through tasks that are neither completed nor running. */
  unreachable: UnreachableTask[];
  /**
   * The longest chain of running, ready and blocked tasks, by number of tasks; each depends on the one before. Tasks in
   * a cycle of such tasks, or depending on one, are left out. May be empty.
   */
  criticalPath: string[];
  /**
   * One cycle for each strongly connected component, regardless of status: a shortest one through the component's first
   * task. Each task depends on the next, and the last on the first. A task that depends on itself is a cycle of one.
   */
  cycles: string[][];
  /** Prerequisites that are not among the tasks. They may have expired after completion, and count as completed. */
  dangling: { id: string; missing: string[] }[];
}

/**
 * Analyzes any graph of tasks, also with cycles. Takes time linear in the number of tasks and dependencies, except for
 * the lists under `because`, each of which can be as long as the graph. Of several nodes with one id the last counts. A
 * cycle blocks its tasks only while none of them is completed, because a completed task no longer waits.
 */
export function analyzeTasks(nodes: readonly TaskNode[]): TaskGraphAnalysis {
  const vertices = linkTasks(nodes);
  const failedBehind = findFailedPrerequisites(vertices);
  const completed = new Set(vertices.flatMap(({ task }) => (task.status === 'COMPLETED' ? [task.id] : [])));
  const analysis: TaskGraphAnalysis = {
    done: [],
    running: [],
    ready: [],
    blocked: [],
    unreachable: [],
    criticalPath: [],
    cycles: cyclesOf(vertices, ({ needs }) => needs).map((cycle) => cycle.map(({ task }) => task.id)),
    dangling: vertices.flatMap(({ task: { id }, missing }) =>
      missing.length > 0 ? [{ id, missing: [...missing] }] : [],
    ),
  };
  const open: TaskVertex[] = [];
  for (const vertex of vertices) {
    const { id, status } = vertex.task;
    if (isAiTaskOver(status)) {
      analysis.done.push(id);
      continue;
    }
    const because = status === 'IN_PROGRESS' ? [] : failedBehind(vertex);
    if (because.length > 0) {
      analysis.unreachable.push({ id, because });
      continue;
    }
    open.push(vertex);
    const by = unfinishedBefore(vertex, completed);
    if (status === 'IN_PROGRESS') analysis.running.push(id);
    else if (status === 'PENDING' && by.length === 0) analysis.ready.push(id);
    else analysis.blocked.push({ id, by });
  }
  analysis.criticalPath = longestChain(open).map(({ task }) => task.id);
  return analysis;
}

/**
 * A shortest cycle through `id` that would exist if `id` had these prerequisites instead of its own; undefined when
 * there would be none. `[id, a, b]` means that `id` would depend on `a`, `a` depends on `b`, and `b` on `id`; `[id]` that
 * it would depend on itself. Statuses are ignored.
 */
export function cycleThrough(
  nodes: readonly TaskNode[],
  id: string,
  dependsOn: readonly string[],
): string[] | undefined {
  const needsOf = new Map(nodes.map((node) => [node.id, node.dependsOn]));
  return cycleFrom(id, (at) => (at === id ? dependsOn : (needsOf.get(at) ?? [])));
}

function unfinishedBefore({ task, needs }: TaskVertex, completed: ReadonlySet<string>): string[] {
  const by = needs.filter((need) => need.task.status !== 'COMPLETED').map((need) => need.task.id);
  if (!task.blockedBy || task.status === 'PENDING') return by;
  return [...new Set([...by, ...task.blockedBy.filter((id) => !completed.has(id))])];
}
