import type { ReadStart } from '../../domain/read-start.ts';
import type {
  AiTaskChanges,
  AiTaskGraph,
  AiTaskPage,
  AiTaskQuery,
  AiTaskToChange,
  DetailedAiTask,
  NewAiTask,
} from './model.ts';

/** One stored credential, opened. It is held in memory only while it is used. */
export interface QuantCdnCredential {
  /** The user that it belongs to. */
  ownerId: string;
  /** Key of the reads that are shared. */
  credentialId: string;
  organisation: string;
  apiToken: string;
}

/**
 * The six operations of the AI task API, for one credential. Errors are `GatewayError`s: every operation may throw
 * CREDENTIAL_REJECTED, UPSTREAM_* and RATE_LIMITED (docs/guide/errors.md, Codes). Results may be shared with other
 * callers, so they must not be changed; a read whose observation is stored is given its `ReadStart`. When a create fails, `isAmbiguous` (failure.ts) tells whether it may have
 * happened.
 */
export interface QuantCdnClient {
  /** One page. Tasks have `details` only where the upstream lists them, and nothing but ids when only those are wanted. */
  listTasks(query: AiTaskQuery, start?: ReadStart): Promise<AiTaskPage>;
  /** @throws NOT_FOUND */
  readTask(id: string, start?: ReadStart): Promise<DetailedAiTask>;
  /** As `readTask`, with the metadata as it can be written back. One call. @throws NOT_FOUND */
  readTaskToChange(id: string, start?: ReadStart): Promise<AiTaskToChange>;
  /** Returns the id only, because the upstream does not answer with the task. */
  createTask(task: NewAiTask): Promise<{ id: string }>;
  /** Changes the given fields only. Safe to repeat, because it sets values. @throws NOT_FOUND */
  updateTask(id: string, changes: AiTaskChanges): Promise<void>;
  /**
   * Deletes a task, and with `cascade` all tasks that depend on it. Returns the ids of the deleted tasks. If the
   * task is gone at a repeated attempt, that counts as done, and only its own id is returned.
   * @throws NOT_FOUND, or CONFLICT with `dependentTaskIds` in its details
   */
  deleteTask(id: string, cascade: boolean): Promise<string[]>;
  /**
   * Empty for a list without tasks. Missing values of a node are null or empty.
   * @throws BAD_USER_INPUT for an id that a URL path cannot hold: empty, `.` or `..`
   */
  readGraph(taskListId: string): Promise<AiTaskGraph>;
}
