import type { ColumnType, Generated, Insertable, Selectable } from 'kysely';
import type { AiListRunState, AiTaskRunState, ListEventKind } from '../../domain/ai-task-run.ts';
import type { AiTaskStatus } from '../../domain/ai-task-status.ts';
import type { Guard, GuardLimit } from '../../domain/deployment-guard.ts';
import type { ObservedAiTask } from '../../domain/observed.ts';
import type { JsonText } from '../../lib/json.ts';
import type { Fixed, Flag, TraceParent } from './columns.ts';

/** An AI task in a watched list, as the gateway last observed it. */
export interface AiTaskTable {
  ownerId: Fixed<string>;
  organisation: Fixed<string>;
  id: Fixed<string>;
  taskListId: string;
  /** What was last observed. */
  state: JsonText<ObservedAiTask>;
  /** When the read that observed `state` began: a time for people. `revision` orders observations. */
  observedAt: number;
  /** Grows with each observation that is stored of the owner's AI tasks: see `ReadStart`. */
  revision: Generated<number>;
  /** 1 once it has left the list: deleted, moved or expired. */
  isGone: Flag;
}

/** An AI task that a read has shown, in a list. It is an index for the summary of lists; only the upstream is the truth. */
export interface SeenAiTaskTable {
  ownerId: Fixed<string>;
  organisation: Fixed<string>;
  id: Fixed<string>;
  taskListId: string;
  status: AiTaskStatus;
  seenAt: number;
}

/** The link of an AI task as last observed. It is an index; the metadata of the AI task is the truth. */
export interface AiLinkTable {
  ownerId: Fixed<string>;
  organisation: Fixed<string>;
  aiTaskId: Fixed<string>;
  taskId: string;
}

/** Events of AI task lists. They share the sequence of `events`, so that one cursor serves both. */
export interface ListEventTable {
  ownerId: Fixed<string>;
  seq: Fixed<number>;
  kind: Fixed<ListEventKind>;
  organisation: Fixed<string>;
  taskListId: Fixed<string>;
  /** Id of the task or of the list run. */
  subjectId: Fixed<string>;
  /** The task, or the view of the list run, at that time. `kind` says which. */
  body: Fixed<JsonText<object>>;
  occurredAt: Fixed<number>;
  traceParent: TraceParent;
}

/** The run of an AI task as a deployment. The row is written before the first request to an upstream. */
export interface AiTaskRunTable {
  ownerId: Fixed<string>;
  id: Fixed<string>;
  /** Of QuantCDN, for the AI task; null once it was deleted. */
  credentialId: string | null;
  /** Of QuantConnect, for the deployment. */
  agentCredentialId: Fixed<string>;
  organisation: Fixed<string>;
  aiTaskId: Fixed<string>;
  taskListId: Fixed<string | null>;
  /** The list run that started it. */
  listRunId: Fixed<string | null>;
  /** The QuantConnect task; null until the AI task has been read. */
  taskId: string | null;
  state: AiTaskRunState;
  deploymentId: string | null;
  /** The limits of its deployment. */
  guard: Fixed<JsonText<Guard> | null>;
  /** The progress message last written to the AI task. */
  progressMessage: string | null;
  /** Why it failed, or what it waits for. */
  reason: string | null;
  /** The service account that began it for its owner; null when the owner did. When it is gone, nothing more is begun. */
  startedBy: ColumnType<string | null, string | null | undefined, never>;
  createdAt: Fixed<number>;
  endedAt: number | null;
}

/** The run of a list of AI tasks in the order of their dependencies. */
export interface AiListRunTable {
  ownerId: Fixed<string>;
  id: Fixed<string>;
  credentialId: string | null;
  agentCredentialId: Fixed<string>;
  organisation: Fixed<string>;
  taskListId: Fixed<string>;
  maxParallel: Fixed<number>;
  /** The limits of each of its deployments, and of all of them together. */
  guard: Fixed<JsonText<Guard> | null>;
  /** The limits of all together that the log has warned of. */
  guardWarned: JsonText<GuardLimit[]> | null;
  /** Why the guard tripped over all together, once it has. */
  guardTripped: string | null;
  state: AiListRunState;
  /** 1 once the owner wants its deployments stopped, also those that are only being created. */
  stopsDeployments: ColumnType<Flag, Flag | undefined, Flag>;
  /** Why it has not completed. */
  reason: string | null;
  /** The service account that began it for its owner; null when the owner did. When it is gone, nothing more is begun. */
  startedBy: ColumnType<string | null, string | null | undefined, never>;
  createdAt: Fixed<number>;
  endedAt: number | null;
}

export type AiTaskRow = Selectable<AiTaskTable>;
export type SeenAiTaskRow = Selectable<SeenAiTaskTable>;
export type AiLinkRow = Selectable<AiLinkTable>;
export type ListEventRow = Selectable<ListEventTable>;
export type NewListEventRow = Insertable<ListEventTable>;
export type AiTaskRunRow = Selectable<AiTaskRunTable>;
export type AiListRunRow = Selectable<AiListRunTable>;
