import type { ReadStart } from '../../domain/read-start.ts';
import type { Listing } from '../fields/read.ts';
import type { Agent, AgentFields, AgentTask, Conversation, Deployment, NewAgent, NewTask } from './model.ts';
import type { ConversationRead } from './transcript.ts';

/** One stored credential, opened. It is held in memory only while it is used. */
export interface QuantConnectCredential {
  /** The user that it belongs to. */
  ownerId: string;
  /** Key of the reads that are shared. */
  credentialId: string;
  userId: string;
  apiToken: string;
}

export type { ReadPriority } from '../policies/call.ts';

/**
 * The 17 agent operations and `/authenticate`, for one credential. Errors are `GatewayError`s: every operation may
 * throw CREDENTIAL_REJECTED, UPSTREAM_* and RATE_LIMITED (docs/guide/errors.md, Codes). Results may be shared with
 * other callers, so they must not be changed; a read whose observation is stored is given its `ReadStart`. A list comes
 * without elements that cannot be decoded, and says so. When a create or prompt fails, `isAmbiguous` (failure.ts) tells
 * whether it may have happened.
 */
export interface QuantConnectClient {
  /** Resolves when the upstream accepts the credential. @throws CREDENTIAL_REJECTED when it does not */
  authenticate(): Promise<void>;

  listAgents(organizationId: string): Promise<Listing<Agent>>;
  /** @throws NOT_FOUND */
  readAgent(agentId: string): Promise<Agent>;
  createAgent(agent: NewAgent): Promise<Agent>;
  /** @throws NOT_FOUND */
  updateAgent(agentId: string, fields: AgentFields): Promise<void>;
  /** @throws NOT_FOUND */
  deleteAgent(agentId: string): Promise<void>;

  listTasks(organizationId: string, start?: ReadStart): Promise<Listing<AgentTask>>;
  /** @throws NOT_FOUND */
  readTask(taskId: string): Promise<AgentTask>;
  createTask(task: NewTask): Promise<AgentTask>;
  /** @throws NOT_FOUND */
  updateTask(taskId: string, fields: { name: string }): Promise<void>;
  /** @throws NOT_FOUND */
  deleteTask(taskId: string): Promise<void>;

  /** @throws NOT_FOUND when there is no such task */
  listDeployments(taskId: string, start?: ReadStart): Promise<Listing<Deployment>>;
  /** @throws NOT_FOUND */
  readDeployment(deploymentId: string, start?: ReadStart): Promise<Deployment>;
  /**
   * Returns the new deployment. Only its id is certain; other facts may be null.
   * @throws NOT_FOUND when there is no such task; UPSTREAM_BAD_RESPONSE, which is ambiguous, when the answer has no id
   */
  createDeployment(taskId: string): Promise<Deployment>;
  /** @throws NOT_FOUND */
  promptDeployment(deploymentId: string, prompt: string): Promise<void>;
  /** Asks for a stop, and does not wait for it. @throws NOT_FOUND */
  stopDeployment(deploymentId: string): Promise<void>;
  /** @throws NOT_FOUND */
  deleteDeployment(deploymentId: string): Promise<void>;
  /** @throws NOT_FOUND */
  readConversation(deploymentId: string, callableId?: string): Promise<Conversation>;
  /** The same call, for a conversation that is kept. @throws NOT_FOUND */
  readForTranscript(deploymentId: string, callableId?: string): Promise<ConversationRead>;
}
