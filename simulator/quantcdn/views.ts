import type { TaskRecord } from './records.ts';

/** The whole task (page section 2). */
export function taskView({ dueMs: _, ...task }: TaskRecord): Record<string, unknown> {
  return task;
}

/** The smaller object of lists (page section 2). */
export function listItem(task: TaskRecord): Record<string, unknown> {
  return {
    taskId: task.taskId,
    orgId: task.orgId,
    taskListId: task.taskListId,
    title: task.title,
    description: task.description,
    status: task.status,
    assignedAgentId: task.assignedAgentId,
    progress: task.progress,
    blockedReason: task.blockedReason,
    blockedByTaskIds: task.blockedByTaskIds,
    createdAt: task.createdAt,
    updatedAt: task.updatedAt,
  };
}

/** Page section 3.1: a receipt, not the task. */
export function createReceipt({
  taskId,
  orgId,
  title,
  status,
  createdAt,
}: TaskRecord): Record<string, unknown> {
  return { taskId, orgId, title, status, createdAt };
}

/** Page section 3.4. */
export function updateReceipt({ taskId, status, updatedAt }: TaskRecord): Record<string, unknown> {
  return { taskId, status, updatedAt };
}
