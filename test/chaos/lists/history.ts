import type { Reader } from '../history.ts';

/** One run of a list of AI tasks, as a client asked for it. */
export interface ListUse {
  owner: string;
  taskListId: string;
  /** The AI tasks and the tasks that they deploy, by position. */
  members: { aiTaskId: string; taskId: string; fails: boolean }[];
  /** The answer to the request; undefined if there was none. */
  runId: string | undefined;
  /** What the client asked for while the list ran. */
  stop: 'none' | 'stop' | 'stopDeployments';
  /** The client has seen that the run has ended. */
  hasEnded: boolean;
  /** From the first request to the last answer; ms since the epoch. */
  fromMs: number;
  toMs: number;
}

/** A subscriber of one list, with the numbers of the events that it was sent. */
export interface ListReader extends Pick<Reader, 'name' | 'owner' | 'seen' | 'isComplete'> {
  taskListId: string;
  /** The kinds of events that it gets. */
  kinds: readonly string[];
}

/** An event of a list as the log has it. */
export interface LoggedListEvent {
  owner: string;
  seq: number;
  kind: string;
  taskListId: string;
  /** The id and the status of the list run, and of the run that has changed, if any. */
  run: { id: string; status: string; changed: { id: string; status: string } | null } | null;
}

/** A run of an AI task as the database has it. */
export interface StoredTaskRun {
  id: string;
  listRunId: string;
  aiTaskId: string;
  taskId: string | null;
  state: string;
  deploymentId: string | null;
  reason: string | null;
}

/** A run of a list as the database has it. */
export interface StoredListRun {
  id: string;
  owner: string;
  taskListId: string;
  state: string;
}

/** What is known of lists after a run. */
export interface ListHistory {
  uses: ListUse[];
  readers: ListReader[];
  events: LoggedListEvent[];
  listRuns: StoredListRun[];
  taskRuns: StoredTaskRun[];
  /** The status of each AI task upstream. */
  aiTasks: Map<string, string>;
  /** How often an end was written to each AI task upstream. */
  ends: Map<string, number>;
  /** The status of each deployment upstream, as the gateway names it. */
  deployments: Map<string, string>;
}
