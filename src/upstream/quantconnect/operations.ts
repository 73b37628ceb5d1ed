import type { QuantConnectClient } from './client.ts';
import type { Decoders } from './decode.ts';
import { agentToWire, deploymentId, integerId, newAgentToWire, newTaskToWire } from './encode.ts';
import { changeExisting, checkCredential, readOrNotFound, removeExisting } from './refusals.ts';
import type { Operation, Send } from './request.ts';

function agentId(id: string) {
  return integerId('Agent', id);
}

function taskId(id: string) {
  return integerId('Task', id);
}

/**
 * The operations of the agents API for one credential (docs/upstream/quantconnect.md, Operations). An id that
 * cannot exist is refused before anything is sent.
 * @param suspectsOutage whether a plain 500 is probably an outage, and not a refusal of the credential
 */
export function createOperations(
  send: Send,
  decode: Decoders,
  suspectsOutage: () => boolean,
): QuantConnectClient {
  /** A change that must not be sent twice. */
  const once = (path: string, body: Record<string, unknown>): Operation<void> => ({
    path,
    body,
    repeat: 'once',
    decode: decode.receipt,
  });

  /** A stop or a delete: it may be sent again, because it asks for a state, and it passes pauses and breakers once. */
  const repeatable = (path: string, body: Record<string, unknown>): Operation<void> => ({
    path,
    body,
    repeat: 'repeatable',
    isUrgent: true,
    decode: decode.receipt,
  });

  const readAgent = async (id: string) => {
    const body = { agentId: agentId(id) };
    return readOrNotFound('Agent', () =>
      send({ path: 'agents/read', body, repeat: 'read', expected: 'agent', decode: decode.agent }),
    );
  };
  const readTask = async (id: string) => {
    const body = { taskId: taskId(id) };
    return readOrNotFound('Task', () =>
      send({ path: 'agents/tasks/read', body, repeat: 'read', expected: 'task', decode: decode.task }),
    );
  };
  const readDeployment: QuantConnectClient['readDeployment'] = async (id, start) => {
    const body = { deploymentId: deploymentId(id) };
    return readOrNotFound('Deployment', () =>
      send({
        path: 'agents/deployments/read',
        body,
        repeat: 'read',
        expected: 'deployment',
        decode: decode.deployment,
        start,
      }),
    );
  };

  // All reads give the same, because equal reads are shared.
  const readForTranscript = async (id: string, callableId?: string) => {
    const body = { deploymentId: deploymentId(id), callableId };
    return readOrNotFound('Conversation', () =>
      send({
        path: 'agents/deployments/conversation/read',
        body,
        repeat: 'read',
        expected: 'conversation',
        decode: (envelope, report) => ({
          conversation: decode.conversation(id)(envelope, report),
          source: envelope.fields.conversation,
        }),
      }),
    );
  };

  const agent = (id: string) => ({ what: 'Agent', read: () => readAgent(id) });
  const task = (id: string) => ({ what: 'Task', read: () => readTask(id) });
  const deployment = (id: string) => ({ what: 'Deployment', read: () => readDeployment(id) });

  return {
    authenticate: () =>
      checkCredential(
        () =>
          send({
            path: 'authenticate',
            body: {},
            repeat: 'read',
            checksCredential: true,
            decode: decode.receipt,
          }),
        suspectsOutage,
      ),

    readAgent,
    listAgents: (organizationId) =>
      send({
        path: 'agents/list',
        body: { organizationId },
        repeat: 'read',
        expected: 'agents',
        decode: decode.agents,
      }),
    createAgent: async (fields) =>
      send({
        path: 'agents/create',
        body: newAgentToWire(fields),
        repeat: 'once',
        expected: 'agent',
        decode: decode.agent,
      }),
    updateAgent: async (id, fields) => {
      const body = { agentId: agentId(id), ...agentToWire(fields) };
      return changeExisting(agent(id), () => send(once('agents/update', body)));
    },
    deleteAgent: async (id) => {
      const body = { agentId: agentId(id) };
      return removeExisting(agent(id), () => send(repeatable('agents/delete', body)));
    },

    readTask,
    listTasks: (organizationId, start) =>
      send({
        path: 'agents/tasks/list',
        body: { organizationId },
        repeat: 'read',
        expected: 'tasks',
        decode: decode.tasks,
        start,
      }),
    createTask: async (fields) =>
      send({
        path: 'agents/tasks/create',
        body: newTaskToWire(fields),
        repeat: 'once',
        expected: 'task',
        decode: decode.task,
      }),
    updateTask: async (id, { name }) => {
      const body = { taskId: taskId(id), name };
      return changeExisting(task(id), () => send(once('agents/tasks/update', body)));
    },
    deleteTask: async (id) => {
      const body = { taskId: taskId(id) };
      return removeExisting(task(id), () => send(repeatable('agents/tasks/delete', body)));
    },

    readDeployment,
    listDeployments: async (id, start) => {
      const body = { taskId: taskId(id) };
      return readOrNotFound('Task', () =>
        send({
          path: 'agents/deployments/list',
          body,
          repeat: 'read',
          expected: 'deployments',
          decode: decode.deployments,
          start,
        }),
      );
    },
    createDeployment: async (id) => {
      const body = { taskId: taskId(id) };
      return changeExisting(task(id), () =>
        send({
          path: 'agents/deployments/create',
          body,
          repeat: 'once',
          expected: 'deployment',
          decode: decode.createdDeployment,
        }),
      );
    },
    promptDeployment: async (id, prompt) => {
      const body = { deploymentId: deploymentId(id), prompt };
      return changeExisting(deployment(id), () => send(once('agents/deployments/prompt', body)));
    },
    stopDeployment: async (id) => {
      const body = { deploymentId: deploymentId(id) };
      const stop = () => send(repeatable('agents/deployments/stop', body));
      return removeExisting(deployment(id), stop, ({ isTerminal }) => isTerminal);
    },
    deleteDeployment: async (id) => {
      const body = { deploymentId: deploymentId(id) };
      return removeExisting(deployment(id), () => send(repeatable('agents/deployments/delete', body)));
    },
    readConversation: async (id, callableId) => (await readForTranscript(id, callableId)).conversation,
    readForTranscript,
  };
}
