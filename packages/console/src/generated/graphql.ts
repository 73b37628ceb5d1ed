// Written by `npm run codegen` from schema.graphql; do not edit.
/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocument as DocumentTypeDecoration } from '@quantgate/client';
/** An upstream. */
export type Provider =
  /** QuantConnect's agents API. */
  | 'QUANTCONNECT'
  /** QuantCDN's AI task API. */
  | 'QUANTCDN';

/** The result of the last verification of a credential. */
export type CredentialStatus =
  /** The upstream accepted it. */
  | 'VERIFIED'
  /** The upstream was unavailable; it was not verified yet. */
  | 'UNVERIFIED'
  /** The upstream refused it. It is not used for polling until it is replaced or verified. */
  | 'REJECTED';

/** Which project the deployments of a task use. */
export type ProjectPreference =
  /** A new project for each deployment. */
  | 'PROJECT_EACH_TASK_DEPLOYMENT'
  /** One project for all deployments; the first deployment creates it. */
  | 'PROJECT_FOR_TASK';

/** The reasoning effort of an agent's model. */
export type ReasoningEffort =
  /** Low effort. */
  | 'LOW'
  /** Medium effort. */
  | 'MEDIUM'
  /** High effort. */
  | 'HIGH'
  /** A word that the gateway does not know; see `rawReasoningEffort`. Not for input. */
  | 'UNKNOWN';

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

/** A budget to set. */
export type BudgetInput = {
  /** What the tokens are for. */
  period: BudgetPeriod;
  /** Input and output tokens together, at least 1. */
  maxTokens: number;
  /** Only deployments of this task. */
  taskId?: string | null | undefined;
  /** Only deployments for AI tasks of this list. `RUN` needs it. */
  taskListId?: string | null | undefined;
  /** What happens when it is used up. */
  onReached?: BudgetAction;
  /** The share at which `BUDGET_WARNED` is emitted, above 0 and at most 1. */
  warnAt?: number | null | undefined;
};

/** What the tokens of a budget are for. */
export type BudgetPeriod =
  /** A UTC day: the deployments that are created on it. */
  | 'DAY'
  /** A UTC month. */
  | 'MONTH'
  /** Each run of a list by itself. */
  | 'RUN';

/** What happens when a budget is used up. */
export type BudgetAction =
  /** Only the event. */
  | 'WARN'
  /** Nothing new is started. */
  | 'STOP_STARTING'
  /** Nothing new is started, and what runs is stopped. */
  | 'STOP';

/** A new agent. */
export type CreateAgentInput = {
  /** The organization that it belongs to; without it that of the credential. */
  organizationId?: string | null | undefined;
  /** Name. */
  name: string;
  /** A description. */
  description?: string | null | undefined;
  /** File name of its image. */
  profileImage?: string | null | undefined;
  /** Its system prompt. */
  systemPrompt?: string | null | undefined;
  /** The reasoning effort of its model. */
  reasoningEffort?: ReasoningEffort | null | undefined;
  /** The maximum number of turns in one deployment. */
  maxTurns?: number | null | undefined;
  /** How it chooses tools, for instance `auto`. */
  toolChoice?: string | null | undefined;
  /** Identifiers of its tools. */
  tools?: Array<string> | null | undefined;
  /** Whether it is shared inside its organization. */
  public?: boolean | null | undefined;
  /** Its model; without it the default of the organization. */
  model?: string | null | undefined;
  /** The stage of the research pipeline that it is bound to. */
  pipeline?: string | null | undefined;
  /** Whether it uses the LLM of the platform; otherwise `llmToken` is required. */
  useQcc?: boolean | null | undefined;
  /** The agent's own LLM key. It cannot be read again. */
  llmToken?: LlmTokenInput | null | undefined;
  /** The agents that run after it in each deployment, in order. */
  chainedAgents?: Array<ChainedAgentInput> | null | undefined;
  /** The agents that it can call as tools. */
  subAgents?: Array<SubAgentInput> | null | undefined;
  /** The node that it is pinned to. Not together with `node`. */
  nodeId?: string | null | undefined;
  /** The node that it is pinned to, with its kind of machine. */
  node?: NodeInput | null | undefined;
};

/** Changes of an agent: an absent field does not change, `null` clears, a list replaces the old list. */
export type UpdateAgentInput = {
  /** Name. */
  name?: string | null | undefined;
  /** A description. */
  description?: string | null | undefined;
  /** File name of its image. */
  profileImage?: string | null | undefined;
  /** Its system prompt. */
  systemPrompt?: string | null | undefined;
  /** The reasoning effort of its model. */
  reasoningEffort?: ReasoningEffort | null | undefined;
  /** The maximum number of turns in one deployment. */
  maxTurns?: number | null | undefined;
  /** How it chooses tools. */
  toolChoice?: string | null | undefined;
  /** Identifiers of its tools. */
  tools?: Array<string> | null | undefined;
  /** Whether it is shared inside its organization. */
  public?: boolean | null | undefined;
  /** Its model. */
  model?: string | null | undefined;
  /** The stage of the research pipeline that it is bound to. */
  pipeline?: string | null | undefined;
  /** Whether it uses the LLM of the platform. */
  useQcc?: boolean | null | undefined;
  /** The agent's own LLM key. */
  llmToken?: LlmTokenInput | null | undefined;
  /** The agents that run after it in each deployment. */
  chainedAgents?: Array<ChainedAgentInput> | null | undefined;
  /** The agents that it can call as tools. */
  subAgents?: Array<SubAgentInput> | null | undefined;
  /** The node that it is pinned to. Not together with `node`. */
  nodeId?: string | null | undefined;
  /** The node that it is pinned to, with its kind of machine. */
  node?: NodeInput | null | undefined;
};

/** The machine that an agent runs on. */
export type NodeInput = {
  /** Numeric id; 0 pins the agent to no node. */
  id: string;
  /** The kind of machine, in the upstream's words. */
  sku?: string | null | undefined;
};

/** A key of an LLM provider. */
export type LlmTokenInput = {
  /** The provider, for instance `anthropic`. */
  provider: string;
  /** The key. */
  apiKey: string;
};

/** An agent's place in a chain. */
export type ChainedAgentInput = {
  /** The id of the agent. */
  agentId: string;
  /** Its position, from 1. */
  step: number;
};

/** An agent that another agent can call. */
export type SubAgentInput = {
  /** The id of the agent. */
  agentId: string;
  /** The maximum number of calls in one deployment. */
  callableCount?: number | null | undefined;
};

/** A new task. */
export type CreateTaskInput = {
  /** The organization that it belongs to; without it that of the credential. */
  organizationId?: string | null | undefined;
  /** The agent that executes it. */
  agentId: string;
  /** Name. The upstream may change it. */
  name: string;
  /** The prompt for the agent. */
  prompt: string;
  /** Which project its deployments use. */
  projectPreference?: ProjectPreference | null | undefined;
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

/** A new AI task. */
export type CreateAiTaskInput = {
  /** Title. */
  title: string;
  /** A description of the work. */
  description?: string | null | undefined;
  /** The list that it belongs to. A list exists when a task names it. */
  taskListId?: string | null | undefined;
  /** Its first status; without it PENDING. */
  status?: AiTaskStatus | null | undefined;
  /** The agent that it is assigned to. */
  assignedAgentId?: string | null | undefined;
  /** The agent that creates it. */
  createdByAgentId?: string | null | undefined;
  /** The ids of the tasks that it depends on. */
  dependsOn?: Array<string> | null | undefined;
  /** Any data of clients, an object. */
  metadata?: unknown;
  /** How often it can be retried, 0 to 10. */
  maxRetries?: number | null | undefined;
  /** Why it is blocked from the start. */
  blockedReason?: string | null | undefined;
  /** The tasks that block it. */
  blockedByTaskIds?: Array<string> | null | undefined;
};

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

export type AgentFieldsFragment = { id: string, name: string, description: string | null, systemPrompt: string | null, reasoningEffort: ReasoningEffort | null, maxTurns: number | null, toolChoice: string | null, tools: Array<string>, public: boolean | null, model: string | null, pipeline: string | null, useQcc: boolean | null, llmProvider: string | null, createdAt: string | null, updatedAt: string | null, author: { name: string | null } | null, organization: { id: string, name: string | null } | null, node: { id: string, sku: string | null } | null, chainedAgents: Array<{ agentId: string, step: number }>, subAgents: Array<{ agentId: string, callableCount: number | null }> };

export type AgentsQueryVariables = Exact<{ [key: string]: never; }>;


export type AgentsQuery = { agents: Array<{ id: string, name: string, description: string | null, systemPrompt: string | null, reasoningEffort: ReasoningEffort | null, maxTurns: number | null, toolChoice: string | null, tools: Array<string>, public: boolean | null, model: string | null, pipeline: string | null, useQcc: boolean | null, llmProvider: string | null, createdAt: string | null, updatedAt: string | null, author: { name: string | null } | null, organization: { id: string, name: string | null } | null, node: { id: string, sku: string | null } | null, chainedAgents: Array<{ agentId: string, step: number }>, subAgents: Array<{ agentId: string, callableCount: number | null }> }> };

export type CreateAgentMutationVariables = Exact<{
  input: CreateAgentInput;
  idempotencyKey?: string | null | undefined;
}>;


export type CreateAgentMutation = { createAgent: { id: string, name: string, description: string | null, systemPrompt: string | null, reasoningEffort: ReasoningEffort | null, maxTurns: number | null, toolChoice: string | null, tools: Array<string>, public: boolean | null, model: string | null, pipeline: string | null, useQcc: boolean | null, llmProvider: string | null, createdAt: string | null, updatedAt: string | null, author: { name: string | null } | null, organization: { id: string, name: string | null } | null, node: { id: string, sku: string | null } | null, chainedAgents: Array<{ agentId: string, step: number }>, subAgents: Array<{ agentId: string, callableCount: number | null }> } };

export type UpdateAgentMutationVariables = Exact<{
  id: string;
  input: UpdateAgentInput;
}>;


export type UpdateAgentMutation = { updateAgent: { id: string, name: string, description: string | null, systemPrompt: string | null, reasoningEffort: ReasoningEffort | null, maxTurns: number | null, toolChoice: string | null, tools: Array<string>, public: boolean | null, model: string | null, pipeline: string | null, useQcc: boolean | null, llmProvider: string | null, createdAt: string | null, updatedAt: string | null, author: { name: string | null } | null, organization: { id: string, name: string | null } | null, node: { id: string, sku: string | null } | null, chainedAgents: Array<{ agentId: string, step: number }>, subAgents: Array<{ agentId: string, callableCount: number | null }> } };

export type DeleteAgentMutationVariables = Exact<{
  id: string;
}>;


export type DeleteAgentMutation = { deleteAgent: string };

export type CredentialOnHomeFragment = { id: string, provider: Provider, label: string | null, account: string, organizationId: string | null, status: CredentialStatus, verificationProblem: string | null, isDefault: boolean };

export type CredentialsOnHomeQueryVariables = Exact<{ [key: string]: never; }>;


export type CredentialsOnHomeQuery = { viewer: { credentials: Array<{ id: string, provider: Provider, label: string | null, account: string, organizationId: string | null, status: CredentialStatus, verificationProblem: string | null, isDefault: boolean }> } };

export type VerifyOnHomeMutationVariables = Exact<{
  id: string;
}>;


export type VerifyOnHomeMutation = { verifyCredential: { id: string, provider: Provider, label: string | null, account: string, organizationId: string | null, status: CredentialStatus, verificationProblem: string | null, isDefault: boolean } };

export type UsageOnHomeQueryVariables = Exact<{
  from: string;
}>;


export type UsageOnHomeQuery = { usage: Array<{ key: string, deployments: number, inputTokens: number, outputTokens: number }>, budgets: Array<{ id: string, period: BudgetPeriod, maxTokens: number, usedTokens: number, taskId: string | null, taskListId: string | null, onReached: BudgetAction, warnAt: number, resetsAt: string | null }> };

export type TaskListSummariesQueryVariables = Exact<{
  credentialId?: string | null | undefined;
}>;


export type TaskListSummariesQuery = { aiTaskLists: Array<{ id: string, taskCount: number, lastSeenAt: string, counts: { pending: number, inProgress: number, completed: number, failed: number, cancelled: number, blocked: number, unknown: number } }> };

export type TaskListGraphQueryVariables = Exact<{
  taskListId: string;
}>;


export type TaskListGraphQuery = { aiTaskGraph: { taskListId: string, taskCount: number, cycles: Array<Array<string>>, nodes: Array<{ id: string, title: string, status: AiTaskStatus, rawStatus: string, dependsOn: Array<string> }>, blocked: Array<{ id: string, by: Array<string> }>, unreachable: Array<{ id: string, because: Array<string> }> } };

export type AiTaskDetailsQueryVariables = Exact<{
  id: string;
}>;


export type AiTaskDetailsQuery = { aiTask: { id: string, metadata: unknown, retryCount: number | null, maxRetries: number | null, createdByAgentId: string | null, expiresAt: string | null, agentTask: { id: string, name: string } | null, deployment: { id: string, status: DeploymentStatus, runtimeError: string | null } | null, run: { id: string, status: AiTaskRunStatus, reason: string | null, deploymentId: string | null, createdAt: string, endedAt: string | null } | null } | null };

export type CreateAiTaskMutationVariables = Exact<{
  input: CreateAiTaskInput;
  idempotencyKey?: string | null | undefined;
}>;


export type CreateAiTaskMutation = { createAiTask: { id: string, title: string } };

export type LinkAiTaskMutationVariables = Exact<{
  aiTaskId: string;
  taskId?: string | null | undefined;
}>;


export type LinkAiTaskMutation = { linkAiTask: { id: string, metadata: unknown } };

export type ListBudgetsQueryVariables = Exact<{ [key: string]: never; }>;


export type ListBudgetsQuery = { budgets: Array<{ id: string, period: BudgetPeriod, maxTokens: number, usedTokens: number, taskId: string | null, taskListId: string | null, onReached: BudgetAction, warnAt: number, resetsAt: string | null }> };

export type SetListBudgetMutationVariables = Exact<{
  input: BudgetInput;
}>;


export type SetListBudgetMutation = { setBudget: { id: string, maxTokens: number } };

export type TaskFieldsFragment = { id: string, name: string, prompt: string, organizationId: string, agentId: string, projectPreference: string | null, projectId: string | null, deploymentCount: number, lastDeployedAt: string | null, schedule: string | null, scheduleHuman: string | null, createdAt: string | null, updatedAt: string | null, owner: { name: string | null } | null, activeDeployments: Array<{ deploymentId: string, status: DeploymentStatus }> };

export type TasksQueryVariables = Exact<{ [key: string]: never; }>;


export type TasksQuery = { tasks: Array<{ id: string, name: string, prompt: string, organizationId: string, agentId: string, projectPreference: string | null, projectId: string | null, deploymentCount: number, lastDeployedAt: string | null, schedule: string | null, scheduleHuman: string | null, createdAt: string | null, updatedAt: string | null, owner: { name: string | null } | null, activeDeployments: Array<{ deploymentId: string, status: DeploymentStatus }> }>, agents: Array<{ id: string, name: string }> };

export type TaskDetailsQueryVariables = Exact<{
  id: string;
}>;


export type TaskDetailsQuery = { task: { id: string, name: string, prompt: string, organizationId: string, agentId: string, projectPreference: string | null, projectId: string | null, deploymentCount: number, lastDeployedAt: string | null, schedule: string | null, scheduleHuman: string | null, createdAt: string | null, updatedAt: string | null, agent: { id: string, name: string, model: string | null, tools: Array<string> } | null, owner: { name: string | null } | null, activeDeployments: Array<{ deploymentId: string, status: DeploymentStatus }> } | null };

export type CreateTaskMutationVariables = Exact<{
  input: CreateTaskInput;
  idempotencyKey?: string | null | undefined;
}>;


export type CreateTaskMutation = { createTask: { id: string, name: string, prompt: string, organizationId: string, agentId: string, projectPreference: string | null, projectId: string | null, deploymentCount: number, lastDeployedAt: string | null, schedule: string | null, scheduleHuman: string | null, createdAt: string | null, updatedAt: string | null, owner: { name: string | null } | null, activeDeployments: Array<{ deploymentId: string, status: DeploymentStatus }> } };

export type RenameTaskMutationVariables = Exact<{
  id: string;
  name: string;
}>;


export type RenameTaskMutation = { updateTask: { id: string, name: string, prompt: string, organizationId: string, agentId: string, projectPreference: string | null, projectId: string | null, deploymentCount: number, lastDeployedAt: string | null, schedule: string | null, scheduleHuman: string | null, createdAt: string | null, updatedAt: string | null, owner: { name: string | null } | null, activeDeployments: Array<{ deploymentId: string, status: DeploymentStatus }> } };

export type DeleteTaskMutationVariables = Exact<{
  id: string;
}>;


export type DeleteTaskMutation = { deleteTask: string };

export type UsageOfRunsQueryVariables = Exact<{
  taskId: string;
}>;


export type UsageOfRunsQuery = { usage: Array<{ key: string, inputTokens: number, outputTokens: number, turns: number, seconds: number }> };

export type RunFailuresQueryVariables = Exact<{
  deploymentId: string;
}>;


export type RunFailuresQuery = { transcript: { conversation: { failures: Array<{ messageIndex: number, toolName: string, errors: Array<string>, warnings: Array<string> }> } } | null };

export type RunTranscriptQueryVariables = Exact<{
  deploymentId: string;
}>;


export type RunTranscriptQuery = { transcript: { readAt: string, conversation: { turns: number, failures: Array<{ messageIndex: number, toolName: string, errors: Array<string>, warnings: Array<string> }>, files: Array<{ path: string }>, messages: Array<{ role: string, parts: Array<
          | { text: string, type: string }
          | { type: string }
          | { toolName: string, type: string }
          | { type: string }
        > }> } } | null };

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
export const AgentFieldsFragmentDoc = new TypedDocumentString(`
    fragment AgentFields on Agent {
  id
  name
  description
  systemPrompt
  reasoningEffort
  maxTurns
  toolChoice
  tools
  public
  model
  pipeline
  useQcc
  llmProvider
  createdAt
  updatedAt
  author {
    name
  }
  organization {
    id
    name
  }
  node {
    id
    sku
  }
  chainedAgents {
    agentId
    step
  }
  subAgents {
    agentId
    callableCount
  }
}
    `, {"fragmentName":"AgentFields"}) as unknown as TypedDocumentString<AgentFieldsFragment, unknown>;
export const CredentialOnHomeFragmentDoc = new TypedDocumentString(`
    fragment CredentialOnHome on Credential {
  id
  provider
  label
  account
  organizationId
  status
  verificationProblem
  isDefault
}
    `, {"fragmentName":"CredentialOnHome"}) as unknown as TypedDocumentString<CredentialOnHomeFragment, unknown>;
export const TaskFieldsFragmentDoc = new TypedDocumentString(`
    fragment TaskFields on AgentTask {
  id
  name
  prompt
  organizationId
  agentId
  projectPreference
  projectId
  deploymentCount
  lastDeployedAt
  schedule
  scheduleHuman
  createdAt
  updatedAt
  owner {
    name
  }
  activeDeployments {
    deploymentId
    status
  }
}
    `, {"fragmentName":"TaskFields"}) as unknown as TypedDocumentString<TaskFieldsFragment, unknown>;
export const AgentsDocument = new TypedDocumentString(`
    query Agents {
  agents {
    ...AgentFields
  }
}
    fragment AgentFields on Agent {
  id
  name
  description
  systemPrompt
  reasoningEffort
  maxTurns
  toolChoice
  tools
  public
  model
  pipeline
  useQcc
  llmProvider
  createdAt
  updatedAt
  author {
    name
  }
  organization {
    id
    name
  }
  node {
    id
    sku
  }
  chainedAgents {
    agentId
    step
  }
  subAgents {
    agentId
    callableCount
  }
}`) as unknown as TypedDocumentString<AgentsQuery, AgentsQueryVariables>;
export const CreateAgentDocument = new TypedDocumentString(`
    mutation CreateAgent($input: CreateAgentInput!, $idempotencyKey: String) {
  createAgent(input: $input, idempotencyKey: $idempotencyKey) {
    ...AgentFields
  }
}
    fragment AgentFields on Agent {
  id
  name
  description
  systemPrompt
  reasoningEffort
  maxTurns
  toolChoice
  tools
  public
  model
  pipeline
  useQcc
  llmProvider
  createdAt
  updatedAt
  author {
    name
  }
  organization {
    id
    name
  }
  node {
    id
    sku
  }
  chainedAgents {
    agentId
    step
  }
  subAgents {
    agentId
    callableCount
  }
}`) as unknown as TypedDocumentString<CreateAgentMutation, CreateAgentMutationVariables>;
export const UpdateAgentDocument = new TypedDocumentString(`
    mutation UpdateAgent($id: ID!, $input: UpdateAgentInput!) {
  updateAgent(id: $id, input: $input) {
    ...AgentFields
  }
}
    fragment AgentFields on Agent {
  id
  name
  description
  systemPrompt
  reasoningEffort
  maxTurns
  toolChoice
  tools
  public
  model
  pipeline
  useQcc
  llmProvider
  createdAt
  updatedAt
  author {
    name
  }
  organization {
    id
    name
  }
  node {
    id
    sku
  }
  chainedAgents {
    agentId
    step
  }
  subAgents {
    agentId
    callableCount
  }
}`) as unknown as TypedDocumentString<UpdateAgentMutation, UpdateAgentMutationVariables>;
export const DeleteAgentDocument = new TypedDocumentString(`
    mutation DeleteAgent($id: ID!) {
  deleteAgent(id: $id)
}
    `) as unknown as TypedDocumentString<DeleteAgentMutation, DeleteAgentMutationVariables>;
export const CredentialsOnHomeDocument = new TypedDocumentString(`
    query CredentialsOnHome {
  viewer {
    credentials {
      ...CredentialOnHome
    }
  }
}
    fragment CredentialOnHome on Credential {
  id
  provider
  label
  account
  organizationId
  status
  verificationProblem
  isDefault
}`) as unknown as TypedDocumentString<CredentialsOnHomeQuery, CredentialsOnHomeQueryVariables>;
export const VerifyOnHomeDocument = new TypedDocumentString(`
    mutation VerifyOnHome($id: ID!) {
  verifyCredential(id: $id) {
    ...CredentialOnHome
  }
}
    fragment CredentialOnHome on Credential {
  id
  provider
  label
  account
  organizationId
  status
  verificationProblem
  isDefault
}`) as unknown as TypedDocumentString<VerifyOnHomeMutation, VerifyOnHomeMutationVariables>;
export const UsageOnHomeDocument = new TypedDocumentString(`
    query UsageOnHome($from: DateTime!) {
  usage(groupBy: DAY, from: $from) {
    key
    deployments
    inputTokens
    outputTokens
  }
  budgets {
    id
    period
    maxTokens
    usedTokens
    taskId
    taskListId
    onReached
    warnAt
    resetsAt
  }
}
    `) as unknown as TypedDocumentString<UsageOnHomeQuery, UsageOnHomeQueryVariables>;
export const TaskListSummariesDocument = new TypedDocumentString(`
    query TaskListSummaries($credentialId: ID) {
  aiTaskLists(credentialId: $credentialId) {
    id
    taskCount
    lastSeenAt
    counts {
      pending
      inProgress
      completed
      failed
      cancelled
      blocked
      unknown
    }
  }
}
    `) as unknown as TypedDocumentString<TaskListSummariesQuery, TaskListSummariesQueryVariables>;
export const TaskListGraphDocument = new TypedDocumentString(`
    query TaskListGraph($taskListId: ID!) {
  aiTaskGraph(taskListId: $taskListId) {
    taskListId
    taskCount
    cycles
    nodes {
      id
      title
      status
      rawStatus
      dependsOn
    }
    blocked {
      id
      by
    }
    unreachable {
      id
      because
    }
  }
}
    `) as unknown as TypedDocumentString<TaskListGraphQuery, TaskListGraphQueryVariables>;
export const AiTaskDetailsDocument = new TypedDocumentString(`
    query AiTaskDetails($id: ID!) {
  aiTask(id: $id) {
    id
    metadata
    retryCount
    maxRetries
    createdByAgentId
    expiresAt
    agentTask {
      id
      name
    }
    deployment {
      id
      status
      runtimeError
    }
    run {
      id
      status
      reason
      deploymentId
      createdAt
      endedAt
    }
  }
}
    `) as unknown as TypedDocumentString<AiTaskDetailsQuery, AiTaskDetailsQueryVariables>;
export const CreateAiTaskDocument = new TypedDocumentString(`
    mutation CreateAiTask($input: CreateAiTaskInput!, $idempotencyKey: String) {
  createAiTask(input: $input, idempotencyKey: $idempotencyKey) {
    id
    title
  }
}
    `) as unknown as TypedDocumentString<CreateAiTaskMutation, CreateAiTaskMutationVariables>;
export const LinkAiTaskDocument = new TypedDocumentString(`
    mutation LinkAiTask($aiTaskId: ID!, $taskId: ID) {
  linkAiTask(aiTaskId: $aiTaskId, taskId: $taskId) {
    id
    metadata
  }
}
    `) as unknown as TypedDocumentString<LinkAiTaskMutation, LinkAiTaskMutationVariables>;
export const ListBudgetsDocument = new TypedDocumentString(`
    query ListBudgets {
  budgets {
    id
    period
    maxTokens
    usedTokens
    taskId
    taskListId
    onReached
    warnAt
    resetsAt
  }
}
    `) as unknown as TypedDocumentString<ListBudgetsQuery, ListBudgetsQueryVariables>;
export const SetListBudgetDocument = new TypedDocumentString(`
    mutation SetListBudget($input: BudgetInput!) {
  setBudget(input: $input) {
    id
    maxTokens
  }
}
    `) as unknown as TypedDocumentString<SetListBudgetMutation, SetListBudgetMutationVariables>;
export const TasksDocument = new TypedDocumentString(`
    query Tasks {
  tasks {
    ...TaskFields
  }
  agents {
    id
    name
  }
}
    fragment TaskFields on AgentTask {
  id
  name
  prompt
  organizationId
  agentId
  projectPreference
  projectId
  deploymentCount
  lastDeployedAt
  schedule
  scheduleHuman
  createdAt
  updatedAt
  owner {
    name
  }
  activeDeployments {
    deploymentId
    status
  }
}`) as unknown as TypedDocumentString<TasksQuery, TasksQueryVariables>;
export const TaskDetailsDocument = new TypedDocumentString(`
    query TaskDetails($id: ID!) {
  task(id: $id) {
    ...TaskFields
    agent {
      id
      name
      model
      tools
    }
  }
}
    fragment TaskFields on AgentTask {
  id
  name
  prompt
  organizationId
  agentId
  projectPreference
  projectId
  deploymentCount
  lastDeployedAt
  schedule
  scheduleHuman
  createdAt
  updatedAt
  owner {
    name
  }
  activeDeployments {
    deploymentId
    status
  }
}`) as unknown as TypedDocumentString<TaskDetailsQuery, TaskDetailsQueryVariables>;
export const CreateTaskDocument = new TypedDocumentString(`
    mutation CreateTask($input: CreateTaskInput!, $idempotencyKey: String) {
  createTask(input: $input, idempotencyKey: $idempotencyKey) {
    ...TaskFields
  }
}
    fragment TaskFields on AgentTask {
  id
  name
  prompt
  organizationId
  agentId
  projectPreference
  projectId
  deploymentCount
  lastDeployedAt
  schedule
  scheduleHuman
  createdAt
  updatedAt
  owner {
    name
  }
  activeDeployments {
    deploymentId
    status
  }
}`) as unknown as TypedDocumentString<CreateTaskMutation, CreateTaskMutationVariables>;
export const RenameTaskDocument = new TypedDocumentString(`
    mutation RenameTask($id: ID!, $name: String!) {
  updateTask(id: $id, input: {name: $name}) {
    ...TaskFields
  }
}
    fragment TaskFields on AgentTask {
  id
  name
  prompt
  organizationId
  agentId
  projectPreference
  projectId
  deploymentCount
  lastDeployedAt
  schedule
  scheduleHuman
  createdAt
  updatedAt
  owner {
    name
  }
  activeDeployments {
    deploymentId
    status
  }
}`) as unknown as TypedDocumentString<RenameTaskMutation, RenameTaskMutationVariables>;
export const DeleteTaskDocument = new TypedDocumentString(`
    mutation DeleteTask($id: ID!) {
  deleteTask(id: $id)
}
    `) as unknown as TypedDocumentString<DeleteTaskMutation, DeleteTaskMutationVariables>;
export const UsageOfRunsDocument = new TypedDocumentString(`
    query UsageOfRuns($taskId: ID!) {
  usage(groupBy: DEPLOYMENT, taskId: $taskId, first: 500) {
    key
    inputTokens
    outputTokens
    turns
    seconds
  }
}
    `) as unknown as TypedDocumentString<UsageOfRunsQuery, UsageOfRunsQueryVariables>;
export const RunFailuresDocument = new TypedDocumentString(`
    query RunFailures($deploymentId: ID!) {
  transcript(deploymentId: $deploymentId) {
    conversation {
      failures {
        messageIndex
        toolName
        errors
        warnings
      }
    }
  }
}
    `) as unknown as TypedDocumentString<RunFailuresQuery, RunFailuresQueryVariables>;
export const RunTranscriptDocument = new TypedDocumentString(`
    query RunTranscript($deploymentId: ID!) {
  transcript(deploymentId: $deploymentId) {
    readAt
    conversation {
      turns
      failures {
        messageIndex
        toolName
        errors
        warnings
      }
      files {
        path
      }
      messages {
        role
        parts {
          type
          ... on TextPart {
            text
          }
          ... on ToolPart {
            toolName
          }
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<RunTranscriptQuery, RunTranscriptQueryVariables>;