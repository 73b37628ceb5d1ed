import { isAiTaskOver } from '../ai-task-status.ts';
import { findBlocked } from './blocked.ts';
import { longestChain } from './critical-path.ts';
import { cycleFrom, cyclesOf } from './cycles.ts';
import { linkTasks, type TaskNode, type TaskVertex } from './graph.ts';

export type { TaskNode } from './graph.ts';

/** A task that waits. */
export interface BlockedTask {
  id: string;
  /**
   * The unfinished direct prerequisites, in `dependsOn` order; for a task blocked by hand, then those its
   * `blockedBy` names, less the ones known to be completed.
   */
  by: string[];
}

/** A task that cannot start unless somebody steps in. */
export interface UnreachableTask {
  id: string;
  /** Every failed or cancelled task it depends on, however far behind, in input order. */
  because: string[];
}

/**
 * What can be said of a set of tasks. `done`, `running`, `ready`, `blocked` and `unreachable` hold every task
 * exactly once; all lists are in input order.
 */
export interface TaskGraphAnalysis {
  /** Completed, failed or cancelled: nothing more will happen by itself. */
  done: string[];
  /** In progress, whatever its prerequisites say. */
  running: string[];
  /** Pending, with every prerequisite completed or gone. */
  ready: string[];
  /** Waits for unfinished prerequisites, was blocked by hand, or has a status the gateway does not know. */
  blocked: BlockedTask[];
  /** Waits for a failed or cancelled task, at once or through others that wait or have fallen themselves. */
  unreachable: UnreachableTask[];
  /**
   * The longest chain by number of tasks, each depending on the one before, of those running, ready or blocked.
   * Tasks in a cycle of such tasks or behind one are left out; empty when nothing is left.
   */
  criticalPath: string[];
  /**
   * One cycle, a shortest through its earliest task, for each knot of tasks that depend on one another, whatever
   * their status. Each task depends on the next and the last on the first; one that depends on itself is alone.
   */
  cycles: string[][];
  /** Prerequisites not among the tasks; they may have expired after completion and count as completed. */
  dangling: { id: string; missing: string[] }[];
}

/**
 * Analyzes any graph of tasks, cycles included, in time linear in tasks and dependencies, but for the lists
 * under `because`, which can be as long as the graph for each task. Of nodes with one id the last counts. A
 * cycle holds its tasks only while none of them is completed, as that one no longer waits for the others.
 */
export function analyzeTasks(nodes: readonly TaskNode[]): TaskGraphAnalysis {
  const vertices = linkTasks(nodes);
  const troubleBehind = findBlocked(vertices);
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
  const work: TaskVertex[] = [];
  for (const vertex of vertices) {
    const { id, status } = vertex.task;
    if (isAiTaskOver(status)) {
      analysis.done.push(id);
      continue;
    }
    const because = status === 'IN_PROGRESS' ? [] : troubleBehind(vertex);
    if (because.length > 0) {
      analysis.unreachable.push({ id, because });
      continue;
    }
    work.push(vertex);
    const by = unfinishedBefore(vertex, completed);
    if (status === 'IN_PROGRESS') analysis.running.push(id);
    else if (status === 'PENDING' && by.length === 0) analysis.ready.push(id);
    else analysis.blocked.push({ id, by });
  }
  analysis.criticalPath = longestChain(work).map(({ task }) => task.id);
  return analysis;
}

/**
 * The cycle that giving `id` these prerequisites, in place of those it has, would close: `[id, a, b]` when `id`
 * would depend on `a`, `a` depends on `b` and `b` on `id`; a shortest one, `[id]` when it names itself. A status
 * makes no difference. Undefined when there is none through `id`.
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
