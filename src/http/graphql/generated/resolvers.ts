// Written by `npm run codegen` from schema.graphql; do not edit.
import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { Viewer as ViewerSource } from '../../../viewer.ts';
import type { CredentialView } from '../../../services/credentials/credentials.ts';
import type { AgentView } from '../../../services/agents/agents.ts';
import type { TaskView, ActiveDeploymentView } from '../../../services/agents/tasks.ts';
import type { AiTaskGraphView } from '../../../services/ai-tasks/ai-tasks.ts';
import type { AiTaskNodeSource, TextSource, ToolSource, OtherSource, ChainedAgentSource, SubAgentSource, AiTaskListRunSource } from '../resolver-types.ts';
import type { DeploymentView } from '../../../services/agents/deployments.ts';
import type { DeploymentEventView, EventPage } from '../../../services/agents/feeds.ts';
import type { Transcript as TranscriptSource, TranscriptThread as TranscriptThreadSource } from '../../../services/agents/transcripts.ts';
import type { Conversation as ConversationSource, ConversationMessage as ConversationMessageSource, MessagePart as MessagePartSource } from '../../../upstream/quantconnect/model.ts';
import type { BudgetView } from '../../../services/usage/budgets.ts';
import type { UsageView } from '../../../services/usage/usage.ts';
import type { AiTaskView } from '../../../services/ai-tasks/reads.ts';
import type { AiTaskListSummaryView } from '../../../services/ai-tasks/lists.ts';
import type { AiTaskRunView } from '../../../services/ai-task-runs/task-runs.ts';
import type { GraphQLContext } from '../context.ts';
export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
export type Omit<T, K extends keyof T> = Pick<T, Exclude<keyof T, K>>;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** An instant in ISO 8601, UTC, for instance `2026-05-06T19:09:52.000Z`. */
  DateTime: { input: string; output: string; }
  /** Any JSON value, as the upstream sent it. */
  JSON: { input: unknown; output: unknown; }
  /** A whole number within ±(2^53 - 1), as a JSON number: what `Int` is, without its limit of 32 bits. */
  SafeInt: { input: number; output: number; }
};

export type Query = {
  __typename?: 'Query';
  /** The caller. */
  viewer: Viewer;
  /** All agents of an organization; without `organizationId` that of the credential. */
  agents: Array<Agent>;
  /** One agent. `NOT_FOUND` when the caller has no agent with this id. */
  agent: Maybe<Agent>;
  /** All tasks of an organization; without `organizationId` that of the credential. */
  tasks: Array<AgentTask>;
  /** One task. `NOT_FOUND` when the caller has no task with this id. */
  task: Maybe<AgentTask>;
  /** All deployments of a task. */
  deployments: Array<Deployment>;
  /** One deployment, read from the upstream. While the upstream is unavailable, it is as it was last read (`isStale`). */
  deployment: Maybe<Deployment>;
  /**
   * The caller's deployments of all tasks, newest first, as they were last seen: from the store, without a call upstream.
   * Those that were deleted are left out. `first` is at most 500.
   */
  myDeployments: DeploymentConnection;
  /** A page of the caller's event log, oldest first: the events of one deployment, of one task, or all events. */
  deploymentEvents: DeploymentEventConnection;
  /**
   * What was said in a deployment, as it was last read: from the store, without a call upstream, also after the upstream has
   * forgotten the deployment. Each conversation is read at the end of every run. Transcripts are kept for 90 days after the
   * end, or as long as the operator says. `NOT_FOUND` when none is kept.
   */
  transcript: Maybe<Transcript>;
  /**
   * AI tasks that match all filters, newest first. It needs one call upstream when the selected fields are in the upstream's
   * list item (id, title, status and others); for other fields each task is read as well, in parallel. Without a `limit` the
   * list is complete, with as many calls as that needs. When it cannot be complete, its path is in `extensions.incomplete`.
   */
  aiTasks: Array<AiTask>;
  /** One AI task. `NOT_FOUND` when the caller has no AI task with this id. */
  aiTask: Maybe<AiTask>;
  /**
   * The dependency graph of a list: which tasks are done, running, ready, blocked or unreachable. It needs one call upstream,
   * one more when tasks have the status BLOCKED, and one for each prerequisite outside the list.
   */
  aiTaskGraph: AiTaskGraph;
  /** The lists whose tasks the caller has seen through the gateway, the last seen first. From the store, without an upstream call. */
  aiTaskLists: Array<AiTaskListSummary>;
  /** The newest run of a list; null when the list was never run. */
  aiTaskListRun: Maybe<AiTaskListRun>;
  /**
   * What the caller's deployments have used, summed up by day, month, task, agent, list or deployment, in the order of the keys;
   * for administrators also by user. Each deployment counts once, at the time at which it was created, also after it was
   * deleted. It is at most 500 sums, or `first`; when there are more, its path is in `extensions.incomplete`.
   */
  usage: Array<Usage>;
  /** The caller's budgets, oldest first. */
  budgets: Array<Budget>;
};


export type QueryAgentsArgs = {
  organizationId?: InputMaybe<Scalars['ID']['input']>;
  credentialId?: InputMaybe<Scalars['ID']['input']>;
};


export type QueryAgentArgs = {
  id: Scalars['ID']['input'];
  credentialId?: InputMaybe<Scalars['ID']['input']>;
};


export type QueryTasksArgs = {
  organizationId?: InputMaybe<Scalars['ID']['input']>;
  credentialId?: InputMaybe<Scalars['ID']['input']>;
};


export type QueryTaskArgs = {
  id: Scalars['ID']['input'];
  credentialId?: InputMaybe<Scalars['ID']['input']>;
};


export type QueryDeploymentsArgs = {
  taskId: Scalars['ID']['input'];
  credentialId?: InputMaybe<Scalars['ID']['input']>;
};


export type QueryDeploymentArgs = {
  id: Scalars['ID']['input'];
  credentialId?: InputMaybe<Scalars['ID']['input']>;
};


export type QueryMyDeploymentsArgs = {
  status?: InputMaybe<DeploymentStatus>;
  taskId?: InputMaybe<Scalars['ID']['input']>;
  after?: InputMaybe<Scalars['ID']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


export type QueryDeploymentEventsArgs = {
  deploymentId?: InputMaybe<Scalars['ID']['input']>;
  taskId?: InputMaybe<Scalars['ID']['input']>;
  after?: InputMaybe<Scalars['ID']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


export type QueryTranscriptArgs = {
  deploymentId: Scalars['ID']['input'];
};


export type QueryAiTasksArgs = {
  filter?: InputMaybe<AiTaskFilter>;
  credentialId?: InputMaybe<Scalars['ID']['input']>;
};


export type QueryAiTaskArgs = {
  id: Scalars['ID']['input'];
  credentialId?: InputMaybe<Scalars['ID']['input']>;
};


export type QueryAiTaskGraphArgs = {
  taskListId: Scalars['ID']['input'];
  credentialId?: InputMaybe<Scalars['ID']['input']>;
};


export type QueryAiTaskListsArgs = {
  credentialId?: InputMaybe<Scalars['ID']['input']>;
};


export type QueryAiTaskListRunArgs = {
  taskListId: Scalars['ID']['input'];
  credentialId?: InputMaybe<Scalars['ID']['input']>;
};


export type QueryUsageArgs = {
  groupBy: UsageGroup;
  from?: InputMaybe<Scalars['DateTime']['input']>;
  to?: InputMaybe<Scalars['DateTime']['input']>;
  taskId?: InputMaybe<Scalars['ID']['input']>;
  taskListId?: InputMaybe<Scalars['ID']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};

export type Mutation = {
  __typename?: 'Mutation';
  /**
   * Verifies a QuantConnect credential upstream and stores it. When the upstream refuses it, the error is
   * `CREDENTIAL_REJECTED` and nothing is stored. When the upstream is unavailable, it is stored as `UNVERIFIED`. A credential
   * with the same account, organization and label is replaced.
   */
  saveQuantConnectCredential: Credential;
  /** Changes a stored credential. A new token is verified upstream first. */
  updateCredential: Credential;
  /** Verifies a stored credential upstream again. */
  verifyCredential: Credential;
  /** Deletes a credential. Polling with it stops, and its subscriptions end with `CREDENTIAL_MISSING`. */
  deleteCredential: Scalars['ID']['output'];
  /** Creates an agent. */
  createAgent: Agent;
  /** Changes an agent: an absent field does not change, `null` clears, a list replaces the old list. */
  updateAgent: Agent;
  /** Deletes an agent. */
  deleteAgent: Scalars['ID']['output'];
  /** Creates a task. It does not run until it is deployed. The upstream may change its name. */
  createTask: AgentTask;
  /** Renames a task. Its other fields cannot be changed. */
  updateTask: AgentTask;
  /** Deletes a task. */
  deleteTask: Scalars['ID']['output'];
  /**
   * Deploys a task. The gateway polls the deployment until it ends, with or without subscribers. Requests with the same
   * idempotency key deploy the task once.
   */
  deployTask: Deployment;
  /** Sends a follow-up prompt. A finished deployment runs again. */
  promptDeployment: Deployment;
  /** Stops a deployment. An event is emitted when it has ended. Stopping a finished deployment changes nothing. */
  stopDeployment: Deployment;
  /**
   * Creates a token that reads this one deployment over every transport, and nothing else: its state, events, conversation and
   * transcript. It is valid for `ttlSeconds` (1 to 3600), and no longer than the session that creates it.
   */
  createWatchToken: WatchToken;
  /**
   * Deletes a deployment upstream, and erases what was said in it, also when the upstream has forgotten the deployment. Its
   * events are kept in the log.
   */
  deleteDeployment: Scalars['ID']['output'];
  /**
   * Verifies a QuantCDN credential by reading a list with it, and stores it. When the upstream refuses it, the error is
   * `CREDENTIAL_REJECTED` and nothing is stored. When the upstream is unavailable, it is stored as `UNVERIFIED`. A credential
   * with the same organisation and label is replaced.
   */
  saveQuantCdnCredential: Credential;
  /** Creates an AI task. A dependency on an unknown task is refused before the create is sent. */
  createAiTask: AiTask;
  /**
   * Changes an AI task: an absent field does not change, `null` clears where the upstream allows it. Dependencies that would
   * form a cycle are refused before the change is sent, with the cycle in the error.
   */
  updateAiTask: AiTask;
  /** Assigns an AI task to an agent and starts it. `CONFLICT` when it is not free, also after a concurrent claim. */
  claimAiTask: AiTask;
  /** Deletes an AI task. If tasks depend on it, `cascade` deletes them too; without it: `CONFLICT` with `dependentTaskIds`. */
  deleteAiTask: DeleteAiTaskPayload;
  /**
   * Links an AI task to the QuantConnect task that its runs deploy; `taskId: null` removes the link. The link is stored in
   * the metadata of the AI task, as `quantconnect.taskId`, where other clients of QuantCDN can read it.
   */
  linkAiTask: AiTask;
  /**
   * Runs an AI task: deploys the task that it is linked to. The AI task becomes IN_PROGRESS, its progress message follows the
   * deployment, and it ends as COMPLETED with a result or as FAILED with an error, with or without subscribers. `CONFLICT`
   * while it depends on unfinished tasks, and when it is in progress or completed; `BUDGET_EXCEEDED` while a budget is used up.
   * `agentCredentialId` selects the QuantConnect credential. With a guard its deployment has these limits.
   */
  runAiTask: AiTaskRun;
  /**
   * Runs all tasks of a list in the order of their dependencies, up to `maxParallel` at the same time. When a task fails, only
   * the tasks that depend on it do not run. `CONFLICT` while another run of the list is in progress. Refused when an
   * unfinished task has no link, or when the dependencies have a cycle. A guard holds for each deployment, and for tokens,
   * turns and seconds of the whole run together: when that is exceeded, nothing more is started, the deployments are stopped,
   * each with `GUARD_TRIPPED`, and the run ends as STOPPED with the reason.
   */
  runAiTaskList: AiTaskListRun;
  /**
   * Starts no more tasks of the list. Running tasks finish, or are stopped with `stopDeployments`; the gateway goes on to stop
   * those that are only being deployed.
   */
  stopAiTaskList: AiTaskListRun;
  /**
   * Sets a budget of tokens, in place of the one for the same period, task and list. At `warnAt` the log has `BUDGET_WARNED`, and
   * `BUDGET_REACHED` when it is used up. Then `STOP_STARTING` refuses deployments, prompts and runs of single AI tasks with
   * `BUDGET_EXCEEDED` and holds runs of lists, and `STOP` also stops the deployments that run.
   */
  setBudget: Budget;
  /** Deletes a budget. */
  deleteBudget: Scalars['ID']['output'];
};


export type MutationSaveQuantConnectCredentialArgs = {
  input: QuantConnectCredentialInput;
};


export type MutationUpdateCredentialArgs = {
  id: Scalars['ID']['input'];
  input: UpdateCredentialInput;
};


export type MutationVerifyCredentialArgs = {
  id: Scalars['ID']['input'];
};


export type MutationDeleteCredentialArgs = {
  id: Scalars['ID']['input'];
  eraseTranscripts?: InputMaybe<Scalars['Boolean']['input']>;
};


export type MutationCreateAgentArgs = {
  input: CreateAgentInput;
  credentialId?: InputMaybe<Scalars['ID']['input']>;
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};


export type MutationUpdateAgentArgs = {
  id: Scalars['ID']['input'];
  input: UpdateAgentInput;
  credentialId?: InputMaybe<Scalars['ID']['input']>;
};


export type MutationDeleteAgentArgs = {
  id: Scalars['ID']['input'];
  credentialId?: InputMaybe<Scalars['ID']['input']>;
};


export type MutationCreateTaskArgs = {
  input: CreateTaskInput;
  credentialId?: InputMaybe<Scalars['ID']['input']>;
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};


export type MutationUpdateTaskArgs = {
  id: Scalars['ID']['input'];
  input: UpdateTaskInput;
  credentialId?: InputMaybe<Scalars['ID']['input']>;
};


export type MutationDeleteTaskArgs = {
  id: Scalars['ID']['input'];
  credentialId?: InputMaybe<Scalars['ID']['input']>;
};


export type MutationDeployTaskArgs = {
  taskId: Scalars['ID']['input'];
  guard?: InputMaybe<DeploymentGuardInput>;
  credentialId?: InputMaybe<Scalars['ID']['input']>;
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};


export type MutationPromptDeploymentArgs = {
  id: Scalars['ID']['input'];
  prompt: Scalars['String']['input'];
  credentialId?: InputMaybe<Scalars['ID']['input']>;
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  onBusy?: InputMaybe<OnBusy>;
};


export type MutationStopDeploymentArgs = {
  id: Scalars['ID']['input'];
  credentialId?: InputMaybe<Scalars['ID']['input']>;
};


export type MutationCreateWatchTokenArgs = {
  deploymentId: Scalars['ID']['input'];
  ttlSeconds?: InputMaybe<Scalars['Int']['input']>;
};


export type MutationDeleteDeploymentArgs = {
  id: Scalars['ID']['input'];
  credentialId?: InputMaybe<Scalars['ID']['input']>;
  keepTranscript?: InputMaybe<Scalars['Boolean']['input']>;
};


export type MutationSaveQuantCdnCredentialArgs = {
  input: QuantCdnCredentialInput;
};


export type MutationCreateAiTaskArgs = {
  input: CreateAiTaskInput;
  credentialId?: InputMaybe<Scalars['ID']['input']>;
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};


export type MutationUpdateAiTaskArgs = {
  id: Scalars['ID']['input'];
  input: UpdateAiTaskInput;
  credentialId?: InputMaybe<Scalars['ID']['input']>;
};


export type MutationClaimAiTaskArgs = {
  id: Scalars['ID']['input'];
  agentId: Scalars['ID']['input'];
  credentialId?: InputMaybe<Scalars['ID']['input']>;
};


export type MutationDeleteAiTaskArgs = {
  id: Scalars['ID']['input'];
  cascade?: InputMaybe<Scalars['Boolean']['input']>;
  credentialId?: InputMaybe<Scalars['ID']['input']>;
};


export type MutationLinkAiTaskArgs = {
  aiTaskId: Scalars['ID']['input'];
  taskId?: InputMaybe<Scalars['ID']['input']>;
  credentialId?: InputMaybe<Scalars['ID']['input']>;
  agentCredentialId?: InputMaybe<Scalars['ID']['input']>;
};


export type MutationRunAiTaskArgs = {
  id: Scalars['ID']['input'];
  guard?: InputMaybe<DeploymentGuardInput>;
  credentialId?: InputMaybe<Scalars['ID']['input']>;
  agentCredentialId?: InputMaybe<Scalars['ID']['input']>;
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};


export type MutationRunAiTaskListArgs = {
  taskListId: Scalars['ID']['input'];
  maxParallel?: InputMaybe<Scalars['Int']['input']>;
  guard?: InputMaybe<DeploymentGuardInput>;
  credentialId?: InputMaybe<Scalars['ID']['input']>;
  agentCredentialId?: InputMaybe<Scalars['ID']['input']>;
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};


export type MutationStopAiTaskListArgs = {
  taskListId: Scalars['ID']['input'];
  stopDeployments?: InputMaybe<Scalars['Boolean']['input']>;
  credentialId?: InputMaybe<Scalars['ID']['input']>;
};


export type MutationSetBudgetArgs = {
  input: BudgetInput;
};


export type MutationDeleteBudgetArgs = {
  id: Scalars['ID']['input'];
};

export type Subscription = {
  __typename?: 'Subscription';
  /**
   * With `after`: every later event exactly once and in order, then new events. Without: first the newest event of the
   * deployment, or of each unfinished deployment, then new events. Polling goes on when the client disconnects.
   */
  deploymentEvents: DeploymentEvent;
  /** Each message from index `after + 1` on, and again each time it changes. */
  conversationMessages: ConversationMessage;
  /**
   * What a deployment has used: first as it was last read, then each time it has grown. It needs no upstream call beside those
   * of `conversationMessages`. Ends when the deployment is deleted.
   */
  conversationUsage: ConversationUsage;
  /**
   * Changes of the tasks of a list. With `after`: every later change exactly once and in order, then new changes. Without:
   * first each task as it is. The list is polled once per interval for all subscribers. While the upstream is unavailable,
   * nothing is sent; afterwards the changes are. The subscription ends with `CREDENTIAL_REJECTED` when the upstream refuses
   * the credential, and with `CREDENTIAL_MISSING` when the credential is deleted.
   */
  aiTaskChanged: AiTask;
  /**
   * The newest run of a list, each time it or one of its started runs changes; `changed` is that run. Without `after`: first
   * the run as it is. With it: first the missed changes, also those of earlier runs. Completes when the run has ended.
   * `NOT_FOUND` for a list that was never run.
   */
  aiTaskListRunChanged: AiTaskListRun;
};


export type SubscriptionDeploymentEventsArgs = {
  deploymentId?: InputMaybe<Scalars['ID']['input']>;
  taskId?: InputMaybe<Scalars['ID']['input']>;
  after?: InputMaybe<Scalars['ID']['input']>;
  untilTerminal?: InputMaybe<Scalars['Boolean']['input']>;
  credentialId?: InputMaybe<Scalars['ID']['input']>;
};


export type SubscriptionConversationMessagesArgs = {
  deploymentId: Scalars['ID']['input'];
  callableId?: InputMaybe<Scalars['ID']['input']>;
  after?: InputMaybe<Scalars['Int']['input']>;
  untilTerminal?: InputMaybe<Scalars['Boolean']['input']>;
  credentialId?: InputMaybe<Scalars['ID']['input']>;
};


export type SubscriptionConversationUsageArgs = {
  deploymentId: Scalars['ID']['input'];
  credentialId?: InputMaybe<Scalars['ID']['input']>;
};


export type SubscriptionAiTaskChangedArgs = {
  taskListId: Scalars['ID']['input'];
  after?: InputMaybe<Scalars['ID']['input']>;
  credentialId?: InputMaybe<Scalars['ID']['input']>;
};


export type SubscriptionAiTaskListRunChangedArgs = {
  taskListId: Scalars['ID']['input'];
  after?: InputMaybe<Scalars['ID']['input']>;
  credentialId?: InputMaybe<Scalars['ID']['input']>;
};

/** The caller. */
export type Viewer = {
  __typename?: 'Viewer';
  /** The id of the user. */
  id: Scalars['ID']['output'];
  /** The e-mail address that the user signs in with. */
  email: Maybe<Scalars['String']['output']>;
  /** The roles of the user: `user`, `admin`. */
  roles: Array<Scalars['String']['output']>;
  /** The stored upstream credentials of the user, oldest first. */
  credentials: Array<Credential>;
};

/** A stored upstream credential. Its secret can be replaced, but not read. */
export type Credential = {
  __typename?: 'Credential';
  /** The id that selects it in other operations (`credentialId`). */
  id: Scalars['ID']['output'];
  /** The upstream that it belongs to. */
  provider: Provider;
  /** A name of the owner's choice. */
  label: Maybe<Scalars['String']['output']>;
  /** The account upstream: a QuantConnect user id or a QuantCDN organisation. */
  account: Scalars['String']['output'];
  /** The organization that is used when an operation names none. */
  organizationId: Maybe<Scalars['ID']['output']>;
  /** The last four characters of the secret. */
  tokenHint: Scalars['String']['output'];
  /** The result of the last verification. */
  status: CredentialStatus;
  /** Of an `UNVERIFIED` one: the code of the error because of which the upstream could not be asked. */
  verificationProblem: Maybe<Scalars['String']['output']>;
  /** Whether it is used when an operation names no credential. */
  isDefault: Scalars['Boolean']['output'];
  /** When it was stored. */
  createdAt: Scalars['DateTime']['output'];
};

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

/** An agent of QuantConnect. */
export type Agent = {
  __typename?: 'Agent';
  /** Numeric id. */
  id: Scalars['ID']['output'];
  /** Name. */
  name: Scalars['String']['output'];
  /** A description. */
  description: Maybe<Scalars['String']['output']>;
  /** File name of its image. */
  profileImage: Maybe<Scalars['String']['output']>;
  /** Its system prompt. */
  systemPrompt: Maybe<Scalars['String']['output']>;
  /** The reasoning effort of its model. */
  reasoningEffort: Maybe<ReasoningEffort>;
  /** The upstream's word for the effort. */
  rawReasoningEffort: Maybe<Scalars['String']['output']>;
  /** The maximum number of turns in one deployment. */
  maxTurns: Maybe<Scalars['Int']['output']>;
  /** How it chooses tools, for instance `auto`. */
  toolChoice: Maybe<Scalars['String']['output']>;
  /** Identifiers of its tools. */
  tools: Array<Scalars['String']['output']>;
  /** Whether it is shared inside its organization. */
  public: Maybe<Scalars['Boolean']['output']>;
  /** Its model; null for the default of the organization. */
  model: Maybe<Scalars['String']['output']>;
  /** The stage of the research pipeline that it is bound to. */
  pipeline: Maybe<Scalars['String']['output']>;
  /** JSON Schema of its structured output; read-only. */
  outputSchema: Maybe<Scalars['JSON']['output']>;
  /** Whether it uses the LLM of the platform; otherwise it has its own key. */
  useQcc: Maybe<Scalars['Boolean']['output']>;
  /** The provider of the agent's own LLM key. The key itself cannot be read. */
  llmProvider: Maybe<Scalars['String']['output']>;
  /** The agents that run after it in each deployment, in order. */
  chainedAgents: Array<ChainedAgent>;
  /** The agents that it can call as tools. */
  subAgents: Array<SubAgent>;
  /** The person who created it. */
  author: Maybe<Person>;
  /** The organization that it belongs to. */
  organization: Maybe<Organization>;
  /** The node that it is pinned to. */
  node: Maybe<Node>;
  /** When it was created. */
  createdAt: Maybe<Scalars['DateTime']['output']>;
  /** When it was last changed. */
  updatedAt: Maybe<Scalars['DateTime']['output']>;
  /** What the upstream said of it and no field shows, as its sub-agents' details; never a key. Null for nothing. */
  raw: Maybe<Scalars['JSON']['output']>;
  /** The tasks of this agent. */
  tasks: Array<AgentTask>;
};

/** An agent's place in a chain. */
export type ChainedAgent = {
  __typename?: 'ChainedAgent';
  /** The id of the agent. */
  agentId: Scalars['ID']['output'];
  /** Its position, from 1. */
  step: Scalars['Int']['output'];
  /** The agent itself. */
  agent: Maybe<Agent>;
};

/** An agent that another agent can call. */
export type SubAgent = {
  __typename?: 'SubAgent';
  /** The id of the agent. */
  agentId: Scalars['ID']['output'];
  /** The maximum number of calls in one deployment. */
  callableCount: Maybe<Scalars['Int']['output']>;
  /** The agent itself. */
  agent: Maybe<Agent>;
};

/** A person at QuantConnect. */
export type Person = {
  __typename?: 'Person';
  /** The public id of the account. */
  publicId: Maybe<Scalars['String']['output']>;
  /** Name. */
  name: Maybe<Scalars['String']['output']>;
  /** File name of an image. */
  image: Maybe<Scalars['String']['output']>;
};

/** An organization of QuantConnect. */
export type Organization = {
  __typename?: 'Organization';
  /** Its id. */
  id: Scalars['ID']['output'];
  /** Its name. */
  name: Maybe<Scalars['String']['output']>;
  /** File name of its image. */
  profile: Maybe<Scalars['String']['output']>;
};

/** The machine that an agent runs on. */
export type Node = {
  __typename?: 'Node';
  /** Numeric id; 0 when the agent is not pinned to a node. */
  id: Scalars['ID']['output'];
  /** The kind of machine, in the upstream's words. */
  sku: Maybe<Scalars['String']['output']>;
};

/** A task of QuantConnect: a prompt for an agent. It runs each time it is deployed. */
export type AgentTask = {
  __typename?: 'AgentTask';
  /** Numeric id. */
  id: Scalars['ID']['output'];
  /** The name. The upstream may have changed it. */
  name: Scalars['String']['output'];
  /** The prompt for the agent. */
  prompt: Scalars['String']['output'];
  /** The organization that it belongs to. */
  organizationId: Scalars['ID']['output'];
  /** The agent that executes it. */
  agentId: Scalars['ID']['output'];
  /** The agent itself. */
  agent: Maybe<Agent>;
  /** The upstream's word for which project its deployments use. */
  projectPreference: Maybe<Scalars['String']['output']>;
  /** Its project; null before there is one. */
  projectId: Maybe<Scalars['ID']['output']>;
  /** How often it was deployed. */
  deploymentCount: Scalars['SafeInt']['output'];
  /** The upstream's number of its last deployment. It is not the `id` of a deployment. */
  lastDeploymentId: Maybe<Scalars['ID']['output']>;
  /** When it was deployed last. */
  lastDeployedAt: Maybe<Scalars['DateTime']['output']>;
  /** The person who created it. */
  owner: Maybe<Person>;
  /** Cron expression of its schedule. */
  schedule: Maybe<Scalars['String']['output']>;
  /** The schedule in the upstream's words. */
  scheduleHuman: Maybe<Scalars['String']['output']>;
  /** Its scheduled deployments, in the upstream's form, which is not published. */
  upcomingDeployments: Array<Scalars['JSON']['output']>;
  /** Its notifications, in the upstream's form, which is not published. */
  notifications: Array<Scalars['JSON']['output']>;
  /** What the upstream said of it and no field shows. Null for nothing. */
  raw: Maybe<Scalars['JSON']['output']>;
  /** When it was created. */
  createdAt: Maybe<Scalars['DateTime']['output']>;
  /** When it was last changed. */
  updatedAt: Maybe<Scalars['DateTime']['output']>;
  /** Its unfinished deployments, which the upstream sends with the task: they need no further call. */
  activeDeployments: Array<ActiveDeployment>;
  /** All its deployments. */
  deployments: Array<Deployment>;
  /**
   * The AI tasks that are linked to it, of those that the gateway has read in the organisation of the caller's default
   * QuantCDN credential. Empty when the caller has no such credential.
   */
  aiTasks: Array<AiTask>;
};

/** An unfinished deployment, as the upstream sends it with its task. */
export type ActiveDeployment = {
  __typename?: 'ActiveDeployment';
  /** Id of the deployment. */
  deploymentId: Scalars['ID']['output'];
  /** Its status. */
  status: DeploymentStatus;
  /** The upstream's word for the status. */
  rawStatus: Scalars['String']['output'];
};

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

/** One run of a task. */
export type Deployment = {
  __typename?: 'Deployment';
  /** Id, `A-` and 32 hexadecimal digits. */
  id: Scalars['ID']['output'];
  /** Its status. */
  status: DeploymentStatus;
  /** The upstream's word for the status. */
  rawStatus: Scalars['String']['output'];
  /** Whether it has ended. A prompt can make it run again. */
  isTerminal: Scalars['Boolean']['output'];
  /** The id of its task. */
  taskId: Maybe<Scalars['ID']['output']>;
  /** The id of its agent. */
  agentId: Maybe<Scalars['ID']['output']>;
  /** The task itself. */
  task: Maybe<AgentTask>;
  /** The agent itself. */
  agent: Maybe<Agent>;
  /** The model it runs on. */
  model: Maybe<Scalars['String']['output']>;
  /** The prompt of the agent. */
  prompt: Maybe<Scalars['String']['output']>;
  /** The project that it uses. */
  projectId: Maybe<Scalars['ID']['output']>;
  /** The version of LEAN that it runs on. */
  versionId: Maybe<Scalars['ID']['output']>;
  /** The machine that it runs on; null in the queue. */
  machine: Maybe<Scalars['String']['output']>;
  /** The name of that machine's host. */
  hostName: Maybe<Scalars['String']['output']>;
  /** The tools that it can use. */
  mcpTools: Array<Scalars['String']['output']>;
  /** The error message. */
  runtimeError: Maybe<Scalars['String']['output']>;
  /** Why it has ended; null while it has not. */
  endReason: Maybe<DeploymentEndReason>;
  /** The limits after which the gateway stops it. Null when it has none. */
  guard: Maybe<DeploymentGuard>;
  /** What the upstream said of it and no field shows. Null for nothing. */
  raw: Maybe<Scalars['JSON']['output']>;
  /** When it was created. */
  createdAt: Maybe<Scalars['DateTime']['output']>;
  /** When it left the queue. */
  startedAt: Maybe<Scalars['DateTime']['output']>;
  /** When it ended. */
  endedAt: Maybe<Scalars['DateTime']['output']>;
  /** When the gateway last read it upstream. */
  observedAt: Scalars['DateTime']['output'];
  /** Whether the last reads failed. The fields are those of the last successful read. */
  isStale: Scalars['Boolean']['output'];
  /**
   * Its conversation; with `callableId` the thread of one callable agent. When the upstream has none any more, it is as it was
   * last read.
   */
  conversation: Conversation;
  /** Its events, oldest first; empty when the gateway does not poll it. */
  events: DeploymentEventConnection;
};


/** One run of a task. */
export type DeploymentConversationArgs = {
  callableId?: InputMaybe<Scalars['ID']['input']>;
};


/** One run of a task. */
export type DeploymentEventsArgs = {
  after?: InputMaybe<Scalars['ID']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};

/** The limits of a deployment, and how they are counted. */
export type DeploymentGuard = {
  __typename?: 'DeploymentGuard';
  /** The maximum of input and output tokens together; null for no limit. */
  maxTokens: Maybe<Scalars['SafeInt']['output']>;
  /** The maximum number of seconds since `runStartedAt`, time in the queue included; null for no limit. */
  maxDurationSeconds: Maybe<Scalars['Int']['output']>;
  /** The maximum of turns; null for no limit. */
  maxTurns: Maybe<Scalars['Int']['output']>;
  /** Whether a runtime error that a tool reports stops it. */
  stopOnRuntimeError: Scalars['Boolean']['output'];
  /** Whether a warning that a tool gives stops it. */
  stopOnWarning: Scalars['Boolean']['output'];
  /** The share of a limit at which `GUARD_WARNED` is emitted. */
  warnAt: Scalars['Float']['output'];
  /** From when `maxDurationSeconds` counts: its creation, or the prompt that revived it last. */
  runStartedAt: Scalars['DateTime']['output'];
};

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

/** The conversation of a deployment. */
export type Conversation = {
  __typename?: 'Conversation';
  /** The deployment. */
  deploymentId: Scalars['ID']['output'];
  /** Input tokens used so far. */
  inputTokens: Scalars['SafeInt']['output'];
  /** Output tokens used so far. */
  outputTokens: Scalars['SafeInt']['output'];
  /** Turns taken so far: its parts of the type `step-start`; where it has none, its messages of the assistant. */
  turns: Scalars['SafeInt']['output'];
  /** The agents that take part. `callableId` selects the thread of one that another agent calls. */
  agents: Array<ConversationAgent>;
  /** The upstream's word for the status of the whole conversation. */
  aggregateStatus: Maybe<Scalars['String']['output']>;
  /** The project that it works in. */
  projectId: Maybe<Scalars['ID']['output']>;
  /** The prompt that it began with. */
  prompt: Maybe<Scalars['String']['output']>;
  /** The upstream's internal name of it. */
  channel: Maybe<Scalars['String']['output']>;
  /**
   * The messages from index `after + 1` on. A value in one that nests 64 levels or more is null; the path of this list is then in
   * `extensions.incomplete`.
   */
  messages: Array<ConversationMessage>;
  /**
   * The files that the agent wrote, with their latest content. With `at`, the index of a message: as they were after that
   * message.
   */
  files: Array<ConversationFile>;
  /** Tool calls with errors or warnings. */
  failures: Array<ToolFailure>;
  /** What the upstream said of it and no field shows; that of parts is in their own `raw`. Null for nothing. */
  raw: Maybe<Scalars['JSON']['output']>;
};


/** The conversation of a deployment. */
export type ConversationMessagesArgs = {
  after?: InputMaybe<Scalars['Int']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


/** The conversation of a deployment. */
export type ConversationFilesArgs = {
  at?: InputMaybe<Scalars['Int']['input']>;
};

/** What a deployment has used so far. */
export type ConversationUsage = {
  __typename?: 'ConversationUsage';
  /** Input tokens. */
  inputTokens: Scalars['SafeInt']['output'];
  /** Output tokens. */
  outputTokens: Scalars['SafeInt']['output'];
  /** Turns: parts of the type `step-start`; where there are none, messages of the assistant. */
  turns: Scalars['SafeInt']['output'];
};

/** By what usage is summed up. */
export type UsageGroup =
  /** By the UTC day on which a deployment was created: `YYYY-MM-DD`. */
  | 'DAY'
  /** By the UTC month: `YYYY-MM`. */
  | 'MONTH'
  /** By the task that was deployed. */
  | 'TASK'
  /** By the agent. */
  | 'AGENT'
  /** By the list of AI tasks. Deployments that no AI task was run with are left out. */
  | 'TASK_LIST'
  /** Each deployment by itself. */
  | 'DEPLOYMENT'
  /** By user, for administrators. */
  | 'USER';

/** What deployments have used. */
export type Usage = {
  __typename?: 'Usage';
  /** A day, a month or an id, as it was asked for. */
  key: Scalars['String']['output'];
  /** The beginning of the day or month; otherwise `from`, or when the first of the deployments was created. */
  from: Scalars['DateTime']['output'];
  /** The end of the day or month; otherwise `to`, or when the last of the deployments was created. */
  to: Scalars['DateTime']['output'];
  /** The number of deployments. */
  deployments: Scalars['SafeInt']['output'];
  /** Input tokens. */
  inputTokens: Scalars['SafeInt']['output'];
  /** Output tokens. */
  outputTokens: Scalars['SafeInt']['output'];
  /** Turns. */
  turns: Scalars['SafeInt']['output'];
  /** Seconds from start to end, summed over the runs of each deployment that have ended. */
  seconds: Scalars['SafeInt']['output'];
};

/** A budget of tokens, for all of the caller's deployments, those of a task, or those of a list. */
export type Budget = {
  __typename?: 'Budget';
  /** Its id. */
  id: Scalars['ID']['output'];
  /** What the tokens are for. */
  period: BudgetPeriod;
  /** Input and output tokens together. */
  maxTokens: Scalars['SafeInt']['output'];
  /** What is used in the present period; of `RUN` by the newest run of the list. */
  usedTokens: Scalars['SafeInt']['output'];
  /** The task whose deployments count; null for every one. */
  taskId: Maybe<Scalars['ID']['output']>;
  /** The list whose deployments count; null for every one, and for those of no list. */
  taskListId: Maybe<Scalars['ID']['output']>;
  /** What happens when it is used up. */
  onReached: BudgetAction;
  /** The share at which `BUDGET_WARNED` is emitted. */
  warnAt: Scalars['Float']['output'];
  /** When it begins anew; null for `RUN`. */
  resetsAt: Maybe<Scalars['DateTime']['output']>;
};

/** A budget to set. */
export type BudgetInput = {
  /** What the tokens are for. */
  period: BudgetPeriod;
  /** Input and output tokens together, at least 1. */
  maxTokens: Scalars['SafeInt']['input'];
  /** Only deployments of this task. */
  taskId?: InputMaybe<Scalars['ID']['input']>;
  /** Only deployments for AI tasks of this list. `RUN` needs it. */
  taskListId?: InputMaybe<Scalars['ID']['input']>;
  /** What happens when it is used up. */
  onReached?: BudgetAction;
  /** The share at which `BUDGET_WARNED` is emitted, above 0 and at most 1. */
  warnAt?: InputMaybe<Scalars['Float']['input']>;
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

/** An agent that takes part in a conversation. */
export type ConversationAgent = {
  __typename?: 'ConversationAgent';
  /** Numeric id. */
  id: Maybe<Scalars['ID']['output']>;
  /** Name. */
  name: Maybe<Scalars['String']['output']>;
  /** The id of its own thread, for `conversation(callableId:)`; null when it has none. */
  callableId: Maybe<Scalars['ID']['output']>;
};

/** What was said in a deployment, as it was last read. */
export type Transcript = {
  __typename?: 'Transcript';
  /** When the gateway last read it. */
  readAt: Scalars['DateTime']['output'];
  /** The deployment's own thread. */
  conversation: Conversation;
  /** The threads of sub-agents, as far as a client has read or followed them. */
  threads: Array<TranscriptThread>;
};

/** The thread of a sub-agent. */
export type TranscriptThread = {
  __typename?: 'TranscriptThread';
  /** By what it is read: `Deployment.conversation(callableId:)`. */
  callableId: Scalars['ID']['output'];
  /** When the gateway last read it. */
  readAt: Scalars['DateTime']['output'];
  /** What was said in it. */
  conversation: Conversation;
};

/** One message. */
export type ConversationMessage = {
  __typename?: 'ConversationMessage';
  /** Position in the conversation, from 0. */
  index: Scalars['Int']['output'];
  /** The upstream's id. */
  id: Maybe<Scalars['ID']['output']>;
  /** The role of the author: `user`, `assistant`, `system`. */
  role: Scalars['String']['output'];
  /** The time, in the upstream's format. */
  time: Maybe<Scalars['String']['output']>;
  /** What the upstream has noted of it, for instance the agent that it is from. */
  metadata: Maybe<Scalars['JSON']['output']>;
  /** The agent that it is from, as `metadata` names it; null when it names none. */
  agentId: Maybe<Scalars['ID']['output']>;
  /** Its parts, in order. */
  parts: Array<MessagePart>;
};

/** A part of a message. */
export type MessagePart = {
  /** The upstream's word for the type of the part. */
  type: Scalars['String']['output'];
  /** What the upstream said of it and no field shows; `{}` for nothing. */
  raw: Scalars['JSON']['output'];
};

/** Text. */
export type TextPart = MessagePart & {
  __typename?: 'TextPart';
  /** `text`. */
  type: Scalars['String']['output'];
  /** The text. */
  text: Scalars['String']['output'];
  /** `streaming` while it grows, then `done`. */
  state: Maybe<Scalars['String']['output']>;
  /** What the upstream said of it and no field shows; `{}` for nothing. */
  raw: Scalars['JSON']['output'];
};

/** Reasoning of the model. */
export type ReasoningPart = MessagePart & {
  __typename?: 'ReasoningPart';
  /** `reasoning`. */
  type: Scalars['String']['output'];
  /** The text. */
  text: Scalars['String']['output'];
  /** `streaming` while it grows, then `done`. */
  state: Maybe<Scalars['String']['output']>;
  /** What the upstream said of it and no field shows; `{}` for nothing. */
  raw: Scalars['JSON']['output'];
};

/** A tool call. Its state changes while it runs. */
export type ToolPart = MessagePart & {
  __typename?: 'ToolPart';
  /** `dynamic-tool`, or `tool-` and its name. */
  type: Scalars['String']['output'];
  /** Name of the tool. */
  toolName: Scalars['String']['output'];
  /** Id of the call. */
  toolCallId: Maybe<Scalars['ID']['output']>;
  /** Its state: `input-streaming`, `input-available`, `output-available`, `output-error`, … */
  state: Maybe<Scalars['String']['output']>;
  /** A title of the call. */
  title: Maybe<Scalars['String']['output']>;
  /** The input. */
  input: Maybe<Scalars['JSON']['output']>;
  /** The output. */
  output: Maybe<Scalars['JSON']['output']>;
  /** The error message. */
  errorText: Maybe<Scalars['String']['output']>;
  /** What a called agent has said, in the upstream's form, which is not published. */
  messages: Array<Scalars['JSON']['output']>;
  /** What the upstream said of it and no field shows; `{}` for nothing. */
  raw: Scalars['JSON']['output'];
};

/** A part of a type that the gateway does not know. */
export type OtherPart = MessagePart & {
  __typename?: 'OtherPart';
  /** The upstream's word for its type. */
  type: Scalars['String']['output'];
  /** The whole part. */
  raw: Scalars['JSON']['output'];
};

/** A file that the agent wrote. */
export type ConversationFile = {
  __typename?: 'ConversationFile';
  /** Its path. */
  path: Scalars['String']['output'];
  /** Its content. */
  content: Scalars['String']['output'];
};

/** A tool call with errors or warnings. */
export type ToolFailure = {
  __typename?: 'ToolFailure';
  /** Index of the message that holds the call. */
  messageIndex: Scalars['Int']['output'];
  /** Name of the tool. */
  toolName: Scalars['String']['output'];
  /** The error messages. */
  errors: Array<Scalars['String']['output']>;
  /** The warnings. */
  warnings: Array<Scalars['String']['output']>;
  /** The files as they were when it failed. */
  files: Array<ConversationFile>;
};

/** A change of a deployment, in the event log. */
export type DeploymentEvent = {
  __typename?: 'DeploymentEvent';
  /** The cursor: send it as `after` to read on after this event. */
  id: Scalars['ID']['output'];
  /** The type of the change. */
  type: DeploymentEventType;
  /** The id of the deployment. */
  deploymentId: Scalars['ID']['output'];
  /** The id of its task. */
  taskId: Maybe<Scalars['ID']['output']>;
  /** The status after the change. */
  status: DeploymentStatus;
  /** The status before the change. */
  previousStatus: Maybe<DeploymentStatus>;
  /** The upstream's word for the status. */
  rawStatus: Scalars['String']['output'];
  /** When the gateway noticed the change. */
  occurredAt: Scalars['DateTime']['output'];
  /** The reason: the guard that tripped, the error code of failed polls, or how the gateway learned of the deployment. */
  reason: Maybe<Scalars['String']['output']>;
  /** The deployment as it was last read, which may be later than the event; null when it was deleted. Needs no upstream call. */
  deployment: Maybe<Deployment>;
};

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

/** A page of deployments. */
export type DeploymentConnection = {
  __typename?: 'DeploymentConnection';
  /** The deployments, newest first. */
  nodes: Array<Deployment>;
  /** The end of the page. */
  pageInfo: PageInfo;
};

/** A token that reads one deployment and nothing else. */
export type WatchToken = {
  __typename?: 'WatchToken';
  /** Sent as an access token is: `Authorization: Bearer …`, or in `connection_init`. */
  token: Scalars['String']['output'];
  /** When it expires, if the session that created it has not ended before. */
  expiresAt: Scalars['DateTime']['output'];
};

/** A page of events. */
export type DeploymentEventConnection = {
  __typename?: 'DeploymentEventConnection';
  /** The events, oldest first. */
  nodes: Array<DeploymentEvent>;
  /** The end of the page. */
  pageInfo: PageInfo;
};

/** The end of a page. */
export type PageInfo = {
  __typename?: 'PageInfo';
  /** Whether there is more now. */
  hasNextPage: Scalars['Boolean']['output'];
  /** The `after` of the next page, or of a subscription. */
  endCursor: Maybe<Scalars['ID']['output']>;
};

/** A QuantConnect account. */
export type QuantConnectCredentialInput = {
  /** A name of your choice. */
  label?: InputMaybe<Scalars['String']['input']>;
  /** Numeric user id, from the account page. */
  userId: Scalars['ID']['input'];
  /** API token, from the account page. */
  apiToken: Scalars['String']['input'];
  /** The organization that is used when an operation names none. */
  organizationId?: InputMaybe<Scalars['ID']['input']>;
};

/** Changes of a credential: an absent field does not change, `null` clears. */
export type UpdateCredentialInput = {
  /** A name of your choice. */
  label?: InputMaybe<Scalars['String']['input']>;
  /** A new token of the same account. */
  apiToken?: InputMaybe<Scalars['String']['input']>;
  /** The organization that is used when an operation names none. */
  organizationId?: InputMaybe<Scalars['ID']['input']>;
  /** `true` makes it the default: it is used when an operation names no credential. */
  isDefault?: InputMaybe<Scalars['Boolean']['input']>;
};

/** A new agent. */
export type CreateAgentInput = {
  /** The organization that it belongs to; without it that of the credential. */
  organizationId?: InputMaybe<Scalars['ID']['input']>;
  /** Name. */
  name: Scalars['String']['input'];
  /** A description. */
  description?: InputMaybe<Scalars['String']['input']>;
  /** File name of its image. */
  profileImage?: InputMaybe<Scalars['String']['input']>;
  /** Its system prompt. */
  systemPrompt?: InputMaybe<Scalars['String']['input']>;
  /** The reasoning effort of its model. */
  reasoningEffort?: InputMaybe<ReasoningEffort>;
  /** The maximum number of turns in one deployment. */
  maxTurns?: InputMaybe<Scalars['Int']['input']>;
  /** How it chooses tools, for instance `auto`. */
  toolChoice?: InputMaybe<Scalars['String']['input']>;
  /** Identifiers of its tools. */
  tools?: InputMaybe<Array<Scalars['String']['input']>>;
  /** Whether it is shared inside its organization. */
  public?: InputMaybe<Scalars['Boolean']['input']>;
  /** Its model; without it the default of the organization. */
  model?: InputMaybe<Scalars['String']['input']>;
  /** The stage of the research pipeline that it is bound to. */
  pipeline?: InputMaybe<Scalars['String']['input']>;
  /** Whether it uses the LLM of the platform; otherwise `llmToken` is required. */
  useQcc?: InputMaybe<Scalars['Boolean']['input']>;
  /** The agent's own LLM key. It cannot be read again. */
  llmToken?: InputMaybe<LlmTokenInput>;
  /** The agents that run after it in each deployment, in order. */
  chainedAgents?: InputMaybe<Array<ChainedAgentInput>>;
  /** The agents that it can call as tools. */
  subAgents?: InputMaybe<Array<SubAgentInput>>;
  /** The node that it is pinned to. Not together with `node`. */
  nodeId?: InputMaybe<Scalars['ID']['input']>;
  /** The node that it is pinned to, with its kind of machine. */
  node?: InputMaybe<NodeInput>;
};

/** Changes of an agent: an absent field does not change, `null` clears, a list replaces the old list. */
export type UpdateAgentInput = {
  /** Name. */
  name?: InputMaybe<Scalars['String']['input']>;
  /** A description. */
  description?: InputMaybe<Scalars['String']['input']>;
  /** File name of its image. */
  profileImage?: InputMaybe<Scalars['String']['input']>;
  /** Its system prompt. */
  systemPrompt?: InputMaybe<Scalars['String']['input']>;
  /** The reasoning effort of its model. */
  reasoningEffort?: InputMaybe<ReasoningEffort>;
  /** The maximum number of turns in one deployment. */
  maxTurns?: InputMaybe<Scalars['Int']['input']>;
  /** How it chooses tools. */
  toolChoice?: InputMaybe<Scalars['String']['input']>;
  /** Identifiers of its tools. */
  tools?: InputMaybe<Array<Scalars['String']['input']>>;
  /** Whether it is shared inside its organization. */
  public?: InputMaybe<Scalars['Boolean']['input']>;
  /** Its model. */
  model?: InputMaybe<Scalars['String']['input']>;
  /** The stage of the research pipeline that it is bound to. */
  pipeline?: InputMaybe<Scalars['String']['input']>;
  /** Whether it uses the LLM of the platform. */
  useQcc?: InputMaybe<Scalars['Boolean']['input']>;
  /** The agent's own LLM key. */
  llmToken?: InputMaybe<LlmTokenInput>;
  /** The agents that run after it in each deployment. */
  chainedAgents?: InputMaybe<Array<ChainedAgentInput>>;
  /** The agents that it can call as tools. */
  subAgents?: InputMaybe<Array<SubAgentInput>>;
  /** The node that it is pinned to. Not together with `node`. */
  nodeId?: InputMaybe<Scalars['ID']['input']>;
  /** The node that it is pinned to, with its kind of machine. */
  node?: InputMaybe<NodeInput>;
};

/** The machine that an agent runs on. */
export type NodeInput = {
  /** Numeric id; 0 pins the agent to no node. */
  id: Scalars['ID']['input'];
  /** The kind of machine, in the upstream's words. */
  sku?: InputMaybe<Scalars['String']['input']>;
};

/** A key of an LLM provider. */
export type LlmTokenInput = {
  /** The provider, for instance `anthropic`. */
  provider: Scalars['String']['input'];
  /** The key. */
  apiKey: Scalars['String']['input'];
};

/** An agent's place in a chain. */
export type ChainedAgentInput = {
  /** The id of the agent. */
  agentId: Scalars['ID']['input'];
  /** Its position, from 1. */
  step: Scalars['Int']['input'];
};

/** An agent that another agent can call. */
export type SubAgentInput = {
  /** The id of the agent. */
  agentId: Scalars['ID']['input'];
  /** The maximum number of calls in one deployment. */
  callableCount?: InputMaybe<Scalars['Int']['input']>;
};

/** A new task. */
export type CreateTaskInput = {
  /** The organization that it belongs to; without it that of the credential. */
  organizationId?: InputMaybe<Scalars['ID']['input']>;
  /** The agent that executes it. */
  agentId: Scalars['ID']['input'];
  /** Name. The upstream may change it. */
  name: Scalars['String']['input'];
  /** The prompt for the agent. */
  prompt: Scalars['String']['input'];
  /** Which project its deployments use. */
  projectPreference?: InputMaybe<ProjectPreference>;
};

/** Changes of a task. */
export type UpdateTaskInput = {
  /** The new name. */
  name?: InputMaybe<Scalars['String']['input']>;
};

/** Limits after which the gateway stops a deployment. */
export type DeploymentGuardInput = {
  /** The maximum of input and output tokens together. */
  maxTokens?: InputMaybe<Scalars['SafeInt']['input']>;
  /** The maximum number of seconds since the start, time in the queue included. */
  maxDurationSeconds?: InputMaybe<Scalars['Int']['input']>;
  /** The maximum of turns. A turn is one `step-start` part; where a conversation has none, one message of the assistant. */
  maxTurns?: InputMaybe<Scalars['Int']['input']>;
  /** Stops the deployment when a tool reports a runtime error. */
  stopOnRuntimeError?: InputMaybe<Scalars['Boolean']['input']>;
  /** Stops the deployment when a tool gives a warning. */
  stopOnWarning?: InputMaybe<Scalars['Boolean']['input']>;
  /** The share of a limit at which `GUARD_WARNED` is emitted, above 0 and at most 1. */
  warnAt?: InputMaybe<Scalars['Float']['input']>;
};

/** A QuantCDN account. */
export type QuantCdnCredentialInput = {
  /** A name of the owner's choice. */
  label?: InputMaybe<Scalars['String']['input']>;
  /** Short name of the organisation, as in the address of the dashboard. */
  organisation: Scalars['ID']['input'];
  /** An API token of that organisation. */
  apiToken: Scalars['String']['input'];
};

/** An AI task of QuantCDN: a record with which agents coordinate their work. */
export type AiTask = {
  __typename?: 'AiTask';
  /** UUID. */
  id: Scalars['ID']['output'];
  /** The organisation that it belongs to. */
  organisation: Scalars['ID']['output'];
  /** The list that it belongs to. */
  taskListId: Maybe<Scalars['ID']['output']>;
  /** Title. */
  title: Scalars['String']['output'];
  /** A description of the work. */
  description: Maybe<Scalars['String']['output']>;
  /** Its status. */
  status: AiTaskStatus;
  /** The upstream's word for the status. */
  rawStatus: Scalars['String']['output'];
  /** The agent that it is assigned to. */
  assignedAgentId: Maybe<Scalars['ID']['output']>;
  /** The agent that created it. */
  createdByAgentId: Maybe<Scalars['ID']['output']>;
  /** The ids of the tasks that it depends on. */
  dependsOn: Array<Scalars['ID']['output']>;
  /**
   * The tasks that it depends on, without those that no longer exist because they completed and expired. When only `id` is selected,
   * they are not read, and those that no longer exist are among them.
   */
  dependencies: Array<AiTask>;
  /** The tasks that depend on it. */
  dependents: Array<AiTask>;
  /** Whether it is pending and all tasks that it depends on are completed or no longer exist. */
  isReady: Scalars['Boolean']['output'];
  /**
   * Any data of clients. `quantgate` names the request of the gateway that created the task. A number beyond 2^53 is the nearest
   * one. Null with its path in `extensions.incomplete` when it nests 64 levels or more.
   */
  metadata: Maybe<Scalars['JSON']['output']>;
  /** From 0 to 1. */
  progress: Maybe<Scalars['Float']['output']>;
  /** A progress message. */
  progressMessage: Maybe<Scalars['String']['output']>;
  /** The result. */
  result: Maybe<Scalars['JSON']['output']>;
  /** The error message. */
  error: Maybe<Scalars['String']['output']>;
  /** How often it was retried, as counted by clients. */
  retryCount: Maybe<Scalars['Int']['output']>;
  /** How often it can be retried. */
  maxRetries: Maybe<Scalars['Int']['output']>;
  /** Why it is blocked, as a client stated. */
  blockedReason: Maybe<Scalars['String']['output']>;
  /** The tasks that block it, as a client stated. */
  blockedByTaskIds: Maybe<Array<Scalars['ID']['output']>>;
  /** When it was created. */
  createdAt: Maybe<Scalars['DateTime']['output']>;
  /** When it was last changed. */
  updatedAt: Maybe<Scalars['DateTime']['output']>;
  /** When it was started. */
  startedAt: Maybe<Scalars['DateTime']['output']>;
  /** When it completed, failed or was cancelled. */
  completedAt: Maybe<Scalars['DateTime']['output']>;
  /** When it was blocked. */
  blockedAt: Maybe<Scalars['DateTime']['output']>;
  /** When the upstream will delete it. */
  expiresAt: Maybe<Scalars['DateTime']['output']>;
  /** What the upstream said of the task that has no field here; null when there is nothing. */
  raw: Maybe<Scalars['JSON']['output']>;
  /**
   * The QuantConnect task that it is linked to, read with the caller's default credential; null without a link, when the
   * credential cannot read the task, or when the caller has none.
   */
  agentTask: Maybe<AgentTask>;
  /**
   * The deployment of its newest run through this gateway, else the one that its result names. It is as it was last polled, or
   * is read when the gateway does not poll it. Null when it no longer exists, or the caller has no QuantConnect credential.
   */
  deployment: Maybe<Deployment>;
  /** Its newest run through this gateway. */
  run: Maybe<AiTaskRun>;
  /** In `aiTaskChanged`: the cursor of this change, for `after`. Null everywhere else. */
  cursor: Maybe<Scalars['ID']['output']>;
  /** In `aiTaskChanged`: whether it has left the list (deleted, moved or expired). Its fields are as they were last read. */
  isGone: Scalars['Boolean']['output'];
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

/** A filter of AI tasks; a task must match all its fields. */
export type AiTaskFilter = {
  /** Tasks of this list. */
  taskListId?: InputMaybe<Scalars['ID']['input']>;
  /** Tasks with this status. */
  status?: InputMaybe<AiTaskStatus>;
  /** Tasks that are assigned to this agent. */
  assignedAgentId?: InputMaybe<Scalars['ID']['input']>;
  /** Tasks that depend on this task. */
  dependsOn?: InputMaybe<Scalars['ID']['input']>;
  /** The maximum number of tasks, 1 to 500, newest first; without it all tasks. */
  limit?: InputMaybe<Scalars['Int']['input']>;
};

/** A list of AI tasks, as far as reads through the gateway and its polls have shown it. */
export type AiTaskListSummary = {
  __typename?: 'AiTaskListSummary';
  /** The id of the list. */
  id: Scalars['ID']['output'];
  /** The number of tasks. */
  taskCount: Scalars['SafeInt']['output'];
  /** The number of tasks with each status. */
  counts: AiTaskCounts;
  /** When one of its tasks was last seen, to a few seconds. */
  lastSeenAt: Scalars['DateTime']['output'];
};

/** The number of tasks with each status. */
export type AiTaskCounts = {
  __typename?: 'AiTaskCounts';
  /** Tasks that have not started. */
  pending: Scalars['SafeInt']['output'];
  /** Tasks that an agent works on. */
  inProgress: Scalars['SafeInt']['output'];
  /** Completed tasks. */
  completed: Scalars['SafeInt']['output'];
  /** Failed tasks. */
  failed: Scalars['SafeInt']['output'];
  /** Cancelled tasks. */
  cancelled: Scalars['SafeInt']['output'];
  /** Tasks that a client has marked as blocked. */
  blocked: Scalars['SafeInt']['output'];
  /** Tasks with a status that the gateway does not know. */
  unknown: Scalars['SafeInt']['output'];
};

/** The dependency graph of a list. Each task is in one of `done`, `running`, `ready`, `blocked` and `unreachable`. */
export type AiTaskGraph = {
  __typename?: 'AiTaskGraph';
  /** The id of the list. */
  taskListId: Scalars['ID']['output'];
  /** The number of tasks. */
  taskCount: Scalars['Int']['output'];
  /** Tasks without dependencies. */
  roots: Array<Scalars['ID']['output']>;
  /** Tasks that no other task depends on. */
  leaves: Array<Scalars['ID']['output']>;
  /** All tasks. */
  nodes: Array<AiTaskNode>;
  /** Tasks that are completed, failed or cancelled. */
  done: Array<Scalars['ID']['output']>;
  /** Tasks that are in progress. */
  running: Array<Scalars['ID']['output']>;
  /** Pending tasks whose dependencies are completed. */
  ready: Array<Scalars['ID']['output']>;
  /** Tasks that depend on unfinished tasks. */
  blocked: Array<BlockedAiTask>;
  /** Tasks that cannot become ready, because a task that they depend on has failed or was cancelled. */
  unreachable: Array<UnreachableAiTask>;
  /** The longest chain of unfinished tasks, in the order of execution. */
  criticalPath: Array<Scalars['ID']['output']>;
  /** Cycles of dependencies; each task depends on the next, the last on the first. */
  cycles: Array<Array<Scalars['ID']['output']>>;
  /**
   * The tasks level by level, whatever their statuses: a task stands in the first stage after the last of its dependencies in the
   * list, so each stage may run once all before it are done. Tasks in a cycle, and what depends on them, stand in none.
   */
  stages: Array<Array<Scalars['ID']['output']>>;
  /** The connected parts of the graph: tasks of different groups share no dependency. */
  groups: Array<Array<Scalars['ID']['output']>>;
  /** What the upstream said that has no field here, of a node under `graph` and its id; null when there is nothing. */
  raw: Maybe<Scalars['JSON']['output']>;
};

/** A task in the graph of its list. */
export type AiTaskNode = {
  __typename?: 'AiTaskNode';
  /** The id of the task. */
  id: Scalars['ID']['output'];
  /** Title. */
  title: Scalars['String']['output'];
  /** Its status. */
  status: AiTaskStatus;
  /** The upstream's word for the status. */
  rawStatus: Scalars['String']['output'];
  /** The ids of the tasks that it depends on, also of those outside the list. */
  dependsOn: Array<Scalars['ID']['output']>;
  /** The tasks that depend on it. */
  dependents: Array<Scalars['ID']['output']>;
  /** The task itself. */
  task: Maybe<AiTask>;
};

/** A task that depends on unfinished tasks. */
export type BlockedAiTask = {
  __typename?: 'BlockedAiTask';
  /** The task. */
  id: Scalars['ID']['output'];
  /** The unfinished tasks that it depends on; empty when a client has marked it as blocked and named no task. */
  by: Array<Scalars['ID']['output']>;
};

/** A task that cannot become ready. */
export type UnreachableAiTask = {
  __typename?: 'UnreachableAiTask';
  /** The task. */
  id: Scalars['ID']['output'];
  /** The failed or cancelled tasks that it depends on. */
  because: Array<Scalars['ID']['output']>;
};

/** A new AI task. */
export type CreateAiTaskInput = {
  /** Title. */
  title: Scalars['String']['input'];
  /** A description of the work. */
  description?: InputMaybe<Scalars['String']['input']>;
  /** The list that it belongs to. A list exists when a task names it. */
  taskListId?: InputMaybe<Scalars['ID']['input']>;
  /** Its first status; without it PENDING. */
  status?: InputMaybe<AiTaskStatus>;
  /** The agent that it is assigned to. */
  assignedAgentId?: InputMaybe<Scalars['ID']['input']>;
  /** The agent that creates it. */
  createdByAgentId?: InputMaybe<Scalars['ID']['input']>;
  /** The ids of the tasks that it depends on. */
  dependsOn?: InputMaybe<Array<Scalars['ID']['input']>>;
  /** Any data of clients, an object. */
  metadata?: InputMaybe<Scalars['JSON']['input']>;
  /** How often it can be retried, 0 to 10. */
  maxRetries?: InputMaybe<Scalars['Int']['input']>;
  /** Why it is blocked from the start. */
  blockedReason?: InputMaybe<Scalars['String']['input']>;
  /** The tasks that block it. */
  blockedByTaskIds?: InputMaybe<Array<Scalars['ID']['input']>>;
};

/** Changes of an AI task. */
export type UpdateAiTaskInput = {
  /** Title. */
  title?: InputMaybe<Scalars['String']['input']>;
  /** A description of the work. */
  description?: InputMaybe<Scalars['String']['input']>;
  /** The list that it belongs to; null removes it from its list. */
  taskListId?: InputMaybe<Scalars['ID']['input']>;
  /** Its status. */
  status?: InputMaybe<AiTaskStatus>;
  /** The agent that it is assigned to; null removes the assignment. */
  assignedAgentId?: InputMaybe<Scalars['ID']['input']>;
  /** The ids of the tasks that it depends on; an empty list removes all. */
  dependsOn?: InputMaybe<Array<Scalars['ID']['input']>>;
  /** Any data of clients, an object of at most 63 levels. It replaces all metadata. A number beyond 2^53 is refused. */
  metadata?: InputMaybe<Scalars['JSON']['input']>;
  /**
   * A merge patch of the metadata (RFC 7396): fields that it does not name do not change, null removes a field. Concurrent
   * patches of different fields are all applied. Not together with `metadata`.
   */
  metadataPatch?: InputMaybe<Scalars['JSON']['input']>;
  /** From 0 to 1. */
  progress?: InputMaybe<Scalars['Float']['input']>;
  /** A progress message. */
  progressMessage?: InputMaybe<Scalars['String']['input']>;
  /** The result, an object. */
  result?: InputMaybe<Scalars['JSON']['input']>;
  /** The error message; null clears it. */
  error?: InputMaybe<Scalars['String']['input']>;
  /** How often it was retried. */
  retryCount?: InputMaybe<Scalars['Int']['input']>;
  /** How often it can be retried, 0 to 10. */
  maxRetries?: InputMaybe<Scalars['Int']['input']>;
  /** Why it is blocked; null clears it. */
  blockedReason?: InputMaybe<Scalars['String']['input']>;
  /** The tasks that block it; null clears them. */
  blockedByTaskIds?: InputMaybe<Array<Scalars['ID']['input']>>;
};

/** The result of a deletion. */
export type DeleteAiTaskPayload = {
  __typename?: 'DeleteAiTaskPayload';
  /** The ids of all deleted tasks. */
  deletedIds: Array<Scalars['ID']['output']>;
};

/** A run of an AI task as a deployment. */
export type AiTaskRun = {
  __typename?: 'AiTaskRun';
  /** UUID. */
  id: Scalars['ID']['output'];
  /** The id of the AI task. */
  aiTaskId: Scalars['ID']['output'];
  /** The id of the QuantConnect task that is deployed. */
  taskId: Maybe<Scalars['ID']['output']>;
  /** The status of the run. */
  status: AiTaskRunStatus;
  /** The id of the deployment; null before there is one. */
  deploymentId: Maybe<Scalars['ID']['output']>;
  /** Why it failed, or what it waits for. */
  reason: Maybe<Scalars['String']['output']>;
  /** When the run was requested. */
  createdAt: Scalars['DateTime']['output'];
  /** When it ended. */
  endedAt: Maybe<Scalars['DateTime']['output']>;
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

/** A run of a list of AI tasks, in the order of their dependencies. */
export type AiTaskListRun = {
  __typename?: 'AiTaskListRun';
  /** UUID. */
  id: Scalars['ID']['output'];
  /** The id of the list. */
  taskListId: Scalars['ID']['output'];
  /** Its status. */
  status: AiTaskListRunStatus;
  /** The maximum number of tasks that run at the same time. */
  maxParallel: Scalars['Int']['output'];
  /** Why it did not complete. */
  reason: Maybe<Scalars['String']['output']>;
  /** The number of started runs in each status. */
  counts: AiTaskRunCounts;
  /**
   * All started runs, oldest first, as they are when this field is read. Followers of a long list should read them once, and
   * then select `changed` only.
   */
  runs: Array<AiTaskRun>;
  /**
   * In `aiTaskListRunChanged`: the run that started or changed; null when only the list run itself changed. Null everywhere
   * else.
   */
  changed: Maybe<AiTaskRun>;
  /** When it was requested. */
  createdAt: Scalars['DateTime']['output'];
  /** When it ended. */
  endedAt: Maybe<Scalars['DateTime']['output']>;
  /** In `aiTaskListRunChanged`: the cursor of this change, for `after`. Null everywhere else. */
  cursor: Maybe<Scalars['ID']['output']>;
};

/** The number of runs in each status, of all runs that a list run has started. */
export type AiTaskRunCounts = {
  __typename?: 'AiTaskRunCounts';
  /** Runs that are `STARTING`. */
  starting: Scalars['Int']['output'];
  /** Runs that are `RUNNING`. */
  running: Scalars['Int']['output'];
  /** Runs that are `COMPLETED`. */
  completed: Scalars['Int']['output'];
  /** Runs that are `FAILED`. */
  failed: Scalars['Int']['output'];
};

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



export type ResolverTypeWrapper<T> = Promise<T> | T;


export type ResolverWithResolve<TResult, TParent, TContext, TArgs> = {
  resolve: ResolverFn<TResult, TParent, TContext, TArgs>;
};
export type Resolver<TResult, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = ResolverFn<TResult, TParent, TContext, TArgs> | ResolverWithResolve<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => Promise<TResult> | TResult;

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>;

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>;
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>;
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<any, TParent, TContext, TArgs>;
  resolve: SubscriptionResolveFn<TResult, any, TContext, TArgs>;
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>;

export type SubscriptionResolver<TResult, TKey extends string, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> =
  | ((...args: any[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>;

export type TypeResolveFn<TTypes, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  parent: TParent,
  context: TContext,
  info: GraphQLResolveInfo
) => Maybe<TTypes> | Promise<Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<TResult = Record<PropertyKey, never>, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;





/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  JSON: ResolverTypeWrapper<Scalars['JSON']['output']>;
  SafeInt: ResolverTypeWrapper<Scalars['SafeInt']['output']>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  Subscription: ResolverTypeWrapper<Record<PropertyKey, never>>;
  Viewer: ResolverTypeWrapper<ViewerSource>;
  Credential: ResolverTypeWrapper<CredentialView>;
  Provider: Provider;
  CredentialStatus: CredentialStatus;
  ProjectPreference: ProjectPreference;
  ReasoningEffort: ReasoningEffort;
  Agent: ResolverTypeWrapper<AgentView>;
  ChainedAgent: ResolverTypeWrapper<ChainedAgentSource>;
  SubAgent: ResolverTypeWrapper<SubAgentSource>;
  Person: ResolverTypeWrapper<Person>;
  Organization: ResolverTypeWrapper<Organization>;
  Node: ResolverTypeWrapper<Node>;
  AgentTask: ResolverTypeWrapper<TaskView>;
  ActiveDeployment: ResolverTypeWrapper<ActiveDeploymentView>;
  DeploymentStatus: DeploymentStatus;
  Deployment: ResolverTypeWrapper<DeploymentView>;
  DeploymentGuard: ResolverTypeWrapper<DeploymentGuard>;
  Float: ResolverTypeWrapper<Scalars['Float']['output']>;
  DeploymentEndReason: DeploymentEndReason;
  Conversation: ResolverTypeWrapper<ConversationSource>;
  ConversationUsage: ResolverTypeWrapper<ConversationUsage>;
  UsageGroup: UsageGroup;
  Usage: ResolverTypeWrapper<UsageView>;
  Budget: ResolverTypeWrapper<BudgetView>;
  BudgetInput: BudgetInput;
  BudgetPeriod: BudgetPeriod;
  BudgetAction: BudgetAction;
  ConversationAgent: ResolverTypeWrapper<ConversationAgent>;
  Transcript: ResolverTypeWrapper<TranscriptSource>;
  TranscriptThread: ResolverTypeWrapper<TranscriptThreadSource>;
  ConversationMessage: ResolverTypeWrapper<ConversationMessageSource>;
  MessagePart: ResolverTypeWrapper<MessagePartSource>;
  TextPart: ResolverTypeWrapper<TextSource>;
  ReasoningPart: ResolverTypeWrapper<TextSource>;
  ToolPart: ResolverTypeWrapper<ToolSource>;
  OtherPart: ResolverTypeWrapper<OtherSource>;
  ConversationFile: ResolverTypeWrapper<ConversationFile>;
  ToolFailure: ResolverTypeWrapper<ToolFailure>;
  DeploymentEvent: ResolverTypeWrapper<DeploymentEventView>;
  DeploymentEventType: DeploymentEventType;
  DeploymentConnection: ResolverTypeWrapper<Omit<DeploymentConnection, 'nodes'> & { nodes: Array<ResolversTypes['Deployment']> }>;
  WatchToken: ResolverTypeWrapper<WatchToken>;
  DeploymentEventConnection: ResolverTypeWrapper<EventPage>;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  QuantConnectCredentialInput: QuantConnectCredentialInput;
  UpdateCredentialInput: UpdateCredentialInput;
  CreateAgentInput: CreateAgentInput;
  UpdateAgentInput: UpdateAgentInput;
  NodeInput: NodeInput;
  LlmTokenInput: LlmTokenInput;
  ChainedAgentInput: ChainedAgentInput;
  SubAgentInput: SubAgentInput;
  CreateTaskInput: CreateTaskInput;
  UpdateTaskInput: UpdateTaskInput;
  DeploymentGuardInput: DeploymentGuardInput;
  QuantCdnCredentialInput: QuantCdnCredentialInput;
  AiTask: ResolverTypeWrapper<AiTaskView>;
  AiTaskStatus: AiTaskStatus;
  AiTaskFilter: AiTaskFilter;
  AiTaskListSummary: ResolverTypeWrapper<AiTaskListSummaryView>;
  AiTaskCounts: ResolverTypeWrapper<AiTaskCounts>;
  AiTaskGraph: ResolverTypeWrapper<AiTaskGraphView>;
  AiTaskNode: ResolverTypeWrapper<AiTaskNodeSource>;
  BlockedAiTask: ResolverTypeWrapper<BlockedAiTask>;
  UnreachableAiTask: ResolverTypeWrapper<UnreachableAiTask>;
  CreateAiTaskInput: CreateAiTaskInput;
  UpdateAiTaskInput: UpdateAiTaskInput;
  DeleteAiTaskPayload: ResolverTypeWrapper<DeleteAiTaskPayload>;
  AiTaskRun: ResolverTypeWrapper<AiTaskRunView>;
  AiTaskRunStatus: AiTaskRunStatus;
  AiTaskListRun: ResolverTypeWrapper<AiTaskListRunSource>;
  AiTaskRunCounts: ResolverTypeWrapper<AiTaskRunCounts>;
  AiTaskListRunStatus: AiTaskListRunStatus;
  OnBusy: OnBusy;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  DateTime: Scalars['DateTime']['output'];
  JSON: Scalars['JSON']['output'];
  SafeInt: Scalars['SafeInt']['output'];
  Query: Record<PropertyKey, never>;
  ID: Scalars['ID']['output'];
  Int: Scalars['Int']['output'];
  Mutation: Record<PropertyKey, never>;
  Boolean: Scalars['Boolean']['output'];
  String: Scalars['String']['output'];
  Subscription: Record<PropertyKey, never>;
  Viewer: ViewerSource;
  Credential: CredentialView;
  Agent: AgentView;
  ChainedAgent: ChainedAgentSource;
  SubAgent: SubAgentSource;
  Person: Person;
  Organization: Organization;
  Node: Node;
  AgentTask: TaskView;
  ActiveDeployment: ActiveDeploymentView;
  Deployment: DeploymentView;
  DeploymentGuard: DeploymentGuard;
  Float: Scalars['Float']['output'];
  Conversation: ConversationSource;
  ConversationUsage: ConversationUsage;
  Usage: UsageView;
  Budget: BudgetView;
  BudgetInput: BudgetInput;
  ConversationAgent: ConversationAgent;
  Transcript: TranscriptSource;
  TranscriptThread: TranscriptThreadSource;
  ConversationMessage: ConversationMessageSource;
  MessagePart: MessagePartSource;
  TextPart: TextSource;
  ReasoningPart: TextSource;
  ToolPart: ToolSource;
  OtherPart: OtherSource;
  ConversationFile: ConversationFile;
  ToolFailure: ToolFailure;
  DeploymentEvent: DeploymentEventView;
  DeploymentConnection: Omit<DeploymentConnection, 'nodes'> & { nodes: Array<ResolversParentTypes['Deployment']> };
  WatchToken: WatchToken;
  DeploymentEventConnection: EventPage;
  PageInfo: PageInfo;
  QuantConnectCredentialInput: QuantConnectCredentialInput;
  UpdateCredentialInput: UpdateCredentialInput;
  CreateAgentInput: CreateAgentInput;
  UpdateAgentInput: UpdateAgentInput;
  NodeInput: NodeInput;
  LlmTokenInput: LlmTokenInput;
  ChainedAgentInput: ChainedAgentInput;
  SubAgentInput: SubAgentInput;
  CreateTaskInput: CreateTaskInput;
  UpdateTaskInput: UpdateTaskInput;
  DeploymentGuardInput: DeploymentGuardInput;
  QuantCdnCredentialInput: QuantCdnCredentialInput;
  AiTask: AiTaskView;
  AiTaskFilter: AiTaskFilter;
  AiTaskListSummary: AiTaskListSummaryView;
  AiTaskCounts: AiTaskCounts;
  AiTaskGraph: AiTaskGraphView;
  AiTaskNode: AiTaskNodeSource;
  BlockedAiTask: BlockedAiTask;
  UnreachableAiTask: UnreachableAiTask;
  CreateAiTaskInput: CreateAiTaskInput;
  UpdateAiTaskInput: UpdateAiTaskInput;
  DeleteAiTaskPayload: DeleteAiTaskPayload;
  AiTaskRun: AiTaskRunView;
  AiTaskListRun: AiTaskListRunSource;
  AiTaskRunCounts: AiTaskRunCounts;
};

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export interface JsonScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['JSON'], any> {
  name: 'JSON';
}

export interface SafeIntScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['SafeInt'], any> {
  name: 'SafeInt';
}

export type QueryResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  viewer?: Resolver<ResolversTypes['Viewer'], ParentType, ContextType>;
  agents?: Resolver<Array<ResolversTypes['Agent']>, ParentType, ContextType, Partial<QueryAgentsArgs>>;
  agent?: Resolver<Maybe<ResolversTypes['Agent']>, ParentType, ContextType, RequireFields<QueryAgentArgs, 'id'>>;
  tasks?: Resolver<Array<ResolversTypes['AgentTask']>, ParentType, ContextType, Partial<QueryTasksArgs>>;
  task?: Resolver<Maybe<ResolversTypes['AgentTask']>, ParentType, ContextType, RequireFields<QueryTaskArgs, 'id'>>;
  deployments?: Resolver<Array<ResolversTypes['Deployment']>, ParentType, ContextType, RequireFields<QueryDeploymentsArgs, 'taskId'>>;
  deployment?: Resolver<Maybe<ResolversTypes['Deployment']>, ParentType, ContextType, RequireFields<QueryDeploymentArgs, 'id'>>;
  myDeployments?: Resolver<ResolversTypes['DeploymentConnection'], ParentType, ContextType, RequireFields<QueryMyDeploymentsArgs, 'first'>>;
  deploymentEvents?: Resolver<ResolversTypes['DeploymentEventConnection'], ParentType, ContextType, RequireFields<QueryDeploymentEventsArgs, 'first'>>;
  transcript?: Resolver<Maybe<ResolversTypes['Transcript']>, ParentType, ContextType, RequireFields<QueryTranscriptArgs, 'deploymentId'>>;
  aiTasks?: Resolver<Array<ResolversTypes['AiTask']>, ParentType, ContextType, Partial<QueryAiTasksArgs>>;
  aiTask?: Resolver<Maybe<ResolversTypes['AiTask']>, ParentType, ContextType, RequireFields<QueryAiTaskArgs, 'id'>>;
  aiTaskGraph?: Resolver<ResolversTypes['AiTaskGraph'], ParentType, ContextType, RequireFields<QueryAiTaskGraphArgs, 'taskListId'>>;
  aiTaskLists?: Resolver<Array<ResolversTypes['AiTaskListSummary']>, ParentType, ContextType, Partial<QueryAiTaskListsArgs>>;
  aiTaskListRun?: Resolver<Maybe<ResolversTypes['AiTaskListRun']>, ParentType, ContextType, RequireFields<QueryAiTaskListRunArgs, 'taskListId'>>;
  usage?: Resolver<Array<ResolversTypes['Usage']>, ParentType, ContextType, RequireFields<QueryUsageArgs, 'groupBy'>>;
  budgets?: Resolver<Array<ResolversTypes['Budget']>, ParentType, ContextType>;
};

export type MutationResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  saveQuantConnectCredential?: Resolver<ResolversTypes['Credential'], ParentType, ContextType, RequireFields<MutationSaveQuantConnectCredentialArgs, 'input'>>;
  updateCredential?: Resolver<ResolversTypes['Credential'], ParentType, ContextType, RequireFields<MutationUpdateCredentialArgs, 'id' | 'input'>>;
  verifyCredential?: Resolver<ResolversTypes['Credential'], ParentType, ContextType, RequireFields<MutationVerifyCredentialArgs, 'id'>>;
  deleteCredential?: Resolver<ResolversTypes['ID'], ParentType, ContextType, RequireFields<MutationDeleteCredentialArgs, 'id' | 'eraseTranscripts'>>;
  createAgent?: Resolver<ResolversTypes['Agent'], ParentType, ContextType, RequireFields<MutationCreateAgentArgs, 'input'>>;
  updateAgent?: Resolver<ResolversTypes['Agent'], ParentType, ContextType, RequireFields<MutationUpdateAgentArgs, 'id' | 'input'>>;
  deleteAgent?: Resolver<ResolversTypes['ID'], ParentType, ContextType, RequireFields<MutationDeleteAgentArgs, 'id'>>;
  createTask?: Resolver<ResolversTypes['AgentTask'], ParentType, ContextType, RequireFields<MutationCreateTaskArgs, 'input'>>;
  updateTask?: Resolver<ResolversTypes['AgentTask'], ParentType, ContextType, RequireFields<MutationUpdateTaskArgs, 'id' | 'input'>>;
  deleteTask?: Resolver<ResolversTypes['ID'], ParentType, ContextType, RequireFields<MutationDeleteTaskArgs, 'id'>>;
  deployTask?: Resolver<ResolversTypes['Deployment'], ParentType, ContextType, RequireFields<MutationDeployTaskArgs, 'taskId'>>;
  promptDeployment?: Resolver<ResolversTypes['Deployment'], ParentType, ContextType, RequireFields<MutationPromptDeploymentArgs, 'id' | 'prompt' | 'onBusy'>>;
  stopDeployment?: Resolver<ResolversTypes['Deployment'], ParentType, ContextType, RequireFields<MutationStopDeploymentArgs, 'id'>>;
  createWatchToken?: Resolver<ResolversTypes['WatchToken'], ParentType, ContextType, RequireFields<MutationCreateWatchTokenArgs, 'deploymentId' | 'ttlSeconds'>>;
  deleteDeployment?: Resolver<ResolversTypes['ID'], ParentType, ContextType, RequireFields<MutationDeleteDeploymentArgs, 'id' | 'keepTranscript'>>;
  saveQuantCdnCredential?: Resolver<ResolversTypes['Credential'], ParentType, ContextType, RequireFields<MutationSaveQuantCdnCredentialArgs, 'input'>>;
  createAiTask?: Resolver<ResolversTypes['AiTask'], ParentType, ContextType, RequireFields<MutationCreateAiTaskArgs, 'input'>>;
  updateAiTask?: Resolver<ResolversTypes['AiTask'], ParentType, ContextType, RequireFields<MutationUpdateAiTaskArgs, 'id' | 'input'>>;
  claimAiTask?: Resolver<ResolversTypes['AiTask'], ParentType, ContextType, RequireFields<MutationClaimAiTaskArgs, 'id' | 'agentId'>>;
  deleteAiTask?: Resolver<ResolversTypes['DeleteAiTaskPayload'], ParentType, ContextType, RequireFields<MutationDeleteAiTaskArgs, 'id' | 'cascade'>>;
  linkAiTask?: Resolver<ResolversTypes['AiTask'], ParentType, ContextType, RequireFields<MutationLinkAiTaskArgs, 'aiTaskId'>>;
  runAiTask?: Resolver<ResolversTypes['AiTaskRun'], ParentType, ContextType, RequireFields<MutationRunAiTaskArgs, 'id'>>;
  runAiTaskList?: Resolver<ResolversTypes['AiTaskListRun'], ParentType, ContextType, RequireFields<MutationRunAiTaskListArgs, 'taskListId' | 'maxParallel'>>;
  stopAiTaskList?: Resolver<ResolversTypes['AiTaskListRun'], ParentType, ContextType, RequireFields<MutationStopAiTaskListArgs, 'taskListId' | 'stopDeployments'>>;
  setBudget?: Resolver<ResolversTypes['Budget'], ParentType, ContextType, RequireFields<MutationSetBudgetArgs, 'input'>>;
  deleteBudget?: Resolver<ResolversTypes['ID'], ParentType, ContextType, RequireFields<MutationDeleteBudgetArgs, 'id'>>;
};

export type SubscriptionResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['Subscription'] = ResolversParentTypes['Subscription']> = {
  deploymentEvents?: SubscriptionResolver<ResolversTypes['DeploymentEvent'], "deploymentEvents", ParentType, ContextType, RequireFields<SubscriptionDeploymentEventsArgs, 'untilTerminal'>>;
  conversationMessages?: SubscriptionResolver<ResolversTypes['ConversationMessage'], "conversationMessages", ParentType, ContextType, RequireFields<SubscriptionConversationMessagesArgs, 'deploymentId' | 'untilTerminal'>>;
  conversationUsage?: SubscriptionResolver<ResolversTypes['ConversationUsage'], "conversationUsage", ParentType, ContextType, RequireFields<SubscriptionConversationUsageArgs, 'deploymentId'>>;
  aiTaskChanged?: SubscriptionResolver<ResolversTypes['AiTask'], "aiTaskChanged", ParentType, ContextType, RequireFields<SubscriptionAiTaskChangedArgs, 'taskListId'>>;
  aiTaskListRunChanged?: SubscriptionResolver<ResolversTypes['AiTaskListRun'], "aiTaskListRunChanged", ParentType, ContextType, RequireFields<SubscriptionAiTaskListRunChangedArgs, 'taskListId'>>;
};

export type ViewerResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['Viewer'] = ResolversParentTypes['Viewer']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  email?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  roles?: Resolver<Array<ResolversTypes['String']>, ParentType, ContextType>;
  credentials?: Resolver<Array<ResolversTypes['Credential']>, ParentType, ContextType>;
};

export type CredentialResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['Credential'] = ResolversParentTypes['Credential']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  provider?: Resolver<ResolversTypes['Provider'], ParentType, ContextType>;
  label?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  account?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  organizationId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  tokenHint?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['CredentialStatus'], ParentType, ContextType>;
  verificationProblem?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  isDefault?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type AgentResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['Agent'] = ResolversParentTypes['Agent']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  description?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  profileImage?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  systemPrompt?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  reasoningEffort?: Resolver<Maybe<ResolversTypes['ReasoningEffort']>, ParentType, ContextType>;
  rawReasoningEffort?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  maxTurns?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  toolChoice?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  tools?: Resolver<Array<ResolversTypes['String']>, ParentType, ContextType>;
  public?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  model?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  pipeline?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  outputSchema?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  useQcc?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  llmProvider?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  chainedAgents?: Resolver<Array<ResolversTypes['ChainedAgent']>, ParentType, ContextType>;
  subAgents?: Resolver<Array<ResolversTypes['SubAgent']>, ParentType, ContextType>;
  author?: Resolver<Maybe<ResolversTypes['Person']>, ParentType, ContextType>;
  organization?: Resolver<Maybe<ResolversTypes['Organization']>, ParentType, ContextType>;
  node?: Resolver<Maybe<ResolversTypes['Node']>, ParentType, ContextType>;
  createdAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  updatedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  raw?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  tasks?: Resolver<Array<ResolversTypes['AgentTask']>, ParentType, ContextType>;
};

export type ChainedAgentResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['ChainedAgent'] = ResolversParentTypes['ChainedAgent']> = {
  agentId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  step?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  agent?: Resolver<Maybe<ResolversTypes['Agent']>, ParentType, ContextType>;
};

export type SubAgentResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['SubAgent'] = ResolversParentTypes['SubAgent']> = {
  agentId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  callableCount?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  agent?: Resolver<Maybe<ResolversTypes['Agent']>, ParentType, ContextType>;
};

export type PersonResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['Person'] = ResolversParentTypes['Person']> = {
  publicId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  name?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  image?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type OrganizationResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['Organization'] = ResolversParentTypes['Organization']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  profile?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type NodeResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['Node'] = ResolversParentTypes['Node']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  sku?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type AgentTaskResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['AgentTask'] = ResolversParentTypes['AgentTask']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  prompt?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  organizationId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  agentId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  agent?: Resolver<Maybe<ResolversTypes['Agent']>, ParentType, ContextType>;
  projectPreference?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  projectId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  deploymentCount?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  lastDeploymentId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  lastDeployedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  owner?: Resolver<Maybe<ResolversTypes['Person']>, ParentType, ContextType>;
  schedule?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  scheduleHuman?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  upcomingDeployments?: Resolver<Array<ResolversTypes['JSON']>, ParentType, ContextType>;
  notifications?: Resolver<Array<ResolversTypes['JSON']>, ParentType, ContextType>;
  raw?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  createdAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  updatedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  activeDeployments?: Resolver<Array<ResolversTypes['ActiveDeployment']>, ParentType, ContextType>;
  deployments?: Resolver<Array<ResolversTypes['Deployment']>, ParentType, ContextType>;
  aiTasks?: Resolver<Array<ResolversTypes['AiTask']>, ParentType, ContextType>;
};

export type ActiveDeploymentResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['ActiveDeployment'] = ResolversParentTypes['ActiveDeployment']> = {
  deploymentId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['DeploymentStatus'], ParentType, ContextType>;
  rawStatus?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type DeploymentResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['Deployment'] = ResolversParentTypes['Deployment']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['DeploymentStatus'], ParentType, ContextType>;
  rawStatus?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  isTerminal?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  taskId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  agentId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  task?: Resolver<Maybe<ResolversTypes['AgentTask']>, ParentType, ContextType>;
  agent?: Resolver<Maybe<ResolversTypes['Agent']>, ParentType, ContextType>;
  model?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  prompt?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  projectId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  versionId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  machine?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  hostName?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  mcpTools?: Resolver<Array<ResolversTypes['String']>, ParentType, ContextType>;
  runtimeError?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  endReason?: Resolver<Maybe<ResolversTypes['DeploymentEndReason']>, ParentType, ContextType>;
  guard?: Resolver<Maybe<ResolversTypes['DeploymentGuard']>, ParentType, ContextType>;
  raw?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  createdAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  startedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  endedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  observedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  isStale?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  conversation?: Resolver<ResolversTypes['Conversation'], ParentType, ContextType, Partial<DeploymentConversationArgs>>;
  events?: Resolver<ResolversTypes['DeploymentEventConnection'], ParentType, ContextType, RequireFields<DeploymentEventsArgs, 'first'>>;
};

export type DeploymentGuardResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['DeploymentGuard'] = ResolversParentTypes['DeploymentGuard']> = {
  maxTokens?: Resolver<Maybe<ResolversTypes['SafeInt']>, ParentType, ContextType>;
  maxDurationSeconds?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  maxTurns?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  stopOnRuntimeError?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  stopOnWarning?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  warnAt?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  runStartedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type ConversationResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['Conversation'] = ResolversParentTypes['Conversation']> = {
  deploymentId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  inputTokens?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  outputTokens?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  turns?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  agents?: Resolver<Array<ResolversTypes['ConversationAgent']>, ParentType, ContextType>;
  aggregateStatus?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  projectId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  prompt?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  channel?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  messages?: Resolver<Array<ResolversTypes['ConversationMessage']>, ParentType, ContextType, Partial<ConversationMessagesArgs>>;
  files?: Resolver<Array<ResolversTypes['ConversationFile']>, ParentType, ContextType, Partial<ConversationFilesArgs>>;
  failures?: Resolver<Array<ResolversTypes['ToolFailure']>, ParentType, ContextType>;
  raw?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
};

export type ConversationUsageResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['ConversationUsage'] = ResolversParentTypes['ConversationUsage']> = {
  inputTokens?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  outputTokens?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  turns?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
};

export type UsageResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['Usage'] = ResolversParentTypes['Usage']> = {
  key?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  from?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  to?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  deployments?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  inputTokens?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  outputTokens?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  turns?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  seconds?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
};

export type BudgetResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['Budget'] = ResolversParentTypes['Budget']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  period?: Resolver<ResolversTypes['BudgetPeriod'], ParentType, ContextType>;
  maxTokens?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  usedTokens?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  taskId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  taskListId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  onReached?: Resolver<ResolversTypes['BudgetAction'], ParentType, ContextType>;
  warnAt?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  resetsAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
};

export type ConversationAgentResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['ConversationAgent'] = ResolversParentTypes['ConversationAgent']> = {
  id?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  name?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  callableId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
};

export type TranscriptResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['Transcript'] = ResolversParentTypes['Transcript']> = {
  readAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  conversation?: Resolver<ResolversTypes['Conversation'], ParentType, ContextType>;
  threads?: Resolver<Array<ResolversTypes['TranscriptThread']>, ParentType, ContextType>;
};

export type TranscriptThreadResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['TranscriptThread'] = ResolversParentTypes['TranscriptThread']> = {
  callableId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  readAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  conversation?: Resolver<ResolversTypes['Conversation'], ParentType, ContextType>;
};

export type ConversationMessageResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['ConversationMessage'] = ResolversParentTypes['ConversationMessage']> = {
  index?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  id?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  role?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  time?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  metadata?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  agentId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  parts?: Resolver<Array<ResolversTypes['MessagePart']>, ParentType, ContextType>;
};

export type MessagePartResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['MessagePart'] = ResolversParentTypes['MessagePart']> = {
  __resolveType: TypeResolveFn<'TextPart' | 'ReasoningPart' | 'ToolPart' | 'OtherPart', ParentType, ContextType>;
};

export type TextPartResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['TextPart'] = ResolversParentTypes['TextPart']> = {
  type?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  text?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  state?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  raw?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ReasoningPartResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['ReasoningPart'] = ResolversParentTypes['ReasoningPart']> = {
  type?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  text?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  state?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  raw?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ToolPartResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['ToolPart'] = ResolversParentTypes['ToolPart']> = {
  type?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  toolName?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  toolCallId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  state?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  title?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  input?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  output?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  errorText?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  messages?: Resolver<Array<ResolversTypes['JSON']>, ParentType, ContextType>;
  raw?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type OtherPartResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['OtherPart'] = ResolversParentTypes['OtherPart']> = {
  type?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  raw?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ConversationFileResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['ConversationFile'] = ResolversParentTypes['ConversationFile']> = {
  path?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  content?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type ToolFailureResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['ToolFailure'] = ResolversParentTypes['ToolFailure']> = {
  messageIndex?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  toolName?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  errors?: Resolver<Array<ResolversTypes['String']>, ParentType, ContextType>;
  warnings?: Resolver<Array<ResolversTypes['String']>, ParentType, ContextType>;
  files?: Resolver<Array<ResolversTypes['ConversationFile']>, ParentType, ContextType>;
};

export type DeploymentEventResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['DeploymentEvent'] = ResolversParentTypes['DeploymentEvent']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  type?: Resolver<ResolversTypes['DeploymentEventType'], ParentType, ContextType>;
  deploymentId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  taskId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  status?: Resolver<ResolversTypes['DeploymentStatus'], ParentType, ContextType>;
  previousStatus?: Resolver<Maybe<ResolversTypes['DeploymentStatus']>, ParentType, ContextType>;
  rawStatus?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  occurredAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  reason?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  deployment?: Resolver<Maybe<ResolversTypes['Deployment']>, ParentType, ContextType>;
};

export type DeploymentConnectionResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['DeploymentConnection'] = ResolversParentTypes['DeploymentConnection']> = {
  nodes?: Resolver<Array<ResolversTypes['Deployment']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type WatchTokenResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['WatchToken'] = ResolversParentTypes['WatchToken']> = {
  token?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  expiresAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type DeploymentEventConnectionResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['DeploymentEventConnection'] = ResolversParentTypes['DeploymentEventConnection']> = {
  nodes?: Resolver<Array<ResolversTypes['DeploymentEvent']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type PageInfoResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  endCursor?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
};

export type AiTaskResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['AiTask'] = ResolversParentTypes['AiTask']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  organisation?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  taskListId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  title?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  description?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  status?: Resolver<ResolversTypes['AiTaskStatus'], ParentType, ContextType>;
  rawStatus?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  assignedAgentId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  createdByAgentId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  dependsOn?: Resolver<Array<ResolversTypes['ID']>, ParentType, ContextType>;
  dependencies?: Resolver<Array<ResolversTypes['AiTask']>, ParentType, ContextType>;
  dependents?: Resolver<Array<ResolversTypes['AiTask']>, ParentType, ContextType>;
  isReady?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  metadata?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  progress?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  progressMessage?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  result?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  error?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  retryCount?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  maxRetries?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  blockedReason?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  blockedByTaskIds?: Resolver<Maybe<Array<ResolversTypes['ID']>>, ParentType, ContextType>;
  createdAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  updatedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  startedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  completedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  blockedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  expiresAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  raw?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  agentTask?: Resolver<Maybe<ResolversTypes['AgentTask']>, ParentType, ContextType>;
  deployment?: Resolver<Maybe<ResolversTypes['Deployment']>, ParentType, ContextType>;
  run?: Resolver<Maybe<ResolversTypes['AiTaskRun']>, ParentType, ContextType>;
  cursor?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  isGone?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type AiTaskListSummaryResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['AiTaskListSummary'] = ResolversParentTypes['AiTaskListSummary']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  taskCount?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  counts?: Resolver<ResolversTypes['AiTaskCounts'], ParentType, ContextType>;
  lastSeenAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type AiTaskCountsResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['AiTaskCounts'] = ResolversParentTypes['AiTaskCounts']> = {
  pending?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  inProgress?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  completed?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  failed?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  cancelled?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  blocked?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  unknown?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
};

export type AiTaskGraphResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['AiTaskGraph'] = ResolversParentTypes['AiTaskGraph']> = {
  taskListId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  taskCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  roots?: Resolver<Array<ResolversTypes['ID']>, ParentType, ContextType>;
  leaves?: Resolver<Array<ResolversTypes['ID']>, ParentType, ContextType>;
  nodes?: Resolver<Array<ResolversTypes['AiTaskNode']>, ParentType, ContextType>;
  done?: Resolver<Array<ResolversTypes['ID']>, ParentType, ContextType>;
  running?: Resolver<Array<ResolversTypes['ID']>, ParentType, ContextType>;
  ready?: Resolver<Array<ResolversTypes['ID']>, ParentType, ContextType>;
  blocked?: Resolver<Array<ResolversTypes['BlockedAiTask']>, ParentType, ContextType>;
  unreachable?: Resolver<Array<ResolversTypes['UnreachableAiTask']>, ParentType, ContextType>;
  criticalPath?: Resolver<Array<ResolversTypes['ID']>, ParentType, ContextType>;
  cycles?: Resolver<Array<Array<ResolversTypes['ID']>>, ParentType, ContextType>;
  stages?: Resolver<Array<Array<ResolversTypes['ID']>>, ParentType, ContextType>;
  groups?: Resolver<Array<Array<ResolversTypes['ID']>>, ParentType, ContextType>;
  raw?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
};

export type AiTaskNodeResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['AiTaskNode'] = ResolversParentTypes['AiTaskNode']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  title?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['AiTaskStatus'], ParentType, ContextType>;
  rawStatus?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  dependsOn?: Resolver<Array<ResolversTypes['ID']>, ParentType, ContextType>;
  dependents?: Resolver<Array<ResolversTypes['ID']>, ParentType, ContextType>;
  task?: Resolver<Maybe<ResolversTypes['AiTask']>, ParentType, ContextType>;
};

export type BlockedAiTaskResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['BlockedAiTask'] = ResolversParentTypes['BlockedAiTask']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  by?: Resolver<Array<ResolversTypes['ID']>, ParentType, ContextType>;
};

export type UnreachableAiTaskResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['UnreachableAiTask'] = ResolversParentTypes['UnreachableAiTask']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  because?: Resolver<Array<ResolversTypes['ID']>, ParentType, ContextType>;
};

export type DeleteAiTaskPayloadResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['DeleteAiTaskPayload'] = ResolversParentTypes['DeleteAiTaskPayload']> = {
  deletedIds?: Resolver<Array<ResolversTypes['ID']>, ParentType, ContextType>;
};

export type AiTaskRunResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['AiTaskRun'] = ResolversParentTypes['AiTaskRun']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  aiTaskId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  taskId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  status?: Resolver<ResolversTypes['AiTaskRunStatus'], ParentType, ContextType>;
  deploymentId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  reason?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  endedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
};

export type AiTaskListRunResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['AiTaskListRun'] = ResolversParentTypes['AiTaskListRun']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  taskListId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['AiTaskListRunStatus'], ParentType, ContextType>;
  maxParallel?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  reason?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  counts?: Resolver<ResolversTypes['AiTaskRunCounts'], ParentType, ContextType>;
  runs?: Resolver<Array<ResolversTypes['AiTaskRun']>, ParentType, ContextType>;
  changed?: Resolver<Maybe<ResolversTypes['AiTaskRun']>, ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  endedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  cursor?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
};

export type AiTaskRunCountsResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['AiTaskRunCounts'] = ResolversParentTypes['AiTaskRunCounts']> = {
  starting?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  running?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  completed?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  failed?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type Resolvers<ContextType = GraphQLContext> = {
  DateTime?: GraphQLScalarType;
  JSON?: GraphQLScalarType;
  SafeInt?: GraphQLScalarType;
  Query?: QueryResolvers<ContextType>;
  Mutation?: MutationResolvers<ContextType>;
  Subscription?: SubscriptionResolvers<ContextType>;
  Viewer?: ViewerResolvers<ContextType>;
  Credential?: CredentialResolvers<ContextType>;
  Agent?: AgentResolvers<ContextType>;
  ChainedAgent?: ChainedAgentResolvers<ContextType>;
  SubAgent?: SubAgentResolvers<ContextType>;
  Person?: PersonResolvers<ContextType>;
  Organization?: OrganizationResolvers<ContextType>;
  Node?: NodeResolvers<ContextType>;
  AgentTask?: AgentTaskResolvers<ContextType>;
  ActiveDeployment?: ActiveDeploymentResolvers<ContextType>;
  Deployment?: DeploymentResolvers<ContextType>;
  DeploymentGuard?: DeploymentGuardResolvers<ContextType>;
  Conversation?: ConversationResolvers<ContextType>;
  ConversationUsage?: ConversationUsageResolvers<ContextType>;
  Usage?: UsageResolvers<ContextType>;
  Budget?: BudgetResolvers<ContextType>;
  ConversationAgent?: ConversationAgentResolvers<ContextType>;
  Transcript?: TranscriptResolvers<ContextType>;
  TranscriptThread?: TranscriptThreadResolvers<ContextType>;
  ConversationMessage?: ConversationMessageResolvers<ContextType>;
  MessagePart?: MessagePartResolvers<ContextType>;
  TextPart?: TextPartResolvers<ContextType>;
  ReasoningPart?: ReasoningPartResolvers<ContextType>;
  ToolPart?: ToolPartResolvers<ContextType>;
  OtherPart?: OtherPartResolvers<ContextType>;
  ConversationFile?: ConversationFileResolvers<ContextType>;
  ToolFailure?: ToolFailureResolvers<ContextType>;
  DeploymentEvent?: DeploymentEventResolvers<ContextType>;
  DeploymentConnection?: DeploymentConnectionResolvers<ContextType>;
  WatchToken?: WatchTokenResolvers<ContextType>;
  DeploymentEventConnection?: DeploymentEventConnectionResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  AiTask?: AiTaskResolvers<ContextType>;
  AiTaskListSummary?: AiTaskListSummaryResolvers<ContextType>;
  AiTaskCounts?: AiTaskCountsResolvers<ContextType>;
  AiTaskGraph?: AiTaskGraphResolvers<ContextType>;
  AiTaskNode?: AiTaskNodeResolvers<ContextType>;
  BlockedAiTask?: BlockedAiTaskResolvers<ContextType>;
  UnreachableAiTask?: UnreachableAiTaskResolvers<ContextType>;
  DeleteAiTaskPayload?: DeleteAiTaskPayloadResolvers<ContextType>;
  AiTaskRun?: AiTaskRunResolvers<ContextType>;
  AiTaskListRun?: AiTaskListRunResolvers<ContextType>;
  AiTaskRunCounts?: AiTaskRunCountsResolvers<ContextType>;
};

