/** The six statuses (docs/upstream/quantcdn.md, Task fields). The control may set any other word. */
export const STATUSES = ['pending', 'in_progress', 'completed', 'failed', 'cancelled', 'blocked'] as const;

/** The fields of a task that clients write (docs/upstream/quantcdn.md, Create a task and Update a task). */
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

/** The fields that the service writes; times are milliseconds of the simulator's date. */
export interface TaskRecord extends TaskFields {
  readonly taskId: string;
  readonly orgId: string;
  readonly createdAt: number;
  updatedAt: number;
  startedAt: number | null;
  completedAt: number | null;
  expiresAt: number | null;
  blockedAt: number | null;
  /** `expiresAt` by the simulator's time, which the skew does not change. */
  dueMs: number;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function isUuid(value: unknown): value is string {
  return typeof value === 'string' && UUID.test(value);
}
