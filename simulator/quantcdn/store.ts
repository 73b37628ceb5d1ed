import type { SimulatorClock } from '../clock.ts';
import type { TaskRecord } from './records.ts';

/** One organisation's tasks by id, in the order of their creation. */
export type Tasks = Map<string, TaskRecord>;

/** All tasks by organisation. Expired tasks are removed before every read. */
export interface TaskStore {
  of(organisation: string): Tasks;
  add(task: TaskRecord): void;
  all(): TaskRecord[];
  /** The task with this id, of any organisation. */
  find(taskId: string): TaskRecord | undefined;
}

export function createTaskStore(clock: SimulatorClock): TaskStore {
  const organisations = new Map<string, Tasks>();

  const of = (organisation: string): Tasks => {
    const tasks: Tasks = organisations.get(organisation) ?? new Map();
    organisations.set(organisation, tasks);
    const nowMs = clock.now();
    for (const { taskId, dueMs } of tasks.values()) if (dueMs <= nowMs) tasks.delete(taskId);
    return tasks;
  };
  const all = () => [...organisations.keys()].flatMap((organisation) => [...of(organisation).values()]);

  return {
    of,
    add: (task) => of(task.orgId).set(task.taskId, task),
    all,
    find: (taskId) => all().find((task) => task.taskId === taskId),
  };
}

/** The dependents of each task: maps an id to the ids of the tasks whose `dependsOn` holds it. */
export function dependentsIndex(tasks: Iterable<TaskRecord>): Map<string, string[]> {
  const index = new Map<string, string[]>();
  for (const { taskId, dependsOn } of tasks) {
    for (const needed of new Set(dependsOn)) {
      const dependents = index.get(needed);
      if (dependents) dependents.push(taskId);
      else index.set(needed, [taskId]);
    }
  }
  return index;
}

/** These ids and all ids that can be reached from them, these first; each once. */
export function reachable(from: Iterable<string>, next: (id: string) => Iterable<string>): Set<string> {
  const reached = new Set(from);
  // An iteration over a set includes elements that are added meanwhile.
  for (const id of reached) for (const neighbor of next(id)) reached.add(neighbor);
  return reached;
}
