import type { JsonObject } from '../lib/json.ts';
import type { DeploymentStatus } from './deployment.ts';

/**
 * A deployment as it was read upstream, and as it is stored. A read of one deployment gives every field, null included;
 * the task list gives only the required ones.
 */
export interface ObservedDeployment {
  id: string;
  rawStatus: string;
  status: DeploymentStatus;
  isTerminal: boolean;
  taskId: string | null;
  agentId?: string | null;
  model?: string | null;
  prompt?: string | null;
  projectId?: string | null;
  versionId?: string | null;
  machine?: string | null;
  hostName?: string | null;
  mcpTools?: string[];
  runtimeError?: string | null;
  /** These three as the upstream wrote them. */
  createdAt?: string | null;
  startedAt?: string | null;
  endedAt?: string | null;
  /** What no field holds; null for nothing. */
  raw?: JsonObject | null;
  /** Lists that came without an element. */
  incompleteLists?: readonly string[];
  isComplete?: boolean;
}

/** An AI task as it was read upstream, and as it is stored: further fields are stored too. */
export interface ObservedAiTask {
  id: string;
  taskListId: string | null;
  updatedAt: string | null;
  /** Null when only a list item was read. */
  details: object | null;
  /** What has no field: a list item and a read of the task may show it differently. */
  raw?: object | null;
  incompleteFields?: readonly string[];
}

/** A message of a conversation, as it was read upstream and as it is stored: further fields are stored too. */
export interface ObservedMessage {
  /** Position in the conversation, from 0. */
  index: number;
}
