import type { AiTaskStatus } from '../../domain/ai-task-status.ts';
import type { JsonObject } from '../../lib/json.ts';

/** Times are ISO 8601 in UTC. A value that is missing or cannot be read is null. */

/** The fields of an AI task that a list shows (docs/upstream/quantcdn.md, List items). */
export interface AiTaskItem {
  id: string;
  organisation: string;
  taskListId: string | null;
  title: string;
  description: string | null;
  status: AiTaskStatus;
  /** As the upstream wrote it. */
  rawStatus: string;
  assignedAgentId: string | null;
  /** 0 to 1. */
  progress: number | null;
  blockedReason: string | null;
  blockedByTaskIds: string[] | null;
  createdAt: string | null;
  updatedAt: string | null;
}

/** The fields that only a read of the task shows (docs/upstream/quantcdn.md, Task fields). */
export interface AiTaskDetails {
  createdByAgentId: string | null;
  dependsOn: string[];
  metadata: Record<string, unknown> | null;
  progressMessage: string | null;
  result: Record<string, unknown> | null;
  error: string | null;
  retryCount: number | null;
  maxRetries: number | null;
  startedAt: string | null;
  completedAt: string | null;
  /** When the upstream removes a completed task. */
  expiresAt: string | null;
  blockedAt: string | null;
}

/** How far the fields show what the upstream said. */
export interface AiTaskRest {
  /** What the upstream said of the task that has no field here; null when there is nothing. */
  raw: JsonObject | null;
  /** Names of fields that could not be read whole. */
  incompleteFields: readonly string[];
}

/** An AI task, from a list or read by itself. */
export interface AiTask extends AiTaskItem, AiTaskRest {
  /** Null when the task came as a list item. */
  details: AiTaskDetails | null;
}

/** An AI task with all its fields. */
export interface DetailedAiTask extends AiTaskItem, AiTaskRest {
  details: AiTaskDetails;
}

/** A task to be changed, and its metadata to be written back. */
export interface AiTaskToChange {
  task: DetailedAiTask;
  /**
   * The metadata with every number in the digits it came with (../../lib/json/exact.ts), empty when there is none; null
   * when it cannot be read whole, so that it cannot be written back.
   */
  metadata: JsonObject | null;
}

/** Filters of a list, which combine (docs/upstream/quantcdn.md, List tasks). */
export interface AiTaskQuery {
  taskListId?: string;
  /** One raw status. */
  rawStatus?: string;
  assignedAgentId?: string;
  /** Only tasks that depend on this one. */
  dependsOn?: string;
  /** With `dependsOn`: only ids are wanted, so the answer need not hold the tasks. @default false */
  idsOnly?: boolean;
  /** 1 to 100; 100 when absent. */
  limit?: number;
}

/** One page of a list, newest first. */
export interface AiTaskPage {
  tasks: AiTask[];
  /** True when the page is full: there may be more tasks, and the upstream has no next page. */
  isFull: boolean;
  /** False when a task of the page could not be read. */
  isComplete: boolean;
}

/** A new task (docs/upstream/quantcdn.md, Create a task). An absent field gets the upstream's default. */
export interface NewAiTask {
  title: string;
  description?: string | undefined;
  taskListId?: string | undefined;
  rawStatus?: string | undefined;
  assignedAgentId?: string | undefined;
  createdByAgentId?: string | undefined;
  dependsOn?: string[] | undefined;
  metadata?: Record<string, unknown> | undefined;
  maxRetries?: number | undefined;
  blockedReason?: string | undefined;
  blockedByTaskIds?: string[] | undefined;
}

/** Changes of a task (docs/upstream/quantcdn.md, Update a task). An absent field keeps its value, null clears it. */
export interface AiTaskChanges {
  title?: string | undefined;
  description?: string | undefined;
  taskListId?: string | null | undefined;
  rawStatus?: string | undefined;
  assignedAgentId?: string | null | undefined;
  dependsOn?: string[] | undefined;
  /** Replaces the whole object. */
  metadata?: Record<string, unknown> | undefined;
  progress?: number | undefined;
  progressMessage?: string | undefined;
  result?: Record<string, unknown> | undefined;
  error?: string | null | undefined;
  retryCount?: number | undefined;
  maxRetries?: number | undefined;
  blockedReason?: string | null | undefined;
  blockedByTaskIds?: string[] | null | undefined;
}

/** A task in the graph of its list (docs/upstream/quantcdn.md, Dependency graph). */
export interface AiTaskGraphNode {
  id: string;
  title: string;
  status: AiTaskStatus;
  rawStatus: string;
  dependsOn: string[];
  dependents: string[];
}

/** The dependency graph of one list. */
export interface AiTaskGraph {
  taskListId: string;
  taskCount: number;
  roots: string[];
  leaves: string[];
  nodes: AiTaskGraphNode[];
  /** False when a node could not be read. */
  isComplete: boolean;
  /** What the upstream said that has no field here, of a node under `graph` and its id; null when there is nothing. */
  raw: JsonObject | null;
}
