/** The six statuses (docs/upstream/quantcdn.md, Task fields). The control interface may put in any other word. */
export const STATUSES = ['pending', 'in_progress', 'completed', 'failed', 'cancelled', 'blocked'] as const;

/** What clients write of a task (docs/upstream/quantcdn.md, Create a task and Update a task). */
export interface TaskFields {
  title: string;
  description: string;
  taskListId: string | null;
  status: string;
  assignedAgentId: string | null;
  createdByAgentId: string | null;
  dependsOn: string[];
  metadata: Record<string, unknown>;
  progress: number;
  progressMessage: string;
  result: Record<string, unknown> | null;
  error: string | null;
  retryCount: number;
  maxRetries: number;
  blockedReason: string | null;
  blockedByTaskIds: string[] | null;
}

/** What the service itself keeps beside them; times are the wall clock's milliseconds. */
export interface TaskRecord extends TaskFields {
  readonly taskId: string;
  readonly orgId: string;
  readonly createdAt: number;
  updatedAt: number;
  startedAt: number | null;
  completedAt: number | null;
  expiresAt: number | null;
  blockedAt: number | null;
  /** When `expiresAt` falls on the clock that drives lives, which no skew can move. */
  dueMs: number;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function isUuid(value: unknown): value is string {
  return typeof value === 'string' && UUID.test(value);
}
