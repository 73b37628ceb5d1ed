import type { AiTaskRunState } from '../../domain/ai-task-run.ts';
import type { AiListRunRow, AiTaskRunRow } from '../../store/schema/index.ts';

/** A run of an AI task as clients see it. Times are RFC 3339 in UTC. */
export interface AiTaskRunView {
  id: string;
  aiTaskId: string;
  taskId: string | null;
  status: 'STARTING' | 'RUNNING' | 'COMPLETED' | 'FAILED';
  deploymentId: string | null;
  /** Why it failed, or what it waits for. */
  reason: string | null;
  createdAt: string;
  endedAt: string | null;
}

/** The number of member runs of a list run, by status. */
export interface AiTaskRunCounts {
  starting: number;
  running: number;
  completed: number;
  failed: number;
}

/** A run of a list as clients see it in events: its size does not grow with the list. */
export interface AiTaskListRunView {
  id: string;
  taskListId: string;
  status: AiListRunRow['state'];
  maxParallel: number;
  reason: string | null;
  counts: AiTaskRunCounts;
  /** In an event: the member run that was started or has changed. Null elsewhere. */
  changed: AiTaskRunView | null;
  createdAt: string;
  endedAt: string | null;
  /** In an event: its position in the owner's event log. */
  cursor?: string;
}

/** The same with every member run, in the order of their start. */
export interface WholeListRunView extends AiTaskListRunView {
  runs: AiTaskRunView[];
}

/** Clients see four statuses: claiming and deploying are `STARTING`, following and finishing are `RUNNING`. */
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
    createdAt: toTimestamp(row.createdAt),
    endedAt: row.endedAt === null ? null : toTimestamp(row.endedAt),
  };
}

/** The part of the view that comes from the row of the list run alone. */
export function toListRunView(row: AiListRunRow): Omit<AiTaskListRunView, 'counts' | 'changed'> {
  return {
    id: row.id,
    taskListId: row.taskListId,
    status: row.state,
    maxParallel: row.maxParallel,
    reason: row.reason,
    createdAt: toTimestamp(row.createdAt),
    endedAt: row.endedAt === null ? null : toTimestamp(row.endedAt),
  };
}

export function toWholeListRunView(row: AiListRunRow, runs: readonly AiTaskRunRow[]): WholeListRunView {
  return {
    ...toListRunView(row),
    counts: countRuns(runs.map(({ state }) => ({ state, count: 1 }))),
    changed: null,
    runs: runs.map(toTaskRunView),
  };
}

/** Adds up stored states to the statuses that clients see. */
export function countRuns(states: readonly { state: AiTaskRunState; count: number }[]): AiTaskRunCounts {
  const countOf = (status: AiTaskRunView['status']): number =>
    states.reduce((sum, { state, count }) => (STATUS_OF[state] === status ? sum + count : sum), 0);
  return {
    starting: countOf('STARTING'),
    running: countOf('RUNNING'),
    completed: countOf('COMPLETED'),
    failed: countOf('FAILED'),
  };
}

function toTimestamp(ms: number): string {
  return new Date(ms).toISOString();
}
