// Written by `npm run codegen` from schema.graphql; do not edit.
/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '../typed-document.ts';
/** The status of a deployment in the gateway's words. `rawStatus` has the upstream's word. */
export type DeploymentStatus =
  /** It waits for a node. */
  | 'QUEUED'
  /** It runs, or is being stopped. */
  | 'RUNNING'
  /** It ended without an error. */
  | 'COMPLETED'
  /** It was stopped. */
  | 'STOPPED'
  /** It ended with an error. */
  | 'FAILED'
  /** A word that the gateway does not know. The deployment counts as unfinished until it has an end time. */
  | 'UNKNOWN';

/** Why a deployment has ended. */
export type DeploymentEndReason =
  /** It completed. */
  | 'COMPLETED'
  /** It failed; see `runtimeError`. */
  | 'FAILED'
  /** `stopDeployment` of this gateway stopped it. */
  | 'STOPPED_BY_USER'
  /** The guard's `maxTokens`. */
  | 'GUARD_MAX_TOKENS'
  /** The guard's `maxTurns`. */
  | 'GUARD_MAX_TURNS'
  /** The guard's `maxDurationSeconds`. */
  | 'GUARD_MAX_DURATION_SECONDS'
  /** The guard's `stopOnRuntimeError`. */
  | 'GUARD_STOP_ON_RUNTIME_ERROR'
  /** The guard's `stopOnWarning`. */
  | 'GUARD_STOP_ON_WARNING'
  /** A process of the gateway that was suspended made it, and another one had made it meanwhile. */
  | 'GUARD_MADE_TWICE'
  /** A budget of the owner was used up. */
  | 'BUDGET'
  /** It was stopped, and not by this gateway, or it has ended with a status that the gateway does not know. */
  | 'UNKNOWN';

/** The types of deployment events. */
export type DeploymentEventType =
  /** The gateway created the deployment, or found it upstream. */
  | 'CREATED'
  /** Its status changed. */
  | 'STATUS_CHANGED'
  /** A prompt was sent to it. */
  | 'PROMPTED'
  /** The share `warnAt` of a limit of its guard is used. Emitted once for each limit; `reason` says which. */
  | 'GUARD_WARNED'
  /** A guard tripped, and the gateway stops the deployment. */
  | 'GUARD_TRIPPED'
  /** The share `warnAt` of a budget is used; `reason` says which. Emitted once in each period, on the deployment that used it. */
  | 'BUDGET_WARNED'
  /** A budget is used up; `reason` says which. Emitted once in each period, on the deployment that used it up. */
  | 'BUDGET_REACHED'
  /** It no longer exists upstream. */
  | 'DELETED'
  /** Polls fail; `reason` is the error code. The gateway goes on polling, at longer intervals. */
  | 'WATCH_DEGRADED'
  /** Polls succeed again. */
  | 'WATCH_RECOVERED';

/** Limits after which the gateway stops a deployment. */
export type DeploymentGuardInput = {
  /** The maximum of input and output tokens together. */
  maxTokens?: number | null | undefined;
  /** The maximum number of seconds since the start, time in the queue included. */
  maxDurationSeconds?: number | null | undefined;
  /** The maximum of turns. A turn is one `step-start` part; where a conversation has none, one message of the assistant. */
  maxTurns?: number | null | undefined;
  /** Stops the deployment when a tool reports a runtime error. */
  stopOnRuntimeError?: boolean | null | undefined;
  /** Stops the deployment when a tool gives a warning. */
  stopOnWarning?: boolean | null | undefined;
  /** The share of a limit at which `GUARD_WARNED` is emitted, above 0 and at most 1. */
  warnAt?: number | null | undefined;
};

/** The statuses of an AI task. */
export type AiTaskStatus =
  /** It has not started. */
  | 'PENDING'
  /** An agent works on it. */
  | 'IN_PROGRESS'
  /** It is completed. */
  | 'COMPLETED'
  /** It has failed. */
  | 'FAILED'
  /** It was cancelled. */
  | 'CANCELLED'
  /** A client has marked it as blocked. */
  | 'BLOCKED'
  /** A word that the gateway does not know; see `rawStatus`. Not for input. */
  | 'UNKNOWN';

/** The statuses of the run of an AI task. */
export type AiTaskRunStatus =
  /** The AI task is being claimed and the task deployed; `reason` says what it waits for. */
  | 'STARTING'
  /** The deployment is running. */
  | 'RUNNING'
  /** The AI task is completed and has a result. */
  | 'COMPLETED'
  /** The run failed; `reason` says why. */
  | 'FAILED';

/** The statuses of the run of a list. */
export type AiTaskListRunStatus =
  /** Tasks are started when they are ready. */
  | 'RUNNING'
  /** No more tasks are started; running tasks finish. */
  | 'STOPPING'
  /** It was stopped. */
  | 'STOPPED'
  /** All tasks of the list are done, and no task or run has failed. */
  | 'COMPLETED'
  /** No more tasks can be started, and some tasks or their runs are not completed; `reason` says why. */
  | 'FAILED';

/** What becomes of a prompt while the agent works. A deployment that is queued, or whose status is unknown, counts as working. */
export type OnBusy =
  /** It is handed to the upstream as it is, which takes follow-ups to a running deployment. */
  | 'SEND'
  /** It is refused with `CONFLICT`. Of two at once, one is sent. */
  | 'REJECT'
  /** It is stored, and sent once when the run has ended, in the order of the prompts. Stopping the deployment cancels it. */
  | 'ENQUEUE'
  /** The run is stopped; the prompt is sent when it has ended. */
  | 'INTERRUPT';

export type MessageFieldsFragment = { index: number, id: string | null, role: string, time: string | null, agentId: string | null, metadata: unknown, parts: Array<
    | { __typename: 'TextPart', text: string, state: string | null, type: string, raw: unknown }
    | { __typename: 'ReasoningPart', text: string, state: string | null, type: string, raw: unknown }
    | { __typename: 'ToolPart', toolName: string, toolCallId: string | null, state: string | null, title: string | null, input: unknown, output: unknown, errorText: string | null, messages: Array<unknown>, type: string, raw: unknown }
    | { __typename: 'OtherPart', type: string, raw: unknown }
  > };

export type FollowConversationSubscriptionVariables = Exact<{
  deploymentId: string;
  callableId?: string | null | undefined;
  after?: number | null | undefined;
  untilTerminal?: boolean | null | undefined;
  credentialId?: string | null | undefined;
}>;


export type FollowConversationSubscription = { conversationMessages: { index: number, id: string | null, role: string, time: string | null, agentId: string | null, metadata: unknown, parts: Array<
      | { __typename: 'TextPart', text: string, state: string | null, type: string, raw: unknown }
      | { __typename: 'ReasoningPart', text: string, state: string | null, type: string, raw: unknown }
      | { __typename: 'ToolPart', toolName: string, toolCallId: string | null, state: string | null, title: string | null, input: unknown, output: unknown, errorText: string | null, messages: Array<unknown>, type: string, raw: unknown }
      | { __typename: 'OtherPart', type: string, raw: unknown }
    > } };

export type FollowUsageSubscriptionVariables = Exact<{
  deploymentId: string;
  credentialId?: string | null | undefined;
}>;


export type FollowUsageSubscription = { conversationUsage: { inputTokens: number, outputTokens: number, turns: number } };

export type ConversationFactsFragment = { inputTokens: number, outputTokens: number, turns: number, agents: Array<{ id: string | null, name: string | null, callableId: string | null }>, files: Array<{ path: string }>, failures: Array<{ messageIndex: number, toolName: string, errors: Array<string>, warnings: Array<string> }> };

export type ConversationFactsQueryVariables = Exact<{
  id: string;
}>;


export type ConversationFactsQuery = { deployment: { machine: string | null, hostName: string | null, mcpTools: Array<string>, raw: unknown, conversation: { inputTokens: number, outputTokens: number, turns: number, agents: Array<{ id: string | null, name: string | null, callableId: string | null }>, files: Array<{ path: string }>, failures: Array<{ messageIndex: number, toolName: string, errors: Array<string>, warnings: Array<string> }> } } | null };

export type FilesBetweenFragment = { before: Array<{ path: string, content: string }>, after: Array<{ path: string, content: string }> };

export type ConversationFilesQueryVariables = Exact<{
  id: string;
  before: number;
  at: number;
}>;


export type ConversationFilesQuery = { deployment: { conversation: { before: Array<{ path: string, content: string }>, after: Array<{ path: string, content: string }> } } | null };

export type TranscriptFilesQueryVariables = Exact<{
  id: string;
  before: number;
  at: number;
}>;


export type TranscriptFilesQuery = { transcript: { conversation: { before: Array<{ path: string, content: string }>, after: Array<{ path: string, content: string }> } } | null };

export type TranscriptQueryVariables = Exact<{
  id: string;
}>;


export type TranscriptQuery = { transcript: { readAt: string, conversation: { inputTokens: number, outputTokens: number, turns: number, messages: Array<{ index: number, id: string | null, role: string, time: string | null, agentId: string | null, metadata: unknown, parts: Array<
          | { __typename: 'TextPart', text: string, state: string | null, type: string, raw: unknown }
          | { __typename: 'ReasoningPart', text: string, state: string | null, type: string, raw: unknown }
          | { __typename: 'ToolPart', toolName: string, toolCallId: string | null, state: string | null, title: string | null, input: unknown, output: unknown, errorText: string | null, messages: Array<unknown>, type: string, raw: unknown }
          | { __typename: 'OtherPart', type: string, raw: unknown }
        > }>, agents: Array<{ id: string | null, name: string | null, callableId: string | null }>, files: Array<{ path: string }>, failures: Array<{ messageIndex: number, toolName: string, errors: Array<string>, warnings: Array<string> }> }, threads: Array<{ callableId: string, conversation: { messages: Array<{ index: number, id: string | null, role: string, time: string | null, agentId: string | null, metadata: unknown, parts: Array<
            | { __typename: 'TextPart', text: string, state: string | null, type: string, raw: unknown }
            | { __typename: 'ReasoningPart', text: string, state: string | null, type: string, raw: unknown }
            | { __typename: 'ToolPart', toolName: string, toolCallId: string | null, state: string | null, title: string | null, input: unknown, output: unknown, errorText: string | null, messages: Array<unknown>, type: string, raw: unknown }
            | { __typename: 'OtherPart', type: string, raw: unknown }
          > }> } }> } | null };

export type DeploymentFieldsFragment = { id: string, taskId: string | null, agentId: string | null, status: DeploymentStatus, rawStatus: string, isTerminal: boolean, isStale: boolean, endReason: DeploymentEndReason | null, runtimeError: string | null, model: string | null, prompt: string | null, projectId: string | null, createdAt: string | null, startedAt: string | null, endedAt: string | null, observedAt: string, guard: { maxTokens: number | null, maxTurns: number | null, maxDurationSeconds: number | null, stopOnRuntimeError: boolean, stopOnWarning: boolean, warnAt: number, runStartedAt: string } | null };

export type DeploymentEventFieldsFragment = { id: string, type: DeploymentEventType, deploymentId: string, taskId: string | null, status: DeploymentStatus, previousStatus: DeploymentStatus | null, rawStatus: string, occurredAt: string, reason: string | null, deployment: { id: string, taskId: string | null, agentId: string | null, status: DeploymentStatus, rawStatus: string, isTerminal: boolean, isStale: boolean, endReason: DeploymentEndReason | null, runtimeError: string | null, model: string | null, prompt: string | null, projectId: string | null, createdAt: string | null, startedAt: string | null, endedAt: string | null, observedAt: string, guard: { maxTokens: number | null, maxTurns: number | null, maxDurationSeconds: number | null, stopOnRuntimeError: boolean, stopOnWarning: boolean, warnAt: number, runStartedAt: string } | null } | null };

export type DeploymentQueryVariables = Exact<{
  id: string;
  credentialId?: string | null | undefined;
}>;


export type DeploymentQuery = { deployment: { id: string, taskId: string | null, agentId: string | null, status: DeploymentStatus, rawStatus: string, isTerminal: boolean, isStale: boolean, endReason: DeploymentEndReason | null, runtimeError: string | null, model: string | null, prompt: string | null, projectId: string | null, createdAt: string | null, startedAt: string | null, endedAt: string | null, observedAt: string, guard: { maxTokens: number | null, maxTurns: number | null, maxDurationSeconds: number | null, stopOnRuntimeError: boolean, stopOnWarning: boolean, warnAt: number, runStartedAt: string } | null } | null };

export type MyDeploymentsQueryVariables = Exact<{
  status?: DeploymentStatus | null | undefined;
  taskId?: string | null | undefined;
  after?: string | null | undefined;
  first?: number | null | undefined;
}>;


export type MyDeploymentsQuery = { myDeployments: { nodes: Array<{ id: string, taskId: string | null, agentId: string | null, status: DeploymentStatus, rawStatus: string, isTerminal: boolean, isStale: boolean, endReason: DeploymentEndReason | null, runtimeError: string | null, model: string | null, prompt: string | null, projectId: string | null, createdAt: string | null, startedAt: string | null, endedAt: string | null, observedAt: string, guard: { maxTokens: number | null, maxTurns: number | null, maxDurationSeconds: number | null, stopOnRuntimeError: boolean, stopOnWarning: boolean, warnAt: number, runStartedAt: string } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type DeployTaskMutationVariables = Exact<{
  taskId: string;
  guard?: DeploymentGuardInput | null | undefined;
  credentialId?: string | null | undefined;
  idempotencyKey?: string | null | undefined;
}>;


export type DeployTaskMutation = { deployTask: { id: string, taskId: string | null, agentId: string | null, status: DeploymentStatus, rawStatus: string, isTerminal: boolean, isStale: boolean, endReason: DeploymentEndReason | null, runtimeError: string | null, model: string | null, prompt: string | null, projectId: string | null, createdAt: string | null, startedAt: string | null, endedAt: string | null, observedAt: string, guard: { maxTokens: number | null, maxTurns: number | null, maxDurationSeconds: number | null, stopOnRuntimeError: boolean, stopOnWarning: boolean, warnAt: number, runStartedAt: string } | null } };

export type PromptDeploymentMutationVariables = Exact<{
  id: string;
  prompt: string;
  onBusy?: OnBusy | null | undefined;
  credentialId?: string | null | undefined;
  idempotencyKey?: string | null | undefined;
}>;


export type PromptDeploymentMutation = { promptDeployment: { id: string, taskId: string | null, agentId: string | null, status: DeploymentStatus, rawStatus: string, isTerminal: boolean, isStale: boolean, endReason: DeploymentEndReason | null, runtimeError: string | null, model: string | null, prompt: string | null, projectId: string | null, createdAt: string | null, startedAt: string | null, endedAt: string | null, observedAt: string, guard: { maxTokens: number | null, maxTurns: number | null, maxDurationSeconds: number | null, stopOnRuntimeError: boolean, stopOnWarning: boolean, warnAt: number, runStartedAt: string } | null } };

export type StopDeploymentMutationVariables = Exact<{
  id: string;
  credentialId?: string | null | undefined;
}>;


export type StopDeploymentMutation = { stopDeployment: { id: string, taskId: string | null, agentId: string | null, status: DeploymentStatus, rawStatus: string, isTerminal: boolean, isStale: boolean, endReason: DeploymentEndReason | null, runtimeError: string | null, model: string | null, prompt: string | null, projectId: string | null, createdAt: string | null, startedAt: string | null, endedAt: string | null, observedAt: string, guard: { maxTokens: number | null, maxTurns: number | null, maxDurationSeconds: number | null, stopOnRuntimeError: boolean, stopOnWarning: boolean, warnAt: number, runStartedAt: string } | null } };

export type DeleteDeploymentMutationVariables = Exact<{
  id: string;
  keepTranscript?: boolean | null | undefined;
  credentialId?: string | null | undefined;
}>;


export type DeleteDeploymentMutation = { deleteDeployment: string };

export type CreateWatchTokenMutationVariables = Exact<{
  deploymentId: string;
  ttlSeconds?: number | null | undefined;
}>;


export type CreateWatchTokenMutation = { createWatchToken: { token: string, expiresAt: string } };

export type FollowDeploymentsSubscriptionVariables = Exact<{
  deploymentId?: string | null | undefined;
  taskId?: string | null | undefined;
  after?: string | null | undefined;
  untilTerminal?: boolean | null | undefined;
  credentialId?: string | null | undefined;
}>;


export type FollowDeploymentsSubscription = { deploymentEvents: { id: string, type: DeploymentEventType, deploymentId: string, taskId: string | null, status: DeploymentStatus, previousStatus: DeploymentStatus | null, rawStatus: string, occurredAt: string, reason: string | null, deployment: { id: string, taskId: string | null, agentId: string | null, status: DeploymentStatus, rawStatus: string, isTerminal: boolean, isStale: boolean, endReason: DeploymentEndReason | null, runtimeError: string | null, model: string | null, prompt: string | null, projectId: string | null, createdAt: string | null, startedAt: string | null, endedAt: string | null, observedAt: string, guard: { maxTokens: number | null, maxTurns: number | null, maxDurationSeconds: number | null, stopOnRuntimeError: boolean, stopOnWarning: boolean, warnAt: number, runStartedAt: string } | null } | null } };

export type AiTaskFieldsFragment = { id: string, taskListId: string | null, title: string, description: string | null, status: AiTaskStatus, rawStatus: string, assignedAgentId: string | null, dependsOn: Array<string>, isGone: boolean, progress: number | null, progressMessage: string | null, result: unknown, error: string | null, blockedReason: string | null, blockedByTaskIds: Array<string> | null, createdAt: string | null, updatedAt: string | null, startedAt: string | null, completedAt: string | null, cursor: string | null };

export type AiTaskRunFieldsFragment = { id: string, aiTaskId: string, taskId: string | null, status: AiTaskRunStatus, deploymentId: string | null, reason: string | null, createdAt: string, endedAt: string | null };

export type AiTaskListRunFieldsFragment = { id: string, taskListId: string, status: AiTaskListRunStatus, maxParallel: number, reason: string | null, createdAt: string, endedAt: string | null, cursor: string | null, counts: { starting: number, running: number, completed: number, failed: number }, changed: { id: string, aiTaskId: string, taskId: string | null, status: AiTaskRunStatus, deploymentId: string | null, reason: string | null, createdAt: string, endedAt: string | null } | null };

export type RunAiTaskListMutationVariables = Exact<{
  taskListId: string;
  maxParallel?: number | null | undefined;
  guard?: DeploymentGuardInput | null | undefined;
  credentialId?: string | null | undefined;
  agentCredentialId?: string | null | undefined;
  idempotencyKey?: string | null | undefined;
}>;


export type RunAiTaskListMutation = { runAiTaskList: { id: string, taskListId: string, status: AiTaskListRunStatus, maxParallel: number, reason: string | null, createdAt: string, endedAt: string | null, cursor: string | null, runs: Array<{ id: string, aiTaskId: string, taskId: string | null, status: AiTaskRunStatus, deploymentId: string | null, reason: string | null, createdAt: string, endedAt: string | null }>, counts: { starting: number, running: number, completed: number, failed: number }, changed: { id: string, aiTaskId: string, taskId: string | null, status: AiTaskRunStatus, deploymentId: string | null, reason: string | null, createdAt: string, endedAt: string | null } | null } };

export type StopAiTaskListMutationVariables = Exact<{
  taskListId: string;
  stopDeployments?: boolean | null | undefined;
  credentialId?: string | null | undefined;
}>;


export type StopAiTaskListMutation = { stopAiTaskList: { id: string, taskListId: string, status: AiTaskListRunStatus, maxParallel: number, reason: string | null, createdAt: string, endedAt: string | null, cursor: string | null, counts: { starting: number, running: number, completed: number, failed: number }, changed: { id: string, aiTaskId: string, taskId: string | null, status: AiTaskRunStatus, deploymentId: string | null, reason: string | null, createdAt: string, endedAt: string | null } | null } };

export type FollowListSubscriptionVariables = Exact<{
  taskListId: string;
  after?: string | null | undefined;
  credentialId?: string | null | undefined;
}>;


export type FollowListSubscription = { aiTaskChanged: { id: string, taskListId: string | null, title: string, description: string | null, status: AiTaskStatus, rawStatus: string, assignedAgentId: string | null, dependsOn: Array<string>, isGone: boolean, progress: number | null, progressMessage: string | null, result: unknown, error: string | null, blockedReason: string | null, blockedByTaskIds: Array<string> | null, createdAt: string | null, updatedAt: string | null, startedAt: string | null, completedAt: string | null, cursor: string | null } };

export type FollowRunSubscriptionVariables = Exact<{
  taskListId: string;
  after?: string | null | undefined;
  credentialId?: string | null | undefined;
}>;


export type FollowRunSubscription = { aiTaskListRunChanged: { id: string, taskListId: string, status: AiTaskListRunStatus, maxParallel: number, reason: string | null, createdAt: string, endedAt: string | null, cursor: string | null, counts: { starting: number, running: number, completed: number, failed: number }, changed: { id: string, aiTaskId: string, taskId: string | null, status: AiTaskRunStatus, deploymentId: string | null, reason: string | null, createdAt: string, endedAt: string | null } | null } };

export type AiTaskListRunQueryVariables = Exact<{
  taskListId: string;
  credentialId?: string | null | undefined;
}>;


export type AiTaskListRunQuery = { aiTaskListRun: { id: string, taskListId: string, status: AiTaskListRunStatus, maxParallel: number, reason: string | null, createdAt: string, endedAt: string | null, cursor: string | null, runs: Array<{ id: string, aiTaskId: string, taskId: string | null, status: AiTaskRunStatus, deploymentId: string | null, reason: string | null, createdAt: string, endedAt: string | null }>, counts: { starting: number, running: number, completed: number, failed: number }, changed: { id: string, aiTaskId: string, taskId: string | null, status: AiTaskRunStatus, deploymentId: string | null, reason: string | null, createdAt: string, endedAt: string | null } | null } | null };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const MessageFieldsFragmentDoc = new TypedDocumentString(`
    fragment MessageFields on ConversationMessage {
  index
  id
  role
  time
  agentId
  metadata
  parts {
    __typename
    type
    raw
    ... on TextPart {
      text
      state
    }
    ... on ReasoningPart {
      text
      state
    }
    ... on ToolPart {
      toolName
      toolCallId
      state
      title
      input
      output
      errorText
      messages
    }
  }
}
    `, {"fragmentName":"MessageFields"}) as unknown as TypedDocumentString<MessageFieldsFragment, unknown>;
export const ConversationFactsFragmentDoc = new TypedDocumentString(`
    fragment ConversationFacts on Conversation {
  inputTokens
  outputTokens
  turns
  agents {
    id
    name
    callableId
  }
  files {
    path
  }
  failures {
    messageIndex
    toolName
    errors
    warnings
  }
}
    `, {"fragmentName":"ConversationFacts"}) as unknown as TypedDocumentString<ConversationFactsFragment, unknown>;
export const FilesBetweenFragmentDoc = new TypedDocumentString(`
    fragment FilesBetween on Conversation {
  before: files(at: $before) {
    path
    content
  }
  after: files(at: $at) {
    path
    content
  }
}
    `, {"fragmentName":"FilesBetween"}) as unknown as TypedDocumentString<FilesBetweenFragment, unknown>;
export const DeploymentFieldsFragmentDoc = new TypedDocumentString(`
    fragment DeploymentFields on Deployment {
  id
  taskId
  agentId
  status
  rawStatus
  isTerminal
  isStale
  endReason
  guard {
    maxTokens
    maxTurns
    maxDurationSeconds
    stopOnRuntimeError
    stopOnWarning
    warnAt
    runStartedAt
  }
  runtimeError
  model
  prompt
  projectId
  createdAt
  startedAt
  endedAt
  observedAt
}
    `, {"fragmentName":"DeploymentFields"}) as unknown as TypedDocumentString<DeploymentFieldsFragment, unknown>;
export const DeploymentEventFieldsFragmentDoc = new TypedDocumentString(`
    fragment DeploymentEventFields on DeploymentEvent {
  id
  type
  deploymentId
  taskId
  status
  previousStatus
  rawStatus
  occurredAt
  reason
  deployment {
    ...DeploymentFields
  }
}
    fragment DeploymentFields on Deployment {
  id
  taskId
  agentId
  status
  rawStatus
  isTerminal
  isStale
  endReason
  guard {
    maxTokens
    maxTurns
    maxDurationSeconds
    stopOnRuntimeError
    stopOnWarning
    warnAt
    runStartedAt
  }
  runtimeError
  model
  prompt
  projectId
  createdAt
  startedAt
  endedAt
  observedAt
}`, {"fragmentName":"DeploymentEventFields"}) as unknown as TypedDocumentString<DeploymentEventFieldsFragment, unknown>;
export const AiTaskFieldsFragmentDoc = new TypedDocumentString(`
    fragment AiTaskFields on AiTask {
  id
  taskListId
  title
  description
  status
  rawStatus
  assignedAgentId
  dependsOn
  isGone
  progress
  progressMessage
  result
  error
  blockedReason
  blockedByTaskIds
  createdAt
  updatedAt
  startedAt
  completedAt
  cursor
}
    `, {"fragmentName":"AiTaskFields"}) as unknown as TypedDocumentString<AiTaskFieldsFragment, unknown>;
export const AiTaskRunFieldsFragmentDoc = new TypedDocumentString(`
    fragment AiTaskRunFields on AiTaskRun {
  id
  aiTaskId
  taskId
  status
  deploymentId
  reason
  createdAt
  endedAt
}
    `, {"fragmentName":"AiTaskRunFields"}) as unknown as TypedDocumentString<AiTaskRunFieldsFragment, unknown>;
export const AiTaskListRunFieldsFragmentDoc = new TypedDocumentString(`
    fragment AiTaskListRunFields on AiTaskListRun {
  id
  taskListId
  status
  maxParallel
  reason
  createdAt
  endedAt
  cursor
  counts {
    starting
    running
    completed
    failed
  }
  changed {
    ...AiTaskRunFields
  }
}
    fragment AiTaskRunFields on AiTaskRun {
  id
  aiTaskId
  taskId
  status
  deploymentId
  reason
  createdAt
  endedAt
}`, {"fragmentName":"AiTaskListRunFields"}) as unknown as TypedDocumentString<AiTaskListRunFieldsFragment, unknown>;
export const FollowConversationDocument = new TypedDocumentString(`
    subscription FollowConversation($deploymentId: ID!, $callableId: ID, $after: Int, $untilTerminal: Boolean, $credentialId: ID) {
  conversationMessages(
    deploymentId: $deploymentId
    callableId: $callableId
    after: $after
    untilTerminal: $untilTerminal
    credentialId: $credentialId
  ) {
    ...MessageFields
  }
}
    fragment MessageFields on ConversationMessage {
  index
  id
  role
  time
  agentId
  metadata
  parts {
    __typename
    type
    raw
    ... on TextPart {
      text
      state
    }
    ... on ReasoningPart {
      text
      state
    }
    ... on ToolPart {
      toolName
      toolCallId
      state
      title
      input
      output
      errorText
      messages
    }
  }
}`) as unknown as TypedDocumentString<FollowConversationSubscription, FollowConversationSubscriptionVariables>;
export const FollowUsageDocument = new TypedDocumentString(`
    subscription FollowUsage($deploymentId: ID!, $credentialId: ID) {
  conversationUsage(deploymentId: $deploymentId, credentialId: $credentialId) {
    inputTokens
    outputTokens
    turns
  }
}
    `) as unknown as TypedDocumentString<FollowUsageSubscription, FollowUsageSubscriptionVariables>;
export const ConversationFactsDocument = new TypedDocumentString(`
    query ConversationFacts($id: ID!) {
  deployment(id: $id) {
    machine
    hostName
    mcpTools
    raw
    conversation {
      ...ConversationFacts
    }
  }
}
    fragment ConversationFacts on Conversation {
  inputTokens
  outputTokens
  turns
  agents {
    id
    name
    callableId
  }
  files {
    path
  }
  failures {
    messageIndex
    toolName
    errors
    warnings
  }
}`) as unknown as TypedDocumentString<ConversationFactsQuery, ConversationFactsQueryVariables>;
export const ConversationFilesDocument = new TypedDocumentString(`
    query ConversationFiles($id: ID!, $before: Int!, $at: Int!) {
  deployment(id: $id) {
    conversation {
      ...FilesBetween
    }
  }
}
    fragment FilesBetween on Conversation {
  before: files(at: $before) {
    path
    content
  }
  after: files(at: $at) {
    path
    content
  }
}`) as unknown as TypedDocumentString<ConversationFilesQuery, ConversationFilesQueryVariables>;
export const TranscriptFilesDocument = new TypedDocumentString(`
    query TranscriptFiles($id: ID!, $before: Int!, $at: Int!) {
  transcript(deploymentId: $id) {
    conversation {
      ...FilesBetween
    }
  }
}
    fragment FilesBetween on Conversation {
  before: files(at: $before) {
    path
    content
  }
  after: files(at: $at) {
    path
    content
  }
}`) as unknown as TypedDocumentString<TranscriptFilesQuery, TranscriptFilesQueryVariables>;
export const TranscriptDocument = new TypedDocumentString(`
    query Transcript($id: ID!) {
  transcript(deploymentId: $id) {
    readAt
    conversation {
      ...ConversationFacts
      messages {
        ...MessageFields
      }
    }
    threads {
      callableId
      conversation {
        messages {
          ...MessageFields
        }
      }
    }
  }
}
    fragment MessageFields on ConversationMessage {
  index
  id
  role
  time
  agentId
  metadata
  parts {
    __typename
    type
    raw
    ... on TextPart {
      text
      state
    }
    ... on ReasoningPart {
      text
      state
    }
    ... on ToolPart {
      toolName
      toolCallId
      state
      title
      input
      output
      errorText
      messages
    }
  }
}
fragment ConversationFacts on Conversation {
  inputTokens
  outputTokens
  turns
  agents {
    id
    name
    callableId
  }
  files {
    path
  }
  failures {
    messageIndex
    toolName
    errors
    warnings
  }
}`) as unknown as TypedDocumentString<TranscriptQuery, TranscriptQueryVariables>;
export const DeploymentDocument = new TypedDocumentString(`
    query Deployment($id: ID!, $credentialId: ID) {
  deployment(id: $id, credentialId: $credentialId) {
    ...DeploymentFields
  }
}
    fragment DeploymentFields on Deployment {
  id
  taskId
  agentId
  status
  rawStatus
  isTerminal
  isStale
  endReason
  guard {
    maxTokens
    maxTurns
    maxDurationSeconds
    stopOnRuntimeError
    stopOnWarning
    warnAt
    runStartedAt
  }
  runtimeError
  model
  prompt
  projectId
  createdAt
  startedAt
  endedAt
  observedAt
}`) as unknown as TypedDocumentString<DeploymentQuery, DeploymentQueryVariables>;
export const MyDeploymentsDocument = new TypedDocumentString(`
    query MyDeployments($status: DeploymentStatus, $taskId: ID, $after: ID, $first: Int) {
  myDeployments(status: $status, taskId: $taskId, after: $after, first: $first) {
    nodes {
      ...DeploymentFields
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment DeploymentFields on Deployment {
  id
  taskId
  agentId
  status
  rawStatus
  isTerminal
  isStale
  endReason
  guard {
    maxTokens
    maxTurns
    maxDurationSeconds
    stopOnRuntimeError
    stopOnWarning
    warnAt
    runStartedAt
  }
  runtimeError
  model
  prompt
  projectId
  createdAt
  startedAt
  endedAt
  observedAt
}`) as unknown as TypedDocumentString<MyDeploymentsQuery, MyDeploymentsQueryVariables>;
export const DeployTaskDocument = new TypedDocumentString(`
    mutation DeployTask($taskId: ID!, $guard: DeploymentGuardInput, $credentialId: ID, $idempotencyKey: String) {
  deployTask(
    taskId: $taskId
    guard: $guard
    credentialId: $credentialId
    idempotencyKey: $idempotencyKey
  ) {
    ...DeploymentFields
  }
}
    fragment DeploymentFields on Deployment {
  id
  taskId
  agentId
  status
  rawStatus
  isTerminal
  isStale
  endReason
  guard {
    maxTokens
    maxTurns
    maxDurationSeconds
    stopOnRuntimeError
    stopOnWarning
    warnAt
    runStartedAt
  }
  runtimeError
  model
  prompt
  projectId
  createdAt
  startedAt
  endedAt
  observedAt
}`) as unknown as TypedDocumentString<DeployTaskMutation, DeployTaskMutationVariables>;
export const PromptDeploymentDocument = new TypedDocumentString(`
    mutation PromptDeployment($id: ID!, $prompt: String!, $onBusy: OnBusy, $credentialId: ID, $idempotencyKey: String) {
  promptDeployment(
    id: $id
    prompt: $prompt
    onBusy: $onBusy
    credentialId: $credentialId
    idempotencyKey: $idempotencyKey
  ) {
    ...DeploymentFields
  }
}
    fragment DeploymentFields on Deployment {
  id
  taskId
  agentId
  status
  rawStatus
  isTerminal
  isStale
  endReason
  guard {
    maxTokens
    maxTurns
    maxDurationSeconds
    stopOnRuntimeError
    stopOnWarning
    warnAt
    runStartedAt
  }
  runtimeError
  model
  prompt
  projectId
  createdAt
  startedAt
  endedAt
  observedAt
}`) as unknown as TypedDocumentString<PromptDeploymentMutation, PromptDeploymentMutationVariables>;
export const StopDeploymentDocument = new TypedDocumentString(`
    mutation StopDeployment($id: ID!, $credentialId: ID) {
  stopDeployment(id: $id, credentialId: $credentialId) {
    ...DeploymentFields
  }
}
    fragment DeploymentFields on Deployment {
  id
  taskId
  agentId
  status
  rawStatus
  isTerminal
  isStale
  endReason
  guard {
    maxTokens
    maxTurns
    maxDurationSeconds
    stopOnRuntimeError
    stopOnWarning
    warnAt
    runStartedAt
  }
  runtimeError
  model
  prompt
  projectId
  createdAt
  startedAt
  endedAt
  observedAt
}`) as unknown as TypedDocumentString<StopDeploymentMutation, StopDeploymentMutationVariables>;
export const DeleteDeploymentDocument = new TypedDocumentString(`
    mutation DeleteDeployment($id: ID!, $keepTranscript: Boolean, $credentialId: ID) {
  deleteDeployment(
    id: $id
    keepTranscript: $keepTranscript
    credentialId: $credentialId
  )
}
    `) as unknown as TypedDocumentString<DeleteDeploymentMutation, DeleteDeploymentMutationVariables>;
export const CreateWatchTokenDocument = new TypedDocumentString(`
    mutation CreateWatchToken($deploymentId: ID!, $ttlSeconds: Int) {
  createWatchToken(deploymentId: $deploymentId, ttlSeconds: $ttlSeconds) {
    token
    expiresAt
  }
}
    `) as unknown as TypedDocumentString<CreateWatchTokenMutation, CreateWatchTokenMutationVariables>;
export const FollowDeploymentsDocument = new TypedDocumentString(`
    subscription FollowDeployments($deploymentId: ID, $taskId: ID, $after: ID, $untilTerminal: Boolean, $credentialId: ID) {
  deploymentEvents(
    deploymentId: $deploymentId
    taskId: $taskId
    after: $after
    untilTerminal: $untilTerminal
    credentialId: $credentialId
  ) {
    ...DeploymentEventFields
  }
}
    fragment DeploymentFields on Deployment {
  id
  taskId
  agentId
  status
  rawStatus
  isTerminal
  isStale
  endReason
  guard {
    maxTokens
    maxTurns
    maxDurationSeconds
    stopOnRuntimeError
    stopOnWarning
    warnAt
    runStartedAt
  }
  runtimeError
  model
  prompt
  projectId
  createdAt
  startedAt
  endedAt
  observedAt
}
fragment DeploymentEventFields on DeploymentEvent {
  id
  type
  deploymentId
  taskId
  status
  previousStatus
  rawStatus
  occurredAt
  reason
  deployment {
    ...DeploymentFields
  }
}`) as unknown as TypedDocumentString<FollowDeploymentsSubscription, FollowDeploymentsSubscriptionVariables>;
export const RunAiTaskListDocument = new TypedDocumentString(`
    mutation RunAiTaskList($taskListId: ID!, $maxParallel: Int, $guard: DeploymentGuardInput, $credentialId: ID, $agentCredentialId: ID, $idempotencyKey: String) {
  runAiTaskList(
    taskListId: $taskListId
    maxParallel: $maxParallel
    guard: $guard
    credentialId: $credentialId
    agentCredentialId: $agentCredentialId
    idempotencyKey: $idempotencyKey
  ) {
    ...AiTaskListRunFields
    runs {
      ...AiTaskRunFields
    }
  }
}
    fragment AiTaskRunFields on AiTaskRun {
  id
  aiTaskId
  taskId
  status
  deploymentId
  reason
  createdAt
  endedAt
}
fragment AiTaskListRunFields on AiTaskListRun {
  id
  taskListId
  status
  maxParallel
  reason
  createdAt
  endedAt
  cursor
  counts {
    starting
    running
    completed
    failed
  }
  changed {
    ...AiTaskRunFields
  }
}`) as unknown as TypedDocumentString<RunAiTaskListMutation, RunAiTaskListMutationVariables>;
export const StopAiTaskListDocument = new TypedDocumentString(`
    mutation StopAiTaskList($taskListId: ID!, $stopDeployments: Boolean, $credentialId: ID) {
  stopAiTaskList(
    taskListId: $taskListId
    stopDeployments: $stopDeployments
    credentialId: $credentialId
  ) {
    ...AiTaskListRunFields
  }
}
    fragment AiTaskRunFields on AiTaskRun {
  id
  aiTaskId
  taskId
  status
  deploymentId
  reason
  createdAt
  endedAt
}
fragment AiTaskListRunFields on AiTaskListRun {
  id
  taskListId
  status
  maxParallel
  reason
  createdAt
  endedAt
  cursor
  counts {
    starting
    running
    completed
    failed
  }
  changed {
    ...AiTaskRunFields
  }
}`) as unknown as TypedDocumentString<StopAiTaskListMutation, StopAiTaskListMutationVariables>;
export const FollowListDocument = new TypedDocumentString(`
    subscription FollowList($taskListId: ID!, $after: ID, $credentialId: ID) {
  aiTaskChanged(
    taskListId: $taskListId
    after: $after
    credentialId: $credentialId
  ) {
    ...AiTaskFields
  }
}
    fragment AiTaskFields on AiTask {
  id
  taskListId
  title
  description
  status
  rawStatus
  assignedAgentId
  dependsOn
  isGone
  progress
  progressMessage
  result
  error
  blockedReason
  blockedByTaskIds
  createdAt
  updatedAt
  startedAt
  completedAt
  cursor
}`) as unknown as TypedDocumentString<FollowListSubscription, FollowListSubscriptionVariables>;
export const FollowRunDocument = new TypedDocumentString(`
    subscription FollowRun($taskListId: ID!, $after: ID, $credentialId: ID) {
  aiTaskListRunChanged(
    taskListId: $taskListId
    after: $after
    credentialId: $credentialId
  ) {
    ...AiTaskListRunFields
  }
}
    fragment AiTaskRunFields on AiTaskRun {
  id
  aiTaskId
  taskId
  status
  deploymentId
  reason
  createdAt
  endedAt
}
fragment AiTaskListRunFields on AiTaskListRun {
  id
  taskListId
  status
  maxParallel
  reason
  createdAt
  endedAt
  cursor
  counts {
    starting
    running
    completed
    failed
  }
  changed {
    ...AiTaskRunFields
  }
}`) as unknown as TypedDocumentString<FollowRunSubscription, FollowRunSubscriptionVariables>;
export const AiTaskListRunDocument = new TypedDocumentString(`
    query AiTaskListRun($taskListId: ID!, $credentialId: ID) {
  aiTaskListRun(taskListId: $taskListId, credentialId: $credentialId) {
    ...AiTaskListRunFields
    runs {
      ...AiTaskRunFields
    }
  }
}
    fragment AiTaskRunFields on AiTaskRun {
  id
  aiTaskId
  taskId
  status
  deploymentId
  reason
  createdAt
  endedAt
}
fragment AiTaskListRunFields on AiTaskListRun {
  id
  taskListId
  status
  maxParallel
  reason
  createdAt
  endedAt
  cursor
  counts {
    starting
    running
    completed
    failed
  }
  changed {
    ...AiTaskRunFields
  }
}`) as unknown as TypedDocumentString<AiTaskListRunQuery, AiTaskListRunQueryVariables>;