import type { AiListRunRow, AiTaskRunRow } from '../store/schema.ts';

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

/** A run of a list as its owner sees it. */
export interface AiTaskListRunView {
  id: string;
  taskListId: string;
  status: AiListRunRow['state'];
  maxParallel: number;
  reason: string | null;
  runs: AiTaskRunView[];
  createdAt: string;
  endedAt: string | null;
  /** Of a run that was pushed: the place of the change in the owner's log. */
  cursor?: string;
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

export const shownTaskRun = (row: AiTaskRunRow): AiTaskRunView => ({
  id: row.id,
  aiTaskId: row.aiTaskId,
  taskId: row.taskId,
  status: STATUS_OF[row.state],
  deploymentId: row.deploymentId,
  reason: row.reason,
  createdAt: instant(row.createdAt),
  endedAt: row.endedAt === null ? null : instant(row.endedAt),
});

export const shownListRun = (row: AiListRunRow, runs: readonly AiTaskRunRow[]): AiTaskListRunView => ({
  id: row.id,
  taskListId: row.taskListId,
  status: row.state,
  maxParallel: row.maxParallel,
  reason: row.reason,
  runs: runs.map(shownTaskRun),
  createdAt: instant(row.createdAt),
  endedAt: row.endedAt === null ? null : instant(row.endedAt),
});

const instant = (ms: number): string => new Date(ms).toISOString();
