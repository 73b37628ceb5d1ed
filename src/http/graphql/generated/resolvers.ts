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
import type { Conversation as ConversationSource, ConversationMessage as ConversationMessageSource, MessagePart as MessagePartSource } from '../../../upstream/quantconnect/model.ts';
import type { AiTaskView } from '../../../services/ai-tasks/reads.ts';
import type { AiTaskRunView } from '../../../services/ai-task-runs/task-runs.ts';
import type { GraphQLContext } from '../context.ts';
export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
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
  /** Any JSON value, as the upstream gave it. */
  JSON: { input: unknown; output: unknown; }
};

export type Query = {
  __typename?: 'Query';
  /** Who is calling. */
  viewer: Viewer;
  /** All agents of an organization; of the credential's own when none is named. */
  agents: Array<Agent>;
  /** One agent. `NOT_FOUND` when the caller has none of that id. */
  agent: Maybe<Agent>;
  /** All tasks of an organization; of the credential's own when none is named. */
  tasks: Array<AgentTask>;
  /** One task. `NOT_FOUND` when the caller has none of that id. */
  task: Maybe<AgentTask>;
  /** All deployments of a task. */
  deployments: Array<Deployment>;
  /** One deployment as it is upstream now; as it was last seen while the upstream is out of reach (`isStale`). */
  deployment: Maybe<Deployment>;
  /** A page of the caller's event log: of one deployment, of one task, or all of it, oldest first. */
  deploymentEvents: DeploymentEventConnection;
  /**
   * AI tasks, newest first; the filters combine. One call where the fields asked for are in the upstream's list item
   * (id, title, status and the like); any other field has each task read as well, all at once. Without a `limit` the
   * answer is the whole list, however the upstream has to be asked for it; where it cannot be whole, `extensions.incomplete`
   * names the path.
   */
  aiTasks: Array<AiTask>;
  /** One AI task. `NOT_FOUND` when the caller has none of that id. */
  aiTask: Maybe<AiTask>;
  /**
   * The dependency graph of a list, and what follows from it. One call; one more where tasks are blocked by hand, and one
   * for each prerequisite that is not in the list.
   */
  aiTaskGraph: AiTaskGraph;
  /** The newest run of a list; null when it was never run. */
  aiTaskListRun: Maybe<AiTaskListRun>;
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


export type QueryDeploymentEventsArgs = {
  deploymentId?: InputMaybe<Scalars['ID']['input']>;
  taskId?: InputMaybe<Scalars['ID']['input']>;
  after?: InputMaybe<Scalars['ID']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
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


export type QueryAiTaskListRunArgs = {
  taskListId: Scalars['ID']['input'];
  credentialId?: InputMaybe<Scalars['ID']['input']>;
};

export type Mutation = {
  __typename?: 'Mutation';
  /**
   * Stores a QuantConnect credential after asking the upstream about it. Refused: `CREDENTIAL_REJECTED`, and nothing is
   * stored. Upstream out of reach: stored as `UNVERIFIED`. One of the same account, organization and label is replaced.
   */
  saveQuantConnectCredential: Credential;
  /** Changes a stored credential; a new token is verified first. */
  updateCredential: Credential;
  /** Asks the upstream about a stored credential again. */
  verifyCredential: Credential;
  /** Deletes a credential. What was watched with it ends with `CREDENTIAL_MISSING`. */
  deleteCredential: Scalars['ID']['output'];
  /** Creates an agent. */
  createAgent: Agent;
  /** Changes an agent: an absent field stays, `null` clears, a list replaces the old one whole. */
  updateAgent: Agent;
  /** Deletes an agent. */
  deleteAgent: Scalars['ID']['output'];
  /** Creates a task. It does not run until it is deployed, and the upstream may rewrite its name. */
  createTask: AgentTask;
  /** Renames a task; nothing else of it can change. */
  updateTask: AgentTask;
  /** Deletes a task. */
  deleteTask: Scalars['ID']['output'];
  /**
   * Runs a task. The deployment is watched from here to its end, with or without a subscriber. With an idempotency key
   * the same request deploys once, however often and whenever it is sent.
   */
  deployTask: Deployment;
  /** Sends a follow-up prompt; it revives a finished deployment. */
  promptDeployment: Deployment;
  /** Stops a deployment. The end is told by an event; stopping a finished one changes nothing. */
  stopDeployment: Deployment;
  /** Deletes a deployment and its conversation upstream; its events stay in the log. */
  deleteDeployment: Scalars['ID']['output'];
  /**
   * Stores a QuantCDN credential after asking the upstream for a list with it. Refused: `CREDENTIAL_REJECTED`, and nothing
   * is stored. Upstream out of reach: stored as `UNVERIFIED`. One of the same organisation and label is replaced.
   */
  saveQuantCdnCredential: Credential;
  /** Creates an AI task. A dependency on nothing known is refused before anything is sent. */
  createAiTask: AiTask;
  /**
   * Changes an AI task: an absent field stays, `null` clears where the upstream allows it. Dependencies that would close
   * a cycle are refused before anything is sent, and the cycle is named.
   */
  updateAiTask: AiTask;
  /** Assigns an AI task to an agent and starts it. `CONFLICT` when it is no longer free, or another one was faster. */
  claimAiTask: AiTask;
  /** Deletes an AI task; with `cascade` everything that depends on it too. Without: `CONFLICT` with `dependentTaskIds`. */
  deleteAiTask: DeleteAiTaskPayload;
  /**
   * Ties an AI task to a task of QuantConnect, which runs for it from then on; `taskId: null` unties it. The link is kept in
   * the AI task's own metadata, as `quantconnect.taskId`, where other clients of QuantCDN see it.
   */
  linkAiTask: AiTask;
  /**
   * Deploys the task an AI task is linked to. The AI task goes to IN_PROGRESS, follows the deployment with its progress
   * message, and ends COMPLETED with a result or FAILED with an error, whoever is connected meanwhile. `CONFLICT` while it
   * waits for others, is in progress or is completed. `agentCredentialId` picks the QuantConnect credential.
   */
  runAiTask: AiTaskRun;
  /**
   * Runs a whole list in the order of its dependencies, up to `maxParallel` tasks at a time. What fails stops its own
   * descendants and nothing else. `CONFLICT` while a run of the list is under way; refused when a task that is left to run
   * is not linked, or when tasks wait for each other in a circle.
   */
  runAiTaskList: AiTaskListRun;
  /** Starts no further task of the list. What runs is left to end, or with `stopDeployments` is stopped. */
  stopAiTaskList: AiTaskListRun;
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
};


export type MutationStopDeploymentArgs = {
  id: Scalars['ID']['input'];
  credentialId?: InputMaybe<Scalars['ID']['input']>;
};


export type MutationDeleteDeploymentArgs = {
  id: Scalars['ID']['input'];
  credentialId?: InputMaybe<Scalars['ID']['input']>;
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
  credentialId?: InputMaybe<Scalars['ID']['input']>;
  agentCredentialId?: InputMaybe<Scalars['ID']['input']>;
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};


export type MutationRunAiTaskListArgs = {
  taskListId: Scalars['ID']['input'];
  maxParallel?: InputMaybe<Scalars['Int']['input']>;
  credentialId?: InputMaybe<Scalars['ID']['input']>;
  agentCredentialId?: InputMaybe<Scalars['ID']['input']>;
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};


export type MutationStopAiTaskListArgs = {
  taskListId: Scalars['ID']['input'];
  stopDeployments?: InputMaybe<Scalars['Boolean']['input']>;
  credentialId?: InputMaybe<Scalars['ID']['input']>;
};

export type Subscription = {
  __typename?: 'Subscription';
  /**
   * With `after`: every later event exactly once and in order, then what follows. Without: first the newest event of the
   * deployment (asked for many: of each unfinished one). A client that goes away stops nothing.
   */
  deploymentEvents: DeploymentEvent;
  /** Each message from index `after + 1` on, and again whenever it changes. */
  conversationMessages: ConversationMessage;
  /**
   * Every change of a list's tasks. With `after`: every later change exactly once and in order, then what follows. Without:
   * first each task as it is. However many subscribe, the upstream is asked once per interval. While it is out of reach
   * nothing is pushed, and afterwards what has changed; ends with `CREDENTIAL_REJECTED` when it refuses the credential, and
   * with `CREDENTIAL_MISSING` when that is deleted.
   */
  aiTaskChanged: AiTask;
  /**
   * The newest run of a list, whenever it or one of the runs it has started changes: `changed` is that one. Without `after`
   * first as it is; with it first what was missed, of earlier runs too. Completes when the run has ended. `NOT_FOUND` for a
   * list that was never run.
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
  after?: InputMaybe<Scalars['Int']['input']>;
  untilTerminal?: InputMaybe<Scalars['Boolean']['input']>;
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
  /** Stable id of the user. */
  id: Scalars['ID']['output'];
  /** The e-mail the user signs in with. */
  email: Maybe<Scalars['String']['output']>;
  /** What the user may do beside their own things. */
  roles: Array<Scalars['String']['output']>;
  /** The upstream credentials the user has stored, oldest first. */
  credentials: Array<Credential>;
};

/** A stored upstream credential. Its secret can be used and replaced, and never be read again. */
export type Credential = {
  __typename?: 'Credential';
  /** Id by which calls pick it. */
  id: Scalars['ID']['output'];
  /** The upstream it belongs to. */
  provider: Provider;
  /** The owner's own name for it. */
  label: Maybe<Scalars['String']['output']>;
  /** The upstream's name of the account: a QuantConnect user id, a QuantCDN organisation. */
  account: Scalars['String']['output'];
  /** The organization that serves where a call names none. */
  organizationId: Maybe<Scalars['ID']['output']>;
  /** The last four characters of the secret. */
  tokenHint: Scalars['String']['output'];
  /** What the upstream said of it last. */
  status: CredentialStatus;
  /** Whether it serves where a call names no credential. */
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

/** What the upstream says of a credential. */
export type CredentialStatus =
  /** It was accepted. */
  | 'VERIFIED'
  /** The upstream could not be asked yet. */
  | 'UNVERIFIED'
  /** It was refused; nothing is watched with it until it is replaced or verified. */
  | 'REJECTED';

/** Where a task's deployments put their project. */
export type ProjectPreference =
  /** A fresh project for every deployment. */
  | 'PROJECT_EACH_TASK_DEPLOYMENT'
  /** One project, made by the first deployment and used by all. */
  | 'PROJECT_FOR_TASK';

/** How hard an agent's model thinks. */
export type ReasoningEffort =
  /** Little. */
  | 'LOW'
  /** Some. */
  | 'MEDIUM'
  /** Much. */
  | 'HIGH'
  /** The upstream says something else: see `rawReasoningEffort`. Not for input. */
  | 'UNKNOWN';

/** An agent of QuantConnect. */
export type Agent = {
  __typename?: 'Agent';
  /** Numeric id. */
  id: Scalars['ID']['output'];
  /** Name. */
  name: Scalars['String']['output'];
  /** What it is for. */
  description: Maybe<Scalars['String']['output']>;
  /** File name of its picture. */
  profileImage: Maybe<Scalars['String']['output']>;
  /** What it is told before any task. */
  systemPrompt: Maybe<Scalars['String']['output']>;
  /** How hard its model thinks. */
  reasoningEffort: Maybe<ReasoningEffort>;
  /** The upstream's own word for the effort. */
  rawReasoningEffort: Maybe<Scalars['String']['output']>;
  /** Turns allowed in one deployment. */
  maxTurns: Maybe<Scalars['Int']['output']>;
  /** How it chooses tools, `auto` for instance. */
  toolChoice: Maybe<Scalars['String']['output']>;
  /** Identifiers of its tools. */
  tools: Array<Scalars['String']['output']>;
  /** Whether it is shared inside its organization. */
  public: Maybe<Scalars['Boolean']['output']>;
  /** Its model; null is the organization's default. */
  model: Maybe<Scalars['String']['output']>;
  /** The research pipeline's stage it is bound to. */
  pipeline: Maybe<Scalars['String']['output']>;
  /** JSON Schema of its structured output; read-only. */
  outputSchema: Maybe<Scalars['JSON']['output']>;
  /** Whether it runs on the platform's LLM; else it has a key of its own. */
  useQcc: Maybe<Scalars['Boolean']['output']>;
  /** The provider of the agent's own LLM key. The key itself is never readable. */
  llmProvider: Maybe<Scalars['String']['output']>;
  /** The agents that follow it, in order, in every deployment. */
  chainedAgents: Array<ChainedAgent>;
  /** The agents it may call like tools. */
  subAgents: Array<SubAgent>;
  /** Who made it. */
  author: Maybe<Person>;
  /** The organization it belongs to. */
  organization: Maybe<Organization>;
  /** The node it is pinned to. */
  node: Maybe<Node>;
  /** When it was made. */
  createdAt: Maybe<Scalars['DateTime']['output']>;
  /** When it was changed. */
  updatedAt: Maybe<Scalars['DateTime']['output']>;
  /** The tasks that are given to it. */
  tasks: Array<AgentTask>;
};

/** An agent's place in a chain. */
export type ChainedAgent = {
  __typename?: 'ChainedAgent';
  /** The agent that follows. */
  agentId: Scalars['ID']['output'];
  /** Its position, from 1. */
  step: Scalars['Int']['output'];
  /** The agent itself. */
  agent: Maybe<Agent>;
};

/** An agent that another one may call. */
export type SubAgent = {
  __typename?: 'SubAgent';
  /** The agent that may be called. */
  agentId: Scalars['ID']['output'];
  /** Most calls in one deployment. */
  callableCount: Maybe<Scalars['Int']['output']>;
  /** The agent itself. */
  agent: Maybe<Agent>;
};

/** A person, as QuantConnect shows one. */
export type Person = {
  __typename?: 'Person';
  /** Public name of the account. */
  publicId: Maybe<Scalars['String']['output']>;
  /** Name. */
  name: Maybe<Scalars['String']['output']>;
  /** File name of a picture. */
  image: Maybe<Scalars['String']['output']>;
};

/** An organization of QuantConnect. */
export type Organization = {
  __typename?: 'Organization';
  /** Its id. */
  id: Scalars['ID']['output'];
  /** Its name. */
  name: Maybe<Scalars['String']['output']>;
};

/** The machine an agent runs on. */
export type Node = {
  __typename?: 'Node';
  /** Numeric id; 0 is not pinned. */
  id: Scalars['ID']['output'];
  /** Its kind; opaque. */
  sku: Maybe<Scalars['String']['output']>;
};

/** Work for an agent. It runs each time it is deployed. */
export type AgentTask = {
  __typename?: 'AgentTask';
  /** Numeric id. */
  id: Scalars['ID']['output'];
  /** The name, as the upstream rewrote it. */
  name: Scalars['String']['output'];
  /** What the agent is told to do. */
  prompt: Scalars['String']['output'];
  /** The organization it belongs to. */
  organizationId: Scalars['ID']['output'];
  /** The agent it is given to. */
  agentId: Scalars['ID']['output'];
  /** The agent itself. */
  agent: Maybe<Agent>;
  /** The upstream's own word for where its project goes. */
  projectPreference: Maybe<Scalars['String']['output']>;
  /** Its project, once there is one. */
  projectId: Maybe<Scalars['ID']['output']>;
  /** How often it was deployed. */
  deploymentCount: Scalars['Int']['output'];
  /** When it was deployed last. */
  lastDeployedAt: Maybe<Scalars['DateTime']['output']>;
  /** Who made it. */
  owner: Maybe<Person>;
  /** Cron expression of its schedule. */
  schedule: Maybe<Scalars['String']['output']>;
  /** The schedule in words. */
  scheduleHuman: Maybe<Scalars['String']['output']>;
  /** When it was made. */
  createdAt: Maybe<Scalars['DateTime']['output']>;
  /** When it was changed. */
  updatedAt: Maybe<Scalars['DateTime']['output']>;
  /** Its unfinished deployments, as the task itself lists them: costs no further call. */
  activeDeployments: Array<ActiveDeployment>;
  /** All its deployments. */
  deployments: Array<Deployment>;
  /**
   * The AI tasks that are linked to it: of those the gateway has seen in the organisation of the caller's default QuantCDN
   * credential; empty for a caller without one.
   */
  aiTasks: Array<AiTask>;
};

/** An unfinished deployment, as its task lists it. */
export type ActiveDeployment = {
  __typename?: 'ActiveDeployment';
  /** Id of the deployment. */
  deploymentId: Scalars['ID']['output'];
  /** Its status. */
  status: DeploymentStatus;
  /** The upstream's own word for the status. */
  rawStatus: Scalars['String']['output'];
};

/** The state of a deployment, in classes. The upstream's own word is always beside it. */
export type DeploymentStatus =
  /** Waits for a node. */
  | 'QUEUED'
  /** Works, or is about to stop. */
  | 'RUNNING'
  /** Ended well. */
  | 'COMPLETED'
  /** Was stopped. */
  | 'STOPPED'
  /** Ended with an error. */
  | 'FAILED'
  /** The upstream uses a word the gateway does not know; it counts as unfinished until the deployment has an end. */
  | 'UNKNOWN';

/** One run of a task. */
export type Deployment = {
  __typename?: 'Deployment';
  /** Id, `A-` and 32 hexadecimal digits. */
  id: Scalars['ID']['output'];
  /** Its state. */
  status: DeploymentStatus;
  /** The upstream's own word for the state. */
  rawStatus: Scalars['String']['output'];
  /** Whether it has ended. A prompt may revive it. */
  isTerminal: Scalars['Boolean']['output'];
  /** The task it runs. */
  taskId: Maybe<Scalars['ID']['output']>;
  /** The agent that runs it. */
  agentId: Maybe<Scalars['ID']['output']>;
  /** The task itself. */
  task: Maybe<AgentTask>;
  /** The agent itself. */
  agent: Maybe<Agent>;
  /** The model it runs on. */
  model: Maybe<Scalars['String']['output']>;
  /** What the agent was told. */
  prompt: Maybe<Scalars['String']['output']>;
  /** The project it works in. */
  projectId: Maybe<Scalars['ID']['output']>;
  /** Why it failed. */
  runtimeError: Maybe<Scalars['String']['output']>;
  /** When it was made. */
  createdAt: Maybe<Scalars['DateTime']['output']>;
  /** When it left the queue. */
  startedAt: Maybe<Scalars['DateTime']['output']>;
  /** When it ended. */
  endedAt: Maybe<Scalars['DateTime']['output']>;
  /** When the gateway last saw it upstream. */
  observedAt: Scalars['DateTime']['output'];
  /** Whether the last looks failed: the state is the last one seen. */
  isStale: Scalars['Boolean']['output'];
  /** What was said in it; with `callableId` the thread of one callable agent. */
  conversation: Conversation;
  /** Its events, oldest first; empty when the gateway does not watch it. */
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

/** What was said in a deployment. */
export type Conversation = {
  __typename?: 'Conversation';
  /** The deployment. */
  deploymentId: Scalars['ID']['output'];
  /** Tokens read so far. */
  inputTokens: Scalars['Int']['output'];
  /** Tokens written so far. */
  outputTokens: Scalars['Int']['output'];
  /** The messages from index `after + 1` on. */
  messages: Array<ConversationMessage>;
  /** The files as the agent's last write left them. */
  files: Array<ConversationFile>;
  /** Tool calls that went wrong, or that warned. */
  failures: Array<ToolFailure>;
};


/** What was said in a deployment. */
export type ConversationMessagesArgs = {
  after?: InputMaybe<Scalars['Int']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};

/** One message. */
export type ConversationMessage = {
  __typename?: 'ConversationMessage';
  /** Position in the conversation, from 0. */
  index: Scalars['Int']['output'];
  /** The upstream's id. */
  id: Maybe<Scalars['ID']['output']>;
  /** Who speaks: `user`, `assistant`, `system`. */
  role: Scalars['String']['output'];
  /** When, in the upstream's own format. */
  time: Maybe<Scalars['String']['output']>;
  /** What it consists of, in order. */
  parts: Array<MessagePart>;
};

/** A part of a message. */
export type MessagePart = {
  /** The upstream's word for the kind of part. */
  type: Scalars['String']['output'];
};

/** Words. */
export type TextPart = MessagePart & {
  __typename?: 'TextPart';
  /** `text`. */
  type: Scalars['String']['output'];
  /** The words. */
  text: Scalars['String']['output'];
};

/** The model's thinking. */
export type ReasoningPart = MessagePart & {
  __typename?: 'ReasoningPart';
  /** `reasoning`. */
  type: Scalars['String']['output'];
  /** The thought. */
  text: Scalars['String']['output'];
};

/** A tool at work. The same call shows a later state on a later look. */
export type ToolPart = MessagePart & {
  __typename?: 'ToolPart';
  /** `dynamic-tool`, or `tool-` and its name. */
  type: Scalars['String']['output'];
  /** Name of the tool. */
  toolName: Scalars['String']['output'];
  /** Id of the call. */
  toolCallId: Maybe<Scalars['ID']['output']>;
  /** How far it is: `input-streaming`, `input-available`, `output-available`, `output-error`, … */
  state: Maybe<Scalars['String']['output']>;
  /** What it was given. */
  input: Maybe<Scalars['JSON']['output']>;
  /** What it gave back. */
  output: Maybe<Scalars['JSON']['output']>;
  /** Why it failed. */
  errorText: Maybe<Scalars['String']['output']>;
};

/** Any other part, whole. */
export type OtherPart = MessagePart & {
  __typename?: 'OtherPart';
  /** The upstream's word for it. */
  type: Scalars['String']['output'];
  /** Everything it holds. */
  raw: Scalars['JSON']['output'];
};

/** A file the agent wrote. */
export type ConversationFile = {
  __typename?: 'ConversationFile';
  /** Its path. */
  path: Scalars['String']['output'];
  /** What is in it now. */
  content: Scalars['String']['output'];
};

/** A tool call that went wrong, or that warned. */
export type ToolFailure = {
  __typename?: 'ToolFailure';
  /** Index of the message that holds the call. */
  messageIndex: Scalars['Int']['output'];
  /** Name of the tool. */
  toolName: Scalars['String']['output'];
  /** What went wrong. */
  errors: Array<Scalars['String']['output']>;
  /** What it warned of. */
  warnings: Array<Scalars['String']['output']>;
};

/** Something that happened to a deployment. */
export type DeploymentEvent = {
  __typename?: 'DeploymentEvent';
  /** The cursor: hand it over as `after` to go on behind this event. */
  id: Scalars['ID']['output'];
  /** What happened. */
  type: DeploymentEventType;
  /** The deployment it happened to. */
  deploymentId: Scalars['ID']['output'];
  /** The task of that deployment. */
  taskId: Maybe<Scalars['ID']['output']>;
  /** The state after it. */
  status: DeploymentStatus;
  /** The state before it. */
  previousStatus: Maybe<DeploymentStatus>;
  /** The upstream's own word for the state. */
  rawStatus: Scalars['String']['output'];
  /** When the gateway saw it. */
  occurredAt: Scalars['DateTime']['output'];
  /** Why: the guard's verdict, the error code of a degraded watch, how a deployment became known. */
  reason: Maybe<Scalars['String']['output']>;
  /** The deployment as it was last seen, which may be later than the event; null once it is deleted. Costs no upstream call. */
  deployment: Maybe<Deployment>;
};

/** What can happen to a deployment. */
export type DeploymentEventType =
  /** The gateway made it, or learned of it. */
  | 'CREATED'
  /** Its status changed. */
  | 'STATUS_CHANGED'
  /** A prompt was sent to it. */
  | 'PROMPTED'
  /** A guard tripped, and the gateway stops it. */
  | 'GUARD_TRIPPED'
  /** It no longer exists upstream. */
  | 'DELETED'
  /** Looking at it fails; `reason` is the error code. It goes on, more slowly. */
  | 'WATCH_DEGRADED'
  /** Looking at it works again. */
  | 'WATCH_RECOVERED';

/** A page of events. */
export type DeploymentEventConnection = {
  __typename?: 'DeploymentEventConnection';
  /** The events, oldest first. */
  nodes: Array<DeploymentEvent>;
  /** Where the page ends. */
  pageInfo: PageInfo;
};

/** Where a page ends. */
export type PageInfo = {
  __typename?: 'PageInfo';
  /** Whether more is there now. */
  hasNextPage: Scalars['Boolean']['output'];
  /** Feeds `after`, to read on or to subscribe. */
  endCursor: Maybe<Scalars['ID']['output']>;
};

/** A QuantConnect account. */
export type QuantConnectCredentialInput = {
  /** Your own name for it. */
  label?: InputMaybe<Scalars['String']['input']>;
  /** Numeric user id, from the account page. */
  userId: Scalars['ID']['input'];
  /** API token, from the account page. */
  apiToken: Scalars['String']['input'];
  /** The organization that serves where a call names none. */
  organizationId?: InputMaybe<Scalars['ID']['input']>;
};

/** Changes to a credential: an absent field stays, `null` clears. */
export type UpdateCredentialInput = {
  /** Your own name for it. */
  label?: InputMaybe<Scalars['String']['input']>;
  /** A new token of the same account. */
  apiToken?: InputMaybe<Scalars['String']['input']>;
  /** The organization that serves where a call names none. */
  organizationId?: InputMaybe<Scalars['ID']['input']>;
  /** `true` makes it the one that serves where a call names no credential. */
  isDefault?: InputMaybe<Scalars['Boolean']['input']>;
};

/** A new agent. */
export type CreateAgentInput = {
  /** The organization it belongs to; the credential's own without. */
  organizationId?: InputMaybe<Scalars['ID']['input']>;
  /** Name. */
  name: Scalars['String']['input'];
  /** What it is for. */
  description?: InputMaybe<Scalars['String']['input']>;
  /** File name of its picture. */
  profileImage?: InputMaybe<Scalars['String']['input']>;
  /** What it is told before any task. */
  systemPrompt?: InputMaybe<Scalars['String']['input']>;
  /** How hard its model thinks. */
  reasoningEffort?: InputMaybe<ReasoningEffort>;
  /** Turns allowed in one deployment. */
  maxTurns?: InputMaybe<Scalars['Int']['input']>;
  /** How it chooses tools, `auto` for instance. */
  toolChoice?: InputMaybe<Scalars['String']['input']>;
  /** Identifiers of its tools. */
  tools?: InputMaybe<Array<Scalars['String']['input']>>;
  /** Whether it is shared inside its organization. */
  public?: InputMaybe<Scalars['Boolean']['input']>;
  /** Its model; the organization's default without. */
  model?: InputMaybe<Scalars['String']['input']>;
  /** The research pipeline's stage it is bound to. */
  pipeline?: InputMaybe<Scalars['String']['input']>;
  /** Whether it runs on the platform's LLM; else `llmToken` is needed. */
  useQcc?: InputMaybe<Scalars['Boolean']['input']>;
  /** The agent's own LLM key. It can never be read again. */
  llmToken?: InputMaybe<LlmTokenInput>;
  /** The agents that follow it, in order, in every deployment. */
  chainedAgents?: InputMaybe<Array<ChainedAgentInput>>;
  /** The agents it may call like tools. */
  subAgents?: InputMaybe<Array<SubAgentInput>>;
  /** The node it is pinned to. */
  nodeId?: InputMaybe<Scalars['ID']['input']>;
};

/** Changes to an agent: an absent field stays, `null` clears, a list replaces the old one whole. */
export type UpdateAgentInput = {
  /** Name. */
  name?: InputMaybe<Scalars['String']['input']>;
  /** What it is for. */
  description?: InputMaybe<Scalars['String']['input']>;
  /** File name of its picture. */
  profileImage?: InputMaybe<Scalars['String']['input']>;
  /** What it is told before any task. */
  systemPrompt?: InputMaybe<Scalars['String']['input']>;
  /** How hard its model thinks. */
  reasoningEffort?: InputMaybe<ReasoningEffort>;
  /** Turns allowed in one deployment. */
  maxTurns?: InputMaybe<Scalars['Int']['input']>;
  /** How it chooses tools. */
  toolChoice?: InputMaybe<Scalars['String']['input']>;
  /** Identifiers of its tools. */
  tools?: InputMaybe<Array<Scalars['String']['input']>>;
  /** Whether it is shared inside its organization. */
  public?: InputMaybe<Scalars['Boolean']['input']>;
  /** Its model. */
  model?: InputMaybe<Scalars['String']['input']>;
  /** The research pipeline's stage it is bound to. */
  pipeline?: InputMaybe<Scalars['String']['input']>;
  /** Whether it runs on the platform's LLM. */
  useQcc?: InputMaybe<Scalars['Boolean']['input']>;
  /** The agent's own LLM key. */
  llmToken?: InputMaybe<LlmTokenInput>;
  /** The agents that follow it. */
  chainedAgents?: InputMaybe<Array<ChainedAgentInput>>;
  /** The agents it may call like tools. */
  subAgents?: InputMaybe<Array<SubAgentInput>>;
  /** The node it is pinned to. */
  nodeId?: InputMaybe<Scalars['ID']['input']>;
};

/** A key of an LLM provider. */
export type LlmTokenInput = {
  /** The provider, `anthropic` for instance. */
  provider: Scalars['String']['input'];
  /** The key. */
  apiKey: Scalars['String']['input'];
};

/** An agent's place in a chain. */
export type ChainedAgentInput = {
  /** The agent that follows. */
  agentId: Scalars['ID']['input'];
  /** Its position, from 1. */
  step: Scalars['Int']['input'];
};

/** An agent that may be called. */
export type SubAgentInput = {
  /** The agent that may be called. */
  agentId: Scalars['ID']['input'];
  /** Most calls in one deployment. */
  callableCount?: InputMaybe<Scalars['Int']['input']>;
};

/** A new task. */
export type CreateTaskInput = {
  /** The organization it belongs to; the credential's own without. */
  organizationId?: InputMaybe<Scalars['ID']['input']>;
  /** The agent it is given to. */
  agentId: Scalars['ID']['input'];
  /** Name; the upstream may rewrite it. */
  name: Scalars['String']['input'];
  /** What the agent is told to do. */
  prompt: Scalars['String']['input'];
  /** Where its deployments put their project. */
  projectPreference?: InputMaybe<ProjectPreference>;
};

/** Changes to a task. */
export type UpdateTaskInput = {
  /** The new name. */
  name?: InputMaybe<Scalars['String']['input']>;
};

/** What a deployment may use before the gateway stops it. */
export type DeploymentGuardInput = {
  /** Tokens read and written, together. */
  maxTokens?: InputMaybe<Scalars['Int']['input']>;
  /** Seconds since the run began, waiting in the queue included. */
  maxDurationSeconds?: InputMaybe<Scalars['Int']['input']>;
  /** Stop when a tool reports that a run ended with a runtime error. */
  stopOnRuntimeError?: InputMaybe<Scalars['Boolean']['input']>;
};

/** What a QuantCDN credential is made of. */
export type QuantCdnCredentialInput = {
  /** The owner's own name for it. */
  label?: InputMaybe<Scalars['String']['input']>;
  /** Short name of the organisation, as in the dashboard's address. */
  organisation: Scalars['ID']['input'];
  /** An API token of that organisation. */
  apiToken: Scalars['String']['input'];
};

/** A task of QuantCDN: a record by which agents coordinate their work. */
export type AiTask = {
  __typename?: 'AiTask';
  /** UUID. */
  id: Scalars['ID']['output'];
  /** The organisation it belongs to. */
  organisation: Scalars['ID']['output'];
  /** The list it belongs to. */
  taskListId: Maybe<Scalars['ID']['output']>;
  /** Title. */
  title: Scalars['String']['output'];
  /** What is to be done. */
  description: Maybe<Scalars['String']['output']>;
  /** How far it has come. */
  status: AiTaskStatus;
  /** The upstream's own word for the status. */
  rawStatus: Scalars['String']['output'];
  /** The agent that is to do it. */
  assignedAgentId: Maybe<Scalars['ID']['output']>;
  /** The agent that made it. */
  createdByAgentId: Maybe<Scalars['ID']['output']>;
  /** The tasks that must be completed first. */
  dependsOn: Array<Scalars['ID']['output']>;
  /** Those tasks themselves. One that does not exist any more, completed and expired, is left out. */
  dependencies: Array<AiTask>;
  /** The tasks that wait for this one. */
  dependents: Array<AiTask>;
  /** Whether it is pending and everything it depends on is completed, or gone since. */
  isReady: Scalars['Boolean']['output'];
  /** Free data of its clients; under `quantgate` stands which request of the gateway made it. */
  metadata: Maybe<Scalars['JSON']['output']>;
  /** From 0 to 1. */
  progress: Maybe<Scalars['Float']['output']>;
  /** How it goes, in words. */
  progressMessage: Maybe<Scalars['String']['output']>;
  /** What came of it. */
  result: Maybe<Scalars['JSON']['output']>;
  /** Why it failed. */
  error: Maybe<Scalars['String']['output']>;
  /** How often it was tried again; the clients count. */
  retryCount: Maybe<Scalars['Int']['output']>;
  /** How often it may be tried again. */
  maxRetries: Maybe<Scalars['Int']['output']>;
  /** Why it is blocked, as somebody said by hand. */
  blockedReason: Maybe<Scalars['String']['output']>;
  /** The tasks that block it, as somebody said by hand. */
  blockedByTaskIds: Maybe<Array<Scalars['ID']['output']>>;
  /** When it was made. */
  createdAt: Maybe<Scalars['DateTime']['output']>;
  /** When it was changed. */
  updatedAt: Maybe<Scalars['DateTime']['output']>;
  /** When it was started. */
  startedAt: Maybe<Scalars['DateTime']['output']>;
  /** When it was completed, failed or cancelled. */
  completedAt: Maybe<Scalars['DateTime']['output']>;
  /** When it was blocked. */
  blockedAt: Maybe<Scalars['DateTime']['output']>;
  /** When it will be removed. */
  expiresAt: Maybe<Scalars['DateTime']['output']>;
  /**
   * The task of QuantConnect it is linked to, read with the caller's default credential; null when that shows no such task,
   * or the caller has none.
   */
  agentTask: Maybe<AgentTask>;
  /**
   * The deployment of its newest run through this gateway, else the one its result names: as it was last seen, or read when
   * it is not watched; null when it is gone, or the caller has no QuantConnect credential to read it with.
   */
  deployment: Maybe<Deployment>;
  /** Its newest run through this gateway. */
  run: Maybe<AiTaskRun>;
  /** In `aiTaskChanged`: the place of this change in the caller's log, for `after`. Null everywhere else. */
  cursor: Maybe<Scalars['ID']['output']>;
  /** In `aiTaskChanged`: it has left the list: deleted, moved or expired; the rest is as it was last seen. */
  isGone: Scalars['Boolean']['output'];
};

/** The states of an AI task. */
export type AiTaskStatus =
  /** It has not been started. */
  | 'PENDING'
  /** Somebody works on it. */
  | 'IN_PROGRESS'
  /** It is done. */
  | 'COMPLETED'
  /** It has failed. */
  | 'FAILED'
  /** It was given up. */
  | 'CANCELLED'
  /** Somebody has marked it as blocked. */
  | 'BLOCKED'
  /** The upstream says something else: see `rawStatus`. Not for input. */
  | 'UNKNOWN';

/** Which AI tasks; all that is given must hold. */
export type AiTaskFilter = {
  /** Of this list. */
  taskListId?: InputMaybe<Scalars['ID']['input']>;
  /** In this state. */
  status?: InputMaybe<AiTaskStatus>;
  /** Assigned to this agent. */
  assignedAgentId?: InputMaybe<Scalars['ID']['input']>;
  /** That wait for this task. */
  dependsOn?: InputMaybe<Scalars['ID']['input']>;
  /** At most so many, 1 to 500, newest first; all of them without. */
  limit?: InputMaybe<Scalars['Int']['input']>;
};

/** The dependency graph of a list. Done, running, ready, blocked and unreachable tasks together are all of its tasks. */
export type AiTaskGraph = {
  __typename?: 'AiTaskGraph';
  /** The list. */
  taskListId: Scalars['ID']['output'];
  /** How many tasks it has. */
  taskCount: Scalars['Int']['output'];
  /** Tasks that depend on nothing. */
  roots: Array<Scalars['ID']['output']>;
  /** Tasks nothing depends on. */
  leaves: Array<Scalars['ID']['output']>;
  /** Every task. */
  nodes: Array<AiTaskNode>;
  /** Completed, failed or cancelled. */
  done: Array<Scalars['ID']['output']>;
  /** In progress. */
  running: Array<Scalars['ID']['output']>;
  /** Pending, and everything they depend on is completed. */
  ready: Array<Scalars['ID']['output']>;
  /** Waiting for unfinished work, and for which. */
  blocked: Array<BlockedAiTask>;
  /** Never to be ready: something they depend on has failed or was cancelled. */
  unreachable: Array<UnreachableAiTask>;
  /** The longest chain of work that is left, first task first. */
  criticalPath: Array<Scalars['ID']['output']>;
  /** Tasks that wait for each other in a circle; each depends on the next, the last on the first. */
  cycles: Array<Array<Scalars['ID']['output']>>;
};

/** A task in the graph of its list. */
export type AiTaskNode = {
  __typename?: 'AiTaskNode';
  /** The task's id. */
  id: Scalars['ID']['output'];
  /** Title. */
  title: Scalars['String']['output'];
  /** How far it has come. */
  status: AiTaskStatus;
  /** The upstream's own word for the status. */
  rawStatus: Scalars['String']['output'];
  /** The tasks that must be completed first; one that is not in the list is named all the same. */
  dependsOn: Array<Scalars['ID']['output']>;
  /** The tasks that wait for this one. */
  dependents: Array<Scalars['ID']['output']>;
  /** The task itself. */
  task: Maybe<AiTask>;
};

/** A task that waits for unfinished work. */
export type BlockedAiTask = {
  __typename?: 'BlockedAiTask';
  /** The task. */
  id: Scalars['ID']['output'];
  /** What it waits for; empty when somebody has blocked it by hand and named nothing. */
  by: Array<Scalars['ID']['output']>;
};

/** A task that will never be ready as things are. */
export type UnreachableAiTask = {
  __typename?: 'UnreachableAiTask';
  /** The task. */
  id: Scalars['ID']['output'];
  /** What has failed or was cancelled. */
  because: Array<Scalars['ID']['output']>;
};

/** What a new AI task is made of. */
export type CreateAiTaskInput = {
  /** Title. */
  title: Scalars['String']['input'];
  /** What is to be done. */
  description?: InputMaybe<Scalars['String']['input']>;
  /** The list it belongs to; lists come into being by use. */
  taskListId?: InputMaybe<Scalars['ID']['input']>;
  /** Where it starts; PENDING without. */
  status?: InputMaybe<AiTaskStatus>;
  /** The agent that is to do it. */
  assignedAgentId?: InputMaybe<Scalars['ID']['input']>;
  /** The agent that makes it. */
  createdByAgentId?: InputMaybe<Scalars['ID']['input']>;
  /** The tasks that must be completed first. */
  dependsOn?: InputMaybe<Array<Scalars['ID']['input']>>;
  /** Free data, an object. */
  metadata?: InputMaybe<Scalars['JSON']['input']>;
  /** How often it may be tried again, 0 to 10. */
  maxRetries?: InputMaybe<Scalars['Int']['input']>;
  /** Why it starts blocked. */
  blockedReason?: InputMaybe<Scalars['String']['input']>;
  /** The tasks that block it. */
  blockedByTaskIds?: InputMaybe<Array<Scalars['ID']['input']>>;
};

/** What of an AI task is to change. */
export type UpdateAiTaskInput = {
  /** Title. */
  title?: InputMaybe<Scalars['String']['input']>;
  /** What is to be done. */
  description?: InputMaybe<Scalars['String']['input']>;
  /** The list it belongs to; null takes it out of its list. */
  taskListId?: InputMaybe<Scalars['ID']['input']>;
  /** How far it has come. */
  status?: InputMaybe<AiTaskStatus>;
  /** The agent that is to do it; null unassigns it. */
  assignedAgentId?: InputMaybe<Scalars['ID']['input']>;
  /** The tasks that must be completed first; an empty list clears them. */
  dependsOn?: InputMaybe<Array<Scalars['ID']['input']>>;
  /** Free data, an object; replaces all of it. */
  metadata?: InputMaybe<Scalars['JSON']['input']>;
  /**
   * Is merged into the free data: what is not named stays, null removes (RFC 7396). Of two clients that do so at a time both
   * come through. Not together with `metadata`.
   */
  metadataPatch?: InputMaybe<Scalars['JSON']['input']>;
  /** From 0 to 1. */
  progress?: InputMaybe<Scalars['Float']['input']>;
  /** How it goes, in words. */
  progressMessage?: InputMaybe<Scalars['String']['input']>;
  /** What came of it, an object. */
  result?: InputMaybe<Scalars['JSON']['input']>;
  /** Why it failed; null clears it. */
  error?: InputMaybe<Scalars['String']['input']>;
  /** How often it was tried again. */
  retryCount?: InputMaybe<Scalars['Int']['input']>;
  /** How often it may be tried again, 0 to 10. */
  maxRetries?: InputMaybe<Scalars['Int']['input']>;
  /** Why it is blocked; null clears it. */
  blockedReason?: InputMaybe<Scalars['String']['input']>;
  /** The tasks that block it; null clears them. */
  blockedByTaskIds?: InputMaybe<Array<Scalars['ID']['input']>>;
};

/** What was deleted. */
export type DeleteAiTaskPayload = {
  __typename?: 'DeleteAiTaskPayload';
  /** Every deleted task, the one asked for included. */
  deletedIds: Array<Scalars['ID']['output']>;
};

/** An AI task run as a deployment. */
export type AiTaskRun = {
  __typename?: 'AiTaskRun';
  /** UUID. */
  id: Scalars['ID']['output'];
  /** The AI task. */
  aiTaskId: Scalars['ID']['output'];
  /** The task of QuantConnect that runs for it. */
  taskId: Maybe<Scalars['ID']['output']>;
  /** How far the run has come. */
  status: AiTaskRunStatus;
  /** The deployment, once there is one. */
  deploymentId: Maybe<Scalars['ID']['output']>;
  /** Why it has failed, or what it waits for. */
  reason: Maybe<Scalars['String']['output']>;
  /** When the run was asked for. */
  createdAt: Scalars['DateTime']['output'];
  /** When it ended. */
  endedAt: Maybe<Scalars['DateTime']['output']>;
};

/** How far the run of an AI task has come. */
export type AiTaskRunStatus =
  /** The AI task is being claimed, and the task deployed: `reason` tells what it waits for. */
  | 'STARTING'
  /** The deployment is under way. */
  | 'RUNNING'
  /** The AI task was completed with a result. */
  | 'COMPLETED'
  /** It could not be run to a good end: `reason` tells why. */
  | 'FAILED';

/** A list of AI tasks that is run in the order of its dependencies. */
export type AiTaskListRun = {
  __typename?: 'AiTaskListRun';
  /** UUID. */
  id: Scalars['ID']['output'];
  /** The list. */
  taskListId: Scalars['ID']['output'];
  /** How far it has come. */
  status: AiTaskListRunStatus;
  /** How many tasks run at a time. */
  maxParallel: Scalars['Int']['output'];
  /** Why it did not complete. */
  reason: Maybe<Scalars['String']['output']>;
  /** How many of the runs it has started are how far. */
  counts: AiTaskRunCounts;
  /**
   * The runs it has started, first started first: all of them, as they are when they are asked for. Who follows a long list
   * asks for them once, and then for what has `changed`.
   */
  runs: Array<AiTaskRun>;
  /**
   * In `aiTaskListRunChanged`: the run that has begun or come further; null for a change of the list's run itself. Null
   * everywhere else.
   */
  changed: Maybe<AiTaskRun>;
  /** When it was asked for. */
  createdAt: Scalars['DateTime']['output'];
  /** When it ended. */
  endedAt: Maybe<Scalars['DateTime']['output']>;
  /** In `aiTaskListRunChanged`: the place of this change in the caller's log, for `after`. Null everywhere else. */
  cursor: Maybe<Scalars['ID']['output']>;
};

/** How many runs of AI tasks are how far; together the runs that a list's run has started. */
export type AiTaskRunCounts = {
  __typename?: 'AiTaskRunCounts';
  /** Those that are `STARTING`. */
  starting: Scalars['Int']['output'];
  /** Those that are `RUNNING`. */
  running: Scalars['Int']['output'];
  /** Those that are `COMPLETED`. */
  completed: Scalars['Int']['output'];
  /** Those that are `FAILED`. */
  failed: Scalars['Int']['output'];
};

/** How far the run of a list has come. */
export type AiTaskListRunStatus =
  /** Whatever is ready is started. */
  | 'RUNNING'
  /** Nothing more is started; what runs is left to end. */
  | 'STOPPING'
  /** It was stopped. */
  | 'STOPPED'
  /** Every task of the list is done, and none has failed. */
  | 'COMPLETED'
  /** Nothing more can be started, and not everything was completed: `reason` tells why. */
  | 'FAILED';



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
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
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
  Conversation: ResolverTypeWrapper<ConversationSource>;
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
  DeploymentEventConnection: ResolverTypeWrapper<EventPage>;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  QuantConnectCredentialInput: QuantConnectCredentialInput;
  UpdateCredentialInput: UpdateCredentialInput;
  CreateAgentInput: CreateAgentInput;
  UpdateAgentInput: UpdateAgentInput;
  LlmTokenInput: LlmTokenInput;
  ChainedAgentInput: ChainedAgentInput;
  SubAgentInput: SubAgentInput;
  CreateTaskInput: CreateTaskInput;
  UpdateTaskInput: UpdateTaskInput;
  DeploymentGuardInput: DeploymentGuardInput;
  QuantCdnCredentialInput: QuantCdnCredentialInput;
  AiTask: ResolverTypeWrapper<AiTaskView>;
  Float: ResolverTypeWrapper<Scalars['Float']['output']>;
  AiTaskStatus: AiTaskStatus;
  AiTaskFilter: AiTaskFilter;
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
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  DateTime: Scalars['DateTime']['output'];
  JSON: Scalars['JSON']['output'];
  Query: Record<PropertyKey, never>;
  ID: Scalars['ID']['output'];
  Int: Scalars['Int']['output'];
  Mutation: Record<PropertyKey, never>;
  String: Scalars['String']['output'];
  Boolean: Scalars['Boolean']['output'];
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
  Conversation: ConversationSource;
  ConversationMessage: ConversationMessageSource;
  MessagePart: MessagePartSource;
  TextPart: TextSource;
  ReasoningPart: TextSource;
  ToolPart: ToolSource;
  OtherPart: OtherSource;
  ConversationFile: ConversationFile;
  ToolFailure: ToolFailure;
  DeploymentEvent: DeploymentEventView;
  DeploymentEventConnection: EventPage;
  PageInfo: PageInfo;
  QuantConnectCredentialInput: QuantConnectCredentialInput;
  UpdateCredentialInput: UpdateCredentialInput;
  CreateAgentInput: CreateAgentInput;
  UpdateAgentInput: UpdateAgentInput;
  LlmTokenInput: LlmTokenInput;
  ChainedAgentInput: ChainedAgentInput;
  SubAgentInput: SubAgentInput;
  CreateTaskInput: CreateTaskInput;
  UpdateTaskInput: UpdateTaskInput;
  DeploymentGuardInput: DeploymentGuardInput;
  QuantCdnCredentialInput: QuantCdnCredentialInput;
  AiTask: AiTaskView;
  Float: Scalars['Float']['output'];
  AiTaskFilter: AiTaskFilter;
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

export type QueryResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  viewer?: Resolver<ResolversTypes['Viewer'], ParentType, ContextType>;
  agents?: Resolver<Array<ResolversTypes['Agent']>, ParentType, ContextType, Partial<QueryAgentsArgs>>;
  agent?: Resolver<Maybe<ResolversTypes['Agent']>, ParentType, ContextType, RequireFields<QueryAgentArgs, 'id'>>;
  tasks?: Resolver<Array<ResolversTypes['AgentTask']>, ParentType, ContextType, Partial<QueryTasksArgs>>;
  task?: Resolver<Maybe<ResolversTypes['AgentTask']>, ParentType, ContextType, RequireFields<QueryTaskArgs, 'id'>>;
  deployments?: Resolver<Array<ResolversTypes['Deployment']>, ParentType, ContextType, RequireFields<QueryDeploymentsArgs, 'taskId'>>;
  deployment?: Resolver<Maybe<ResolversTypes['Deployment']>, ParentType, ContextType, RequireFields<QueryDeploymentArgs, 'id'>>;
  deploymentEvents?: Resolver<ResolversTypes['DeploymentEventConnection'], ParentType, ContextType, RequireFields<QueryDeploymentEventsArgs, 'first'>>;
  aiTasks?: Resolver<Array<ResolversTypes['AiTask']>, ParentType, ContextType, Partial<QueryAiTasksArgs>>;
  aiTask?: Resolver<Maybe<ResolversTypes['AiTask']>, ParentType, ContextType, RequireFields<QueryAiTaskArgs, 'id'>>;
  aiTaskGraph?: Resolver<ResolversTypes['AiTaskGraph'], ParentType, ContextType, RequireFields<QueryAiTaskGraphArgs, 'taskListId'>>;
  aiTaskListRun?: Resolver<Maybe<ResolversTypes['AiTaskListRun']>, ParentType, ContextType, RequireFields<QueryAiTaskListRunArgs, 'taskListId'>>;
};

export type MutationResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  saveQuantConnectCredential?: Resolver<ResolversTypes['Credential'], ParentType, ContextType, RequireFields<MutationSaveQuantConnectCredentialArgs, 'input'>>;
  updateCredential?: Resolver<ResolversTypes['Credential'], ParentType, ContextType, RequireFields<MutationUpdateCredentialArgs, 'id' | 'input'>>;
  verifyCredential?: Resolver<ResolversTypes['Credential'], ParentType, ContextType, RequireFields<MutationVerifyCredentialArgs, 'id'>>;
  deleteCredential?: Resolver<ResolversTypes['ID'], ParentType, ContextType, RequireFields<MutationDeleteCredentialArgs, 'id'>>;
  createAgent?: Resolver<ResolversTypes['Agent'], ParentType, ContextType, RequireFields<MutationCreateAgentArgs, 'input'>>;
  updateAgent?: Resolver<ResolversTypes['Agent'], ParentType, ContextType, RequireFields<MutationUpdateAgentArgs, 'id' | 'input'>>;
  deleteAgent?: Resolver<ResolversTypes['ID'], ParentType, ContextType, RequireFields<MutationDeleteAgentArgs, 'id'>>;
  createTask?: Resolver<ResolversTypes['AgentTask'], ParentType, ContextType, RequireFields<MutationCreateTaskArgs, 'input'>>;
  updateTask?: Resolver<ResolversTypes['AgentTask'], ParentType, ContextType, RequireFields<MutationUpdateTaskArgs, 'id' | 'input'>>;
  deleteTask?: Resolver<ResolversTypes['ID'], ParentType, ContextType, RequireFields<MutationDeleteTaskArgs, 'id'>>;
  deployTask?: Resolver<ResolversTypes['Deployment'], ParentType, ContextType, RequireFields<MutationDeployTaskArgs, 'taskId'>>;
  promptDeployment?: Resolver<ResolversTypes['Deployment'], ParentType, ContextType, RequireFields<MutationPromptDeploymentArgs, 'id' | 'prompt'>>;
  stopDeployment?: Resolver<ResolversTypes['Deployment'], ParentType, ContextType, RequireFields<MutationStopDeploymentArgs, 'id'>>;
  deleteDeployment?: Resolver<ResolversTypes['ID'], ParentType, ContextType, RequireFields<MutationDeleteDeploymentArgs, 'id'>>;
  saveQuantCdnCredential?: Resolver<ResolversTypes['Credential'], ParentType, ContextType, RequireFields<MutationSaveQuantCdnCredentialArgs, 'input'>>;
  createAiTask?: Resolver<ResolversTypes['AiTask'], ParentType, ContextType, RequireFields<MutationCreateAiTaskArgs, 'input'>>;
  updateAiTask?: Resolver<ResolversTypes['AiTask'], ParentType, ContextType, RequireFields<MutationUpdateAiTaskArgs, 'id' | 'input'>>;
  claimAiTask?: Resolver<ResolversTypes['AiTask'], ParentType, ContextType, RequireFields<MutationClaimAiTaskArgs, 'id' | 'agentId'>>;
  deleteAiTask?: Resolver<ResolversTypes['DeleteAiTaskPayload'], ParentType, ContextType, RequireFields<MutationDeleteAiTaskArgs, 'id' | 'cascade'>>;
  linkAiTask?: Resolver<ResolversTypes['AiTask'], ParentType, ContextType, RequireFields<MutationLinkAiTaskArgs, 'aiTaskId'>>;
  runAiTask?: Resolver<ResolversTypes['AiTaskRun'], ParentType, ContextType, RequireFields<MutationRunAiTaskArgs, 'id'>>;
  runAiTaskList?: Resolver<ResolversTypes['AiTaskListRun'], ParentType, ContextType, RequireFields<MutationRunAiTaskListArgs, 'taskListId' | 'maxParallel'>>;
  stopAiTaskList?: Resolver<ResolversTypes['AiTaskListRun'], ParentType, ContextType, RequireFields<MutationStopAiTaskListArgs, 'taskListId' | 'stopDeployments'>>;
};

export type SubscriptionResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['Subscription'] = ResolversParentTypes['Subscription']> = {
  deploymentEvents?: SubscriptionResolver<ResolversTypes['DeploymentEvent'], "deploymentEvents", ParentType, ContextType, RequireFields<SubscriptionDeploymentEventsArgs, 'untilTerminal'>>;
  conversationMessages?: SubscriptionResolver<ResolversTypes['ConversationMessage'], "conversationMessages", ParentType, ContextType, RequireFields<SubscriptionConversationMessagesArgs, 'deploymentId' | 'untilTerminal'>>;
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
  deploymentCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  lastDeployedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  owner?: Resolver<Maybe<ResolversTypes['Person']>, ParentType, ContextType>;
  schedule?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  scheduleHuman?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
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
  runtimeError?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  createdAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  startedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  endedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  observedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  isStale?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  conversation?: Resolver<ResolversTypes['Conversation'], ParentType, ContextType, Partial<DeploymentConversationArgs>>;
  events?: Resolver<ResolversTypes['DeploymentEventConnection'], ParentType, ContextType, RequireFields<DeploymentEventsArgs, 'first'>>;
};

export type ConversationResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['Conversation'] = ResolversParentTypes['Conversation']> = {
  deploymentId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  inputTokens?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  outputTokens?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  messages?: Resolver<Array<ResolversTypes['ConversationMessage']>, ParentType, ContextType, Partial<ConversationMessagesArgs>>;
  files?: Resolver<Array<ResolversTypes['ConversationFile']>, ParentType, ContextType>;
  failures?: Resolver<Array<ResolversTypes['ToolFailure']>, ParentType, ContextType>;
};

export type ConversationMessageResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['ConversationMessage'] = ResolversParentTypes['ConversationMessage']> = {
  index?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  id?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  role?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  time?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  parts?: Resolver<Array<ResolversTypes['MessagePart']>, ParentType, ContextType>;
};

export type MessagePartResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['MessagePart'] = ResolversParentTypes['MessagePart']> = {
  __resolveType: TypeResolveFn<'TextPart' | 'ReasoningPart' | 'ToolPart' | 'OtherPart', ParentType, ContextType>;
};

export type TextPartResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['TextPart'] = ResolversParentTypes['TextPart']> = {
  type?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  text?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ReasoningPartResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['ReasoningPart'] = ResolversParentTypes['ReasoningPart']> = {
  type?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  text?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ToolPartResolvers<ContextType = GraphQLContext, ParentType extends ResolversParentTypes['ToolPart'] = ResolversParentTypes['ToolPart']> = {
  type?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  toolName?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  toolCallId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  state?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  input?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  output?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  errorText?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
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
  agentTask?: Resolver<Maybe<ResolversTypes['AgentTask']>, ParentType, ContextType>;
  deployment?: Resolver<Maybe<ResolversTypes['Deployment']>, ParentType, ContextType>;
  run?: Resolver<Maybe<ResolversTypes['AiTaskRun']>, ParentType, ContextType>;
  cursor?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  isGone?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
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
  Conversation?: ConversationResolvers<ContextType>;
  ConversationMessage?: ConversationMessageResolvers<ContextType>;
  MessagePart?: MessagePartResolvers<ContextType>;
  TextPart?: TextPartResolvers<ContextType>;
  ReasoningPart?: ReasoningPartResolvers<ContextType>;
  ToolPart?: ToolPartResolvers<ContextType>;
  OtherPart?: OtherPartResolvers<ContextType>;
  ConversationFile?: ConversationFileResolvers<ContextType>;
  ToolFailure?: ToolFailureResolvers<ContextType>;
  DeploymentEvent?: DeploymentEventResolvers<ContextType>;
  DeploymentEventConnection?: DeploymentEventConnectionResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  AiTask?: AiTaskResolvers<ContextType>;
  AiTaskGraph?: AiTaskGraphResolvers<ContextType>;
  AiTaskNode?: AiTaskNodeResolvers<ContextType>;
  BlockedAiTask?: BlockedAiTaskResolvers<ContextType>;
  UnreachableAiTask?: UnreachableAiTaskResolvers<ContextType>;
  DeleteAiTaskPayload?: DeleteAiTaskPayloadResolvers<ContextType>;
  AiTaskRun?: AiTaskRunResolvers<ContextType>;
  AiTaskListRun?: AiTaskListRunResolvers<ContextType>;
  AiTaskRunCounts?: AiTaskRunCountsResolvers<ContextType>;
};

