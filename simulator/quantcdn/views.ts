import type { TaskRecord } from './records.ts';

/** The task with details (docs/upstream/quantcdn.md, Task fields). */
export function taskView({ dueMs: _, ...task }: TaskRecord): Record<string, unknown> {
  return task;
}

/** The list item (docs/upstream/quantcdn.md, List items). */
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

/** A receipt, not the task (docs/upstream/quantcdn.md, Create a task). */
export function createReceipt({
  taskId,
  orgId,
  title,
  status,
  createdAt,
}: TaskRecord): Record<string, unknown> {
  return { taskId, orgId, title, status, createdAt };
}

/** The receipt of an update (docs/upstream/quantcdn.md, Update a task). */
export function updateReceipt({ taskId, status, updatedAt }: TaskRecord): Record<string, unknown> {
  return { taskId, status, updatedAt };
}
