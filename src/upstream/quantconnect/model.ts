import type { DeploymentStatus } from '../../domain/deployment.ts';
import type { JsonObject } from '../../lib/json.ts';

/**
 * QuantConnect's objects after decoding. Ids are text. Times are ISO 8601 in UTC; the upstream's have no zone and
 * are read as UTC (docs/upstream/quantconnect.md, Loose values). A missing value is null or empty.
 */

/** What every object has beside its fields. */
export interface Decoded {
  /**
   * What the upstream said of the object and no field holds, without secrets; null for nothing. Members of objects inside
   * stand under their path.
   */
  readonly raw: JsonObject | null;
  /** False when a list inside came without an element, because it could not be decoded. */
  isComplete: boolean;
  /** The upstream's names of the lists that came without an element. */
  incompleteLists: readonly string[];
}

/** A user of the upstream, as other users see it. */
export interface Person {
  publicId: string | null;
  name: string | null;
  image: string | null;
}

export interface Organization {
  id: string;
  name: string | null;
  /** File name of its image. */
  profile: string | null;
}

/** The node that an agent is pinned to; `id` '0' means not pinned. `sku` has no published format. */
export interface Node {
  id: string;
  sku: string | null;
}

/** An agent that follows in a fixed chain. */
export interface ChainedAgent {
  agentId: string;
  step: number;
}

/** An agent that another one may call like a tool. */
export interface SubAgent {
  agentId: string;
  callableCount: number | null;
}

export interface Agent extends Decoded {
  id: string;
  name: string;
  description: string | null;
  profileImage: string | null;
  systemPrompt: string | null;
  /** `low`, `medium`, `high`, or another word of the upstream. */
  reasoningEffort: string | null;
  maxTurns: number | null;
  toolChoice: string | null;
  tools: string[];
  public: boolean | null;
  model: string | null;
  pipeline: string | null;
  outputSchema: unknown;
  useQcc: boolean | null;
  /** The provider of the agent's own LLM key. The key itself is dropped while decoding. */
  llmProvider: string | null;
  chainedAgents: ChainedAgent[];
  subAgents: SubAgent[];
  author: Person | null;
  organization: Organization | null;
  node: Node | null;
  createdAt: string | null;
  updatedAt: string | null;
}

/** An unfinished deployment of a task, as the task lists it. */
export interface ActiveDeployment {
  deploymentId: string;
  rawStatus: string;
}

export interface AgentTask extends Decoded {
  id: string;
  name: string;
  prompt: string;
  organizationId: string;
  agentId: string;
  projectPreference: string | null;
  projectId: string | null;
  deploymentCount: number;
  /** A number, which is not the id that deployments are read by. */
  lastDeploymentId: string | null;
  lastDeployedAt: string | null;
  owner: Person | null;
  schedule: string | null;
  scheduleHuman: string | null;
  /** Scheduled deployments, in the upstream's unpublished form. */
  upcomingDeployments: unknown[];
  /** In the upstream's unpublished form. */
  notifications: unknown[];
  createdAt: string | null;
  updatedAt: string | null;
  activeDeployments: ActiveDeployment[];
}

/** A deployment. `taskId` and most facts may be null after a create that answered with an id only. */
export interface Deployment extends Decoded {
  id: string;
  rawStatus: string;
  status: DeploymentStatus;
  isTerminal: boolean;
  taskId: string | null;
  agentId: string | null;
  model: string | null;
  prompt: string | null;
  projectId: string | null;
  /** The version of LEAN. */
  versionId: string | null;
  machine: string | null;
  hostName: string | null;
  /** The tools on offer. */
  mcpTools: string[];
  runtimeError: string | null;
  createdAt: string | null;
  startedAt: string | null;
  endedAt: string | null;
}

/** A part of a message. `raw` is what no field holds, `{}` for nothing; of a part of an unknown kind it is the whole part. */
export type MessagePart =
  | {
      kind: 'text' | 'reasoning';
      type: string;
      text: string;
      /** `streaming` or `done`. */
      state: string | null;
      raw: unknown;
    }
  | {
      kind: 'tool';
      type: string;
      toolName: string;
      toolCallId: string | null;
      state: string | null;
      title: string | null;
      input: unknown;
      output: unknown;
      errorText: string | null;
      /** What an agent that was called has said, in the upstream's unpublished form. */
      messages: unknown[];
      raw: unknown;
    }
  | { kind: 'other'; type: string; raw: unknown };

export interface ConversationMessage {
  /** Position in the conversation, from 0. */
  index: number;
  id: string | null;
  role: string;
  /** As the upstream wrote it; the format is not published. */
  time: string | null;
  metadata: unknown;
  /** The agent of a chain that the message is from: `agentId` of its metadata. */
  agentId: string | null;
  parts: MessagePart[];
}

/** An agent that takes part in a conversation. */
export interface ConversationAgent {
  id: string | null;
  name: string | null;
  /** Selects the thread of a sub-agent; null for an agent without a thread of its own. */
  callableId: string | null;
}

/** A conversation; empty while the deployment is queued. */
export interface Conversation extends Decoded {
  deploymentId: string;
  inputTokens: number;
  outputTokens: number;
  /** The upstream's word for the status of the whole. */
  aggregateStatus: string | null;
  projectId: string | null;
  prompt: string | null;
  /** Internal to the upstream. */
  channel: string | null;
  agents: ConversationAgent[];
  messages: ConversationMessage[];
}

/** Fields of an agent that callers may set. In an update, an absent field keeps its value and `null` clears it. */
export interface AgentFields {
  name?: string | null;
  description?: string | null;
  profileImage?: string | null;
  systemPrompt?: string | null;
  reasoningEffort?: string | null;
  maxTurns?: number | null;
  toolChoice?: string | null;
  tools?: string[] | null;
  public?: boolean | null;
  model?: string | null;
  pipeline?: string | null;
  useQcc?: boolean | null;
  llmToken?: { provider: string; apiKey: string } | null;
  chainedAgents?: ChainedAgent[] | null;
  subAgents?: { agentId: string; callableCount?: number | null }[] | null;
  nodeId?: string | null;
  /** The same with the kind of machine; only one of the two may be given. */
  node?: { id: string; sku?: string | null } | null;
}

export interface NewAgent extends AgentFields {
  organizationId: string;
  name: string;
}

export interface NewTask {
  organizationId: string;
  agentId: string;
  name: string;
  prompt: string;
  /** The upstream's spelling, `project-each-task-deployment` or `project-for-task`. */
  projectPreference: string;
}
