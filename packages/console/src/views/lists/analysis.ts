/** What the analysis needs of a task. */
export interface ListedTask {
  id: string;
  status: string;
  dependsOn: readonly string[];
  /** Tasks that block it, as a client stated. */
  blockedByTaskIds?: readonly string[] | null | undefined;
}

/** The states in which a task is shown: its status, and of a waiting one whether it can go on. */
export const STATES = [
  'IN_PROGRESS',
  'READY',
  'BLOCKED',
  'UNREACHABLE',
  'COMPLETED',
  'FAILED',
  'CANCELLED',
] as const;
export type TaskState = (typeof STATES)[number];

/** How a task stands among the others. */
export interface TaskFacts {
  state: TaskState;
  /** The unfinished tasks that it waits for. */
  by: readonly string[];
  /** The failed or cancelled tasks because of which it cannot start. */
  because: readonly string[];
  dependents: readonly string[];
  /** From 1; undefined for a task in a cycle and for what depends on one. */
  stage: number | undefined;
  isCritical: boolean;
}

export interface Analysis {
  facts: ReadonlyMap<string, TaskFacts>;
  counts: Readonly<Record<TaskState, number>>;
  /** The longest chain of unfinished tasks, in the order of execution. */
  criticalPath: readonly string[];
  stageCount: number;
}

/** How tasks outside the list stand on which tasks of the list depend. One that is not named is completed or gone. */
export type OutsideTasks = ReadonlyMap<string, 'OPEN' | 'FAILED'>;

/**
 * Sorts the tasks of a list as the gateway's `aiTaskGraph` does. The page does so itself because the tasks change one by one
 * while a list runs; the gateway says how tasks outside the list stand.
 */
export function analyze(tasks: readonly ListedTask[], outside: OutsideTasks = new Map()): Analysis {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const dependents = dependentsOf(tasks);
  const because = reachOfFailures(tasks, dependents, outside, byId);
  const stages = stagesOf(tasks, byId, dependents);
  const counts = Object.fromEntries(STATES.map((state) => [state, 0])) as Record<TaskState, number>;
  const isDone = (id: string): boolean => {
    const task = byId.get(id);
    return task === undefined ? !outside.has(id) : task.status === 'COMPLETED';
  };
  const facts = new Map<string, TaskFacts>();
  for (const task of tasks) {
    const open = [...new Set(task.dependsOn)].filter((id) => !isDone(id));
    const failed = because.get(task.id) ?? [];
    const state = stateOf(task.status, open.length, failed.length);
    const stated = task.status === 'PENDING' ? [] : (task.blockedByTaskIds ?? []);
    counts[state] += 1;
    facts.set(task.id, {
      state,
      by:
        state === 'BLOCKED'
          ? [...new Set([...open, ...stated.filter((id) => byId.get(id)?.status !== 'COMPLETED')])]
          : [],
      because: state === 'UNREACHABLE' ? failed : [],
      dependents: dependents.get(task.id) ?? [],
      stage: stages.get(task.id),
      isCritical: false,
    });
  }
  const criticalPath = longestChain(tasks, facts, dependents);
  for (const id of criticalPath) facts.set(id, { ...(facts.get(id) as TaskFacts), isCritical: true });
  return { facts, counts, criticalPath, stageCount: Math.max(0, ...stages.values()) };
}

function stateOf(status: string, open: number, failed: number): TaskState {
  if (status === 'COMPLETED' || status === 'FAILED' || status === 'CANCELLED' || status === 'IN_PROGRESS')
    return status;
  if (failed > 0) return 'UNREACHABLE';
  return status === 'PENDING' && open === 0 ? 'READY' : 'BLOCKED';
}

function dependentsOf(tasks: readonly ListedTask[]): Map<string, string[]> {
  const dependents = new Map<string, string[]>();
  for (const { id, dependsOn } of tasks) {
    for (const need of new Set(dependsOn)) {
      const known = dependents.get(need);
      if (known === undefined) dependents.set(need, [id]);
      else known.push(id);
    }
  }
  return dependents;
}

/** From each failed task through all that are neither completed nor running. */
function reachOfFailures(
  tasks: readonly ListedTask[],
  dependents: ReadonlyMap<string, readonly string[]>,
  outside: OutsideTasks,
  byId: ReadonlyMap<string, ListedTask>,
): Map<string, string[]> {
  const failed = [
    ...tasks.filter(({ status }) => status === 'FAILED' || status === 'CANCELLED').map(({ id }) => id),
    ...[...outside].filter(([, state]) => state === 'FAILED').map(([id]) => id),
  ];
  const because = new Map<string, string[]>();
  for (const source of failed) {
    const seen = new Set<string>();
    const queue = [...(dependents.get(source) ?? [])];
    for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
      const status = byId.get(id)?.status;
      if (seen.has(id) || status === 'COMPLETED' || status === 'IN_PROGRESS') continue;
      seen.add(id);
      const known = because.get(id);
      if (known === undefined) because.set(id, [source]);
      else known.push(source);
      queue.push(...(dependents.get(id) ?? []));
    }
  }
  return because;
}

/** Level by level, whatever the statuses: each task stands in the first stage after the last of its dependencies. */
function stagesOf(
  tasks: readonly ListedTask[],
  byId: ReadonlyMap<string, ListedTask>,
  dependents: ReadonlyMap<string, readonly string[]>,
): Map<string, number> {
  const missing = new Map<string, number>();
  const stages = new Map<string, number>();
  let level: string[] = [];
  for (const { id, dependsOn } of tasks) {
    const count = [...new Set(dependsOn)].filter((need) => byId.has(need)).length;
    missing.set(id, count);
    if (count === 0) level.push(id);
  }
  for (let stage = 1; level.length > 0; stage += 1) {
    const next: string[] = [];
    for (const id of level) {
      stages.set(id, stage);
      for (const dependent of dependents.get(id) ?? []) {
        const left = (missing.get(dependent) ?? 0) - 1;
        missing.set(dependent, left);
        if (left === 0) next.push(dependent);
      }
    }
    level = next;
  }
  return stages;
}

const OPEN: readonly TaskState[] = ['IN_PROGRESS', 'READY', 'BLOCKED'];

/** A cycle with a task that is done holds nothing up, so the order is that of the open tasks alone. */
function longestChain(
  tasks: readonly ListedTask[],
  facts: ReadonlyMap<string, TaskFacts>,
  dependents: ReadonlyMap<string, readonly string[]>,
): string[] {
  const open = tasks.filter(({ id }) => OPEN.includes(facts.get(id)?.state ?? 'COMPLETED'));
  const order = stagesOf(open, new Map(open.map((task) => [task.id, task])), dependents);
  const links = new Map<string, { length: number; before: string | undefined }>();
  const inOrder = open
    .filter(({ id }) => order.has(id))
    .sort((one, other) => (order.get(one.id) ?? 0) - (order.get(other.id) ?? 0));
  let last: string | undefined;
  for (const { id, dependsOn } of inOrder) {
    let before: string | undefined;
    for (const need of dependsOn)
      if ((links.get(need)?.length ?? 0) > (before === undefined ? 0 : (links.get(before)?.length ?? 0)))
        before = need;
    const length = before === undefined ? 1 : (links.get(before)?.length ?? 0) + 1;
    links.set(id, { length, before });
    if (last === undefined || length > (links.get(last)?.length ?? 0)) last = id;
  }
  const chain: string[] = [];
  for (let id = last; id !== undefined; id = links.get(id)?.before) chain.push(id);
  return chain.reverse();
}
