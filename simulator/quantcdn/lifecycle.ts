import type { SimulatorClock } from '../clock.ts';
import type { QuantCdnBehavior } from './behavior.ts';
import type { TaskFields, TaskRecord } from './records.ts';

/** Completed tasks are removed after this time (docs/upstream/quantcdn.md, Statuses; documented). */
const LIFETIME_MS = 30 * 86_400_000;

const ENDED: ReadonlySet<string> = new Set(['completed', 'failed', 'cancelled']);

/**
 * Creates a task. A first status other than pending sets the same times as a change to it
 * (docs/upstream/quantcdn.md, Statuses; assumed).
 */
export function bornTask(
  ids: { taskId: string; orgId: string },
  fields: Partial<TaskFields>,
  clock: SimulatorClock,
  behavior: QuantCdnBehavior,
): TaskRecord {
  const nowMs = clock.wall();
  const task: TaskRecord = {
    ...ids,
    title: '',
    description: '',
    taskListId: null,
    status: 'pending',
    assignedAgentId: null,
    createdByAgentId: null,
    dependsOn: [],
    metadata: {},
    progress: 0,
    progressMessage: '',
    result: null,
    error: null,
    retryCount: 0,
    maxRetries: 3,
    createdAt: nowMs,
    updatedAt: nowMs,
    startedAt: null,
    completedAt: null,
    expiresAt: null,
    blockedReason: null,
    blockedByTaskIds: null,
    blockedAt: null,
    dueMs: Number.POSITIVE_INFINITY,
  };
  changeTask(task, fields, clock, behavior);
  return task;
}

/** Writes fields, and the effects of a change of status (docs/upstream/quantcdn.md, Statuses). */
export function changeTask(
  task: TaskRecord,
  fields: Partial<TaskFields>,
  clock: SimulatorClock,
  behavior: QuantCdnBehavior,
): void {
  const before = task.status;
  Object.assign(task, fields);
  task.updatedAt = clock.wall();
  if (task.status !== before) stamp(task, before, clock, behavior);
}

function stamp(task: TaskRecord, before: string, clock: SimulatorClock, behavior: QuantCdnBehavior): void {
  const nowMs = clock.wall();
  const ends = ENDED.has(task.status);
  const goesOn = task.status === 'in_progress' || task.status === 'pending';
  if (before === 'blocked' && (goesOn || (ends && behavior.endingClearsBlocked))) {
    Object.assign(task, { blockedReason: null, blockedByTaskIds: null, blockedAt: null });
  }
  if (ENDED.has(before) && goesOn && behavior.retryClearsEnd) {
    Object.assign(task, { completedAt: null, expiresAt: null, dueMs: Number.POSITIVE_INFINITY });
  }
  if (task.status === 'in_progress')
    task.startedAt = before === 'pending' ? nowMs : (task.startedAt ?? nowMs);
  if (task.status === 'blocked') task.blockedAt = nowMs;
  if (ends) task.completedAt = nowMs;
  if (task.status !== 'completed') return;
  task.expiresAt = nowMs + LIFETIME_MS;
  task.dueMs = clock.now() + LIFETIME_MS;
  if (behavior.autoProgress) task.progress = 1;
}
