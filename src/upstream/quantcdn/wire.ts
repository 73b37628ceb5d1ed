import { badUserInput, GatewayError, notFound } from '../../errors.ts';
import type { AiTaskChanges, AiTaskQuery, NewAiTask } from './model.ts';

/** One request of the AI task API (page section 1). */
export interface WireRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Path and query, encoded: `/api/v3/organizations/acme/ai/tasks?limit=100`. */
  target: string;
  body?: Record<string, unknown>;
  /** One task is the question, so that a 404 is about it. */
  isAboutTask: boolean;
}

/** An id that can stand in a path as it is. The page says UUID; the service may yet choose another plain form. */
export const TASK_ID = /^[\w-]{1,128}$/;

/** The most a list shows, and what is asked for unless somebody wants less (page section 3.2). */
export const MAX_LIMIT = 100;

/** `NOT_FOUND` of a task, whether the upstream says so or nobody needs to ask. */
export function taskNotFound() {
  return notFound('AI task');
}

/** The path of one task; what cannot be an id does not exist. */
export function taskPath(id: string): string {
  if (!TASK_ID.test(id)) throw taskNotFound();
  return `/${id}`;
}

/**
 * Any text as one step of a path. Encoding does not help with `.` and `..`, which every URL parser takes for
 * steps up and down in either spelling, and there is no spelling of an empty step or half a character.
 */
function pathStep(value: string): string | undefined {
  return /^\.{0,2}$/.test(value) || !value.isWellFormed() ? undefined : encodeURIComponent(value);
}

/** Where the tasks of an organisation are (page section 1). A name that fits into no path opens nothing. */
export function tasksRoot(organisation: string): string {
  const step = pathStep(organisation);
  if (step === undefined) throw new GatewayError('CREDENTIAL_REJECTED');
  return `/api/v3/organizations/${step}/ai/tasks`;
}

/** The path of the graph of one list (page section 3.6). */
export function graphPath(taskListId: string): string {
  const step = pathStep(taskListId);
  if (step === undefined) throw badUserInput({ path: 'taskListId', message: 'cannot be part of an address' });
  return `/${step}/dependency-graph`;
}

/** The query of a list (page section 3.2); `includeDetails` has a meaning only beside `dependsOn`. */
export function listQuery(query: AiTaskQuery): Record<string, string | undefined> {
  return {
    taskListId: query.taskListId,
    status: query.rawStatus,
    assignedAgentId: query.assignedAgentId,
    dependsOn: query.dependsOn,
    includeDetails: query.dependsOn === undefined ? undefined : 'true',
    limit: String(query.limit ?? MAX_LIMIT),
  };
}

/**
 * A new task (page section 3.1). Absent fields stay undefined, which JSON leaves out. Fields are named one by
 * one, here and below, so that nothing else of an input travels.
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

/** Changes of a task (page section 3.4): what is absent is left out, null is sent. */
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
