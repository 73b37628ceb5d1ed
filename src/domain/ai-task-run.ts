/**
 * How far the run of an AI task has come. `STARTING`: the AI task is being claimed. `DEPLOYING`: it is claimed, and the
 * QuantConnect task is being deployed. `RUNNING`: the deployment is under way. `FINISHING`: the deployment has ended,
 * and its result is being written to the AI task. `COMPLETED` and `FAILED` are final.
 */
export type AiTaskRunState = 'STARTING' | 'DEPLOYING' | 'RUNNING' | 'FINISHING' | 'COMPLETED' | 'FAILED';

/** How far a list run has come. While it is `STOPPING`, no further run is started and those under way come to an end. */
export type AiListRunState = 'RUNNING' | 'STOPPING' | 'STOPPED' | 'COMPLETED' | 'FAILED';

/**
 * A create whose outcome is still unknown after so long counts as decided: the run that sent it ends, and runs that wait for
 * their turn go on. The gateway goes on looking for the deployment.
 */
export const UNKNOWN_OUTCOME_LIMIT_MS = 15 * 60_000;

/** What an event of a list is about: a task as it is now, a task that has left the list, or a list run. */
export type ListEventKind = 'TASK' | 'TASK_GONE' | 'LIST_RUN';
