import type { AiTaskStatus } from '../../domain/ai-task-status.ts';

/** Times are ISO 8601 in UTC. What the upstream left out or wrote oddly is null, and never a failure. */

/** What a list shows of an AI task (upstream page, section 3.2). */
export interface AiTaskItem {
  id: string;
  organisation: string;
  taskListId: string | null;
  title: string;
  description: string | null;
  status: AiTaskStatus;
  /** The upstream's own word. */
  rawStatus: string;
  assignedAgentId: string | null;
  /** 0 to 1. */
  progress: number | null;
  blockedReason: string | null;
  blockedByTaskIds: string[] | null;
  createdAt: string | null;
  updatedAt: string | null;
}

/** What only reading the task itself shows (section 2). */
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
  /** When a completed task goes away. */
  expiresAt: string | null;
  blockedAt: string | null;
}

/** An AI task as one answer showed it. */
export interface AiTask extends AiTaskItem {
  /** Null where only a list item was seen. */
  details: AiTaskDetails | null;
}

/** An AI task that was read itself. */
export interface DetailedAiTask extends AiTaskItem {
  details: AiTaskDetails;
}

/** Filters of a list; they combine (section 3.2). */
export interface AiTaskQuery {
  taskListId?: string;
  /** The upstream's own word, one only. */
  rawStatus?: string;
  assignedAgentId?: string;
  /** Reverse look-up: tasks that wait for this one. */
  dependsOn?: string;
  /** 1 to 100; 100 when absent. */
  limit?: number;
}

/** One answer of a list, newest first. */
export interface AiTaskPage {
  tasks: AiTask[];
  /** True when it holds as many as were allowed: there may be more, which no page would bring. */
  isFull: boolean;
}

/** A new task (section 3.1); an absent field takes the upstream's default. */
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

/** What of a task may change (section 3.4): an absent field stays, null clears. */
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

/** A task as the graph of its list shows it (section 3.6). */
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
}
