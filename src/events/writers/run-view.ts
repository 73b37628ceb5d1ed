import type { AiListRunRow, AiTaskRunRow, AiTaskRunState } from '../../store/schema/index.ts';

/** A run of an AI task as its owner sees it. Times are ISO 8601. */
export interface AiTaskRunView {
  id: string;
  aiTaskId: string;
  taskId: string | null;
  status: 'STARTING' | 'RUNNING' | 'COMPLETED' | 'FAILED';
  deploymentId: string | null;
  /** Why it has failed, or what it waits for. */
  reason: string | null;
  createdAt: string;
  endedAt: string | null;
}

/** How many of a list's runs are how far. */
export interface AiTaskRunCounts {
  starting: number;
  running: number;
  completed: number;
  failed: number;
}

/** A run of a list as its owner is told of it: as long as it is, whatever the size of the list. */
export interface AiTaskListRunView {
  id: string;
  taskListId: string;
  status: AiListRunRow['state'];
  maxParallel: number;
  reason: string | null;
  counts: AiTaskRunCounts;
  /** Of a run that was pushed: the run it has begun, or that has come further. */
  changed: AiTaskRunView | null;
  createdAt: string;
  endedAt: string | null;
  /** Of a run that was pushed: the place of the change in the owner's log. */
  cursor?: string;
}

/** The same with every run it has started, first started first. */
export interface WholeListRunView extends AiTaskListRunView {
  runs: AiTaskRunView[];
}

/** Clients need not know at which of its two ends a run is being worked on. */
const STATUS_OF = {
  STARTING: 'STARTING',
  DEPLOYING: 'STARTING',
  RUNNING: 'RUNNING',
  FINISHING: 'RUNNING',
  COMPLETED: 'COMPLETED',
  FAILED: 'FAILED',
} as const;

export function toTaskRunView(row: AiTaskRunRow): AiTaskRunView {
  return {
    id: row.id,
    aiTaskId: row.aiTaskId,
    taskId: row.taskId,
    status: STATUS_OF[row.state],
    deploymentId: row.deploymentId,
    reason: row.reason,
    createdAt: instant(row.createdAt),
    endedAt: row.endedAt === null ? null : instant(row.endedAt),
  };
}

/** What is told of a list's run but for the runs it has started. */
export function toListRunView(row: AiListRunRow): Omit<AiTaskListRunView, 'counts' | 'changed'> {
  return {
    id: row.id,
    taskListId: row.taskListId,
    status: row.state,
    maxParallel: row.maxParallel,
    reason: row.reason,
    createdAt: instant(row.createdAt),
    endedAt: row.endedAt === null ? null : instant(row.endedAt),
  };
}

export function toWholeListRunView(row: AiListRunRow, runs: readonly AiTaskRunRow[]): WholeListRunView {
  return {
    ...toListRunView(row),
    counts: countsOf(runs.map(({ state }) => ({ state, count: 1 }))),
    changed: null,
    runs: runs.map(toTaskRunView),
  };
}

/** Counts by state, as clients see them. */
export function countsOf(states: readonly { state: AiTaskRunState; count: number }[]): AiTaskRunCounts {
  const of = (status: AiTaskRunView['status']): number =>
    states.reduce((sum, { state, count }) => (STATUS_OF[state] === status ? sum + count : sum), 0);
  return {
    starting: of('STARTING'),
    running: of('RUNNING'),
    completed: of('COMPLETED'),
    failed: of('FAILED'),
  };
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
