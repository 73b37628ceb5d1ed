import type { ReadStart } from '../../domain/read-start.ts';
import type { QuantConnectClient } from './client.ts';
import type { Decoders } from './decode.ts';
import { agentToWire, deploymentId, integerId, newAgentToWire, newTaskToWire } from './encode.ts';
import type { Agent, AgentFields, AgentTask, Deployment, NewAgent, NewTask } from './model.ts';
import { changeExisting, checkCredential, readOrNotFound, removeExisting, type Target } from './refusals.ts';
import type { Send } from './request.ts';
import type { ConversationRead } from './transcript.ts';

function agentId(id: string) {
  return integerId('Agent', id);
}

function taskId(id: string) {
  return integerId('Task', id);
}

/**
 * The operations of the agents API for one credential (docs/upstream/quantconnect.md, Operations). An id that
 * cannot exist is refused before anything is sent. A request makes one for each credential that it uses: of a class, so that it
 * costs one object and not a function for each operation.
 */
export class QuantConnectOperations implements QuantConnectClient {
  readonly #send: Send;
  readonly #decode: Decoders;
  readonly #suspectsOutage: () => boolean;

  /** @param suspectsOutage whether a plain 500 is probably an outage, and not a refusal of the credential */
  constructor(send: Send, decode: Decoders, suspectsOutage: () => boolean) {
    this.#send = send;
    this.#decode = decode;
    this.#suspectsOutage = suspectsOutage;
  }

  authenticate() {
    return checkCredential(
      () =>
        this.#send({
          path: 'authenticate',
          body: {},
          repeat: 'read',
          checksCredential: true,
          decode: this.#decode.receipt,
        }),
      this.#suspectsOutage,
    );
  }

  async readAgent(id: string) {
    const body = { agentId: agentId(id) };
    return readOrNotFound('Agent', () =>
      this.#send({
        path: 'agents/read',
        body,
        repeat: 'read',
        expected: 'agent',
        decode: this.#decode.agent,
      }),
    );
  }

  listAgents(organizationId: string) {
    return this.#send({
      path: 'agents/list',
      body: { organizationId },
      repeat: 'read',
      expected: 'agents',
      decode: this.#decode.agents,
    });
  }

  async createAgent(fields: NewAgent) {
    return this.#send({
      path: 'agents/create',
      body: newAgentToWire(fields),
      repeat: 'once',
      expected: 'agent',
      decode: this.#decode.agent,
    });
  }

  async updateAgent(id: string, fields: AgentFields) {
    const body = { agentId: agentId(id), ...agentToWire(fields) };
    return changeExisting(this.#agent(id), () => this.#once('agents/update', body));
  }

  async deleteAgent(id: string) {
    const body = { agentId: agentId(id) };
    return removeExisting(this.#agent(id), () => this.#repeatable('agents/delete', body));
  }

  async readTask(id: string) {
    const body = { taskId: taskId(id) };
    return readOrNotFound('Task', () =>
      this.#send({
        path: 'agents/tasks/read',
        body,
        repeat: 'read',
        expected: 'task',
        decode: this.#decode.task,
      }),
    );
  }

  listTasks(organizationId: string, start?: ReadStart) {
    return this.#send({
      path: 'agents/tasks/list',
      body: { organizationId },
      repeat: 'read',
      expected: 'tasks',
      decode: this.#decode.tasks,
      start,
    });
  }

  async createTask(fields: NewTask) {
    return this.#send({
      path: 'agents/tasks/create',
      body: newTaskToWire(fields),
      repeat: 'once',
      expected: 'task',
      decode: this.#decode.task,
    });
  }

  async updateTask(id: string, { name }: { name: string }) {
    const body = { taskId: taskId(id), name };
    return changeExisting(this.#task(id), () => this.#once('agents/tasks/update', body));
  }

  async deleteTask(id: string) {
    const body = { taskId: taskId(id) };
    return removeExisting(this.#task(id), () => this.#repeatable('agents/tasks/delete', body));
  }

  async readDeployment(id: string, start?: ReadStart) {
    const body = { deploymentId: deploymentId(id) };
    return readOrNotFound('Deployment', () =>
      this.#send({
        path: 'agents/deployments/read',
        body,
        repeat: 'read',
        expected: 'deployment',
        decode: this.#decode.deployment,
        start,
      }),
    );
  }

  async listDeployments(id: string, start?: ReadStart) {
    const body = { taskId: taskId(id) };
    return readOrNotFound('Task', () =>
      this.#send({
        path: 'agents/deployments/list',
        body,
        repeat: 'read',
        expected: 'deployments',
        decode: this.#decode.deployments,
        start,
      }),
    );
  }

  async createDeployment(id: string) {
    const body = { taskId: taskId(id) };
    return changeExisting(this.#task(id), () =>
      this.#send({
        path: 'agents/deployments/create',
        body,
        repeat: 'once',
        expected: 'deployment',
        decode: this.#decode.createdDeployment,
      }),
    );
  }

  async promptDeployment(id: string, prompt: string) {
    const body = { deploymentId: deploymentId(id), prompt };
    return changeExisting(this.#deployment(id), () => this.#once('agents/deployments/prompt', body));
  }

  async stopDeployment(id: string) {
    const body = { deploymentId: deploymentId(id) };
    const stop = () => this.#repeatable('agents/deployments/stop', body);
    return removeExisting(this.#deployment(id), stop, ({ isTerminal }) => isTerminal);
  }

  async deleteDeployment(id: string) {
    const body = { deploymentId: deploymentId(id) };
    return removeExisting(this.#deployment(id), () => this.#repeatable('agents/deployments/delete', body));
  }

  async readConversation(id: string, callableId?: string) {
    return (await this.readForTranscript(id, callableId)).conversation;
  }

  /** All reads of a conversation give the same, because equal reads are shared. */
  async readForTranscript(id: string, callableId?: string): Promise<ConversationRead> {
    const body = { deploymentId: deploymentId(id), callableId };
    return readOrNotFound('Conversation', () =>
      this.#send<ConversationRead>({
        path: 'agents/deployments/conversation/read',
        body,
        repeat: 'read',
        expected: 'conversation',
        decode: (envelope, report) => ({
          conversation: this.#decode.conversation(id)(envelope, report),
          source: envelope.fields.conversation,
        }),
      }),
    );
  }

  /** A change that must not be sent twice. */
  #once(path: string, body: Record<string, unknown>): Promise<void> {
    return this.#send({ path, body, repeat: 'once', decode: this.#decode.receipt });
  }

  /** A stop or a delete: it may be sent again, because it asks for a state, and it passes pauses and breakers once. */
  #repeatable(path: string, body: Record<string, unknown>): Promise<void> {
    return this.#send({ path, body, repeat: 'repeatable', isUrgent: true, decode: this.#decode.receipt });
  }

  #agent(id: string): Target<Agent> {
    return { what: 'Agent', read: () => this.readAgent(id) };
  }

  #task(id: string): Target<AgentTask> {
    return { what: 'Task', read: () => this.readTask(id) };
  }

  #deployment(id: string): Target<Deployment> {
    return { what: 'Deployment', read: () => this.readDeployment(id) };
  }
}
