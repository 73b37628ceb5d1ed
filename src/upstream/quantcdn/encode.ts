import { badUserInput, GatewayError, notFound } from '../../errors.ts';
import type { AiTaskChanges, AiTaskQuery, NewAiTask } from './model.ts';

/** An id that can be part of a path. UUIDs are documented; other plain ids are accepted too. */
export const TASK_ID = /^[\w-]{1,128}$/;

/** The largest page of a list, and the default (docs/upstream/quantcdn.md, List tasks). */
export const MAX_LIMIT = 100;

/** NOT_FOUND for a task. */
export function taskNotFound() {
  return notFound('AI task');
}

/** The path of one task. @throws NOT_FOUND when `id` cannot be an id */
export function taskPath(id: string): string {
  if (!TASK_ID.test(id)) throw taskNotFound();
  return `/${id}`;
}

/**
 * Text as one segment of a path; `undefined` when that is not possible. URL parsers resolve `.` and `..` even when
 * they are encoded, and an empty segment or half a surrogate pair has no encoding.
 */
function pathSegment(value: string): string | undefined {
  return /^\.{0,2}$/.test(value) || !value.isWellFormed() ? undefined : encodeURIComponent(value);
}

/**
 * The path of an organisation's tasks (docs/upstream/quantcdn.md, Operations).
 * @throws CREDENTIAL_REJECTED for a name that a path cannot hold
 */
export function tasksRoot(organisation: string): string {
  const segment = pathSegment(organisation);
  if (segment === undefined) throw new GatewayError('CREDENTIAL_REJECTED');
  return `/api/v3/organizations/${segment}/ai/tasks`;
}

/** The path of the graph of one list (docs/upstream/quantcdn.md, Dependency graph). @throws BAD_USER_INPUT */
export function graphPath(taskListId: string): string {
  const segment = pathSegment(taskListId);
  if (segment === undefined)
    throw badUserInput({ path: 'taskListId', message: 'cannot be part of an address' });
  return `/${segment}/dependency-graph`;
}

/**
 * The query of a list (docs/upstream/quantcdn.md, List tasks). `includeDetails` works only together with `dependsOn`.
 */
export function listQuery(query: AiTaskQuery): Record<string, string | undefined> {
  return {
    taskListId: query.taskListId,
    status: query.rawStatus,
    assignedAgentId: query.assignedAgentId,
    dependsOn: query.dependsOn,
    includeDetails: query.dependsOn === undefined || query.idsOnly ? undefined : 'true',
    limit: String(query.limit ?? MAX_LIMIT),
  };
}

/**
 * A new task (docs/upstream/quantcdn.md, Create a task). Absent fields stay undefined, which JSON leaves out. Fields
 * are listed one by one, here and below, so that no other property of an input is sent.
 */
export function newTaskToWire(task: NewAiTask) {
  return {
    title: task.title,
    description: task.description,
    taskListId: task.taskListId,
    status: task.rawStatus,
    assignedAgentId: task.assignedAgentId,
    createdByAgentId: task.createdByAgentId,
    dependsOn: task.dependsOn,
    metadata: task.metadata,
    maxRetries: task.maxRetries,
    blockedReason: task.blockedReason,
    blockedByTaskIds: task.blockedByTaskIds,
  };
}

/** Changes of a task (docs/upstream/quantcdn.md, Update a task). Absent fields are left out, null is sent. */
export function changesToWire(changes: AiTaskChanges) {
  return {
    title: changes.title,
    description: changes.description,
    taskListId: changes.taskListId,
    status: changes.rawStatus,
    assignedAgentId: changes.assignedAgentId,
    dependsOn: changes.dependsOn,
    metadata: changes.metadata,
    progress: changes.progress,
    progressMessage: changes.progressMessage,
    result: changes.result,
    error: changes.error,
    retryCount: changes.retryCount,
    maxRetries: changes.maxRetries,
    blockedReason: changes.blockedReason,
    blockedByTaskIds: changes.blockedByTaskIds,
  };
}
