import type {
  AiTaskChanges,
  AiTaskGraph,
  AiTaskPage,
  AiTaskQuery,
  DetailedAiTask,
  NewAiTask,
} from './model.ts';

/** What a client is made from: one stored credential, opened. Held in memory only while it is used. */
export interface QuantCdnCredential {
  /** Key of everything shared or limited: reads in flight, the rate budget, the breaker. */
  credentialId: string;
  organisation: string;
  apiToken: string;
}

/**
 * The six operations of the AI task API, for one credential. Errors are `GatewayError`s of contract section 5:
 * CREDENTIAL_REJECTED, UPSTREAM_* and RATE_LIMITED from any of them. Objects that come back may be shared with
 * others who asked the same, so nobody changes them. Of a failed create, `isAmbiguous` (failure.ts) tells whether
 * it may have happened.
 */
export interface QuantCdnClient {
  /** The small item of each task, or the whole task where the upstream gives it (`details`). */
  listTasks(query: AiTaskQuery): Promise<AiTaskPage>;
  /** @throws NOT_FOUND */
  readTask(id: string): Promise<DetailedAiTask>;
  /** The upstream answers a receipt, not the task. */
  createTask(task: NewAiTask): Promise<{ id: string }>;
  /** Only what is given changes. Safe to repeat: it asks for values, not for a step. @throws NOT_FOUND */
  updateTask(id: string, changes: AiTaskChanges): Promise<void>;
  /**
   * Deletes a task, and with `cascade` everything that depends on it; tells what was deleted. Already gone on a
   * repeated attempt counts as done; then only the task itself is known to be deleted.
   * @throws NOT_FOUND, or CONFLICT with `dependentTaskIds` in its details
   */
  deleteTask(id: string, cascade: boolean): Promise<string[]>;
  /**
   * Empty for a list nobody uses. Where the answer shows only part of a task, that part is null or empty.
   * @throws BAD_USER_INPUT for a name that no address can hold: empty, `.` or `..`
   */
  readGraph(taskListId: string): Promise<AiTaskGraph>;
}
