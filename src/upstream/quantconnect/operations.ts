import { isGatewayError, notFound } from '../../errors.ts';
import type { Ask, Operation } from './ask.ts';
import type { QuantConnectClient } from './client.ts';
import type { Decoders } from './decode.ts';
import { agentToWire, deploymentId, integerId, newAgentToWire, newTaskToWire } from './encode.ts';
import { changeOf, removalOf } from './refusals.ts';

type Read<T> = Omit<Operation<T>, 'repeat'>;

/** Decodes an answer whose content does not matter. */
function nothing(): void {
  // The call succeeded; there is nothing to return.
}

function agentId(id: string) {
  return integerId('Agent', id);
}

function taskId(id: string) {
  return integerId('Task', id);
}

/** The agent operations (upstream page, section 1), without `/authenticate`. */
export function createOperations(ask: Ask, decode: Decoders): Omit<QuantConnectClient, 'authenticate'> {
  const list = <T>(operation: Read<T>): Promise<T> => ask({ ...operation, repeat: 'read' });

  /** A read by id: whatever the words of a refusal, there is no such thing for this caller. */
  const read = async <T>(what: string, operation: Read<T>): Promise<T> => {
    try {
      return await list(operation);
    } catch (error) {
      throw isGatewayError(error, 'UPSTREAM_REJECTED') ? notFound(what) : error;
    }
  };

  const create = <T>(operation: Read<T>): Promise<T> => ask({ ...operation, repeat: 'once' });
  const once = (path: string, body: Record<string, unknown>): Promise<void> =>
    ask({ path, body, repeat: 'once', decode: nothing });
  const repeatable = (path: string, body: Record<string, unknown>): Promise<void> =>
    ask({ path, body, repeat: 'repeatable', decode: nothing });

  const readAgent = async (id: string) =>
    read('Agent', {
      path: 'agents/read',
      body: { agentId: agentId(id) },
      expected: 'agent',
      decode: decode.agent,
    });
  const readTask = async (id: string) =>
    read('Task', {
      path: 'agents/tasks/read',
      body: { taskId: taskId(id) },
      expected: 'task',
      decode: decode.task,
    });
  const readDeployment = async (id: string) =>
    read('Deployment', {
      path: 'agents/deployments/read',
      body: { deploymentId: deploymentId(id) },
      expected: 'deployment',
      decode: decode.deployment,
    });

  const agent = (id: string) => ({ what: 'Agent', read: () => readAgent(id) });
  const task = (id: string) => ({ what: 'Task', read: () => readTask(id) });
  const deployment = (id: string) => ({ what: 'Deployment', read: () => readDeployment(id) });

  return {
    readAgent,
    listAgents: async (organizationId) =>
      list({ path: 'agents/list', body: { organizationId }, expected: 'agents', decode: decode.agents }),
    createAgent: async (fields) =>
      create({
        path: 'agents/create',
        body: newAgentToWire(fields),
        expected: 'agent',
        decode: decode.agent,
      }),
    updateAgent: async (id, fields) => {
      const body = { agentId: agentId(id), ...agentToWire(fields) };
      return changeOf(agent(id), () => once('agents/update', body));
    },
    deleteAgent: async (id) => {
      const body = { agentId: agentId(id) };
      return removalOf(agent(id), () => repeatable('agents/delete', body));
    },

    readTask,
    listTasks: async (organizationId) =>
      list({ path: 'agents/tasks/list', body: { organizationId }, expected: 'tasks', decode: decode.tasks }),
    createTask: async (fields) =>
      create({
        path: 'agents/tasks/create',
        body: newTaskToWire(fields),
        expected: 'task',
        decode: decode.task,
      }),
    updateTask: async (id, { name }) => {
      const body = { taskId: taskId(id), name };
      return changeOf(task(id), () => once('agents/tasks/update', body));
    },
    deleteTask: async (id) => {
      const body = { taskId: taskId(id) };
      return removalOf(task(id), () => repeatable('agents/tasks/delete', body));
    },

    readDeployment,
    listDeployments: async (id) =>
      read('Task', {
        path: 'agents/deployments/list',
        body: { taskId: taskId(id) },
        expected: 'deployments',
        decode: decode.deployments,
      }),
    createDeployment: async (id) => {
      const operation = {
        path: 'agents/deployments/create',
        body: { taskId: taskId(id) },
        expected: 'deployment',
        decode: decode.createdDeployment,
      };
      return changeOf(task(id), () => create(operation));
    },
    promptDeployment: async (id, prompt) => {
      const body = { deploymentId: deploymentId(id), prompt };
      return changeOf(deployment(id), () => once('agents/deployments/prompt', body));
    },
    stopDeployment: async (id) => {
      const body = { deploymentId: deploymentId(id) };
      const stop = () => repeatable('agents/deployments/stop', body);
      return removalOf(deployment(id), stop, ({ isTerminal }) => isTerminal);
    },
    deleteDeployment: async (id) => {
      const body = { deploymentId: deploymentId(id) };
      return removalOf(deployment(id), () => repeatable('agents/deployments/delete', body));
    },
    readConversation: async (id, callableId) =>
      read('Conversation', {
        path: 'agents/deployments/conversation/read',
        body: { deploymentId: deploymentId(id), callableId },
        expected: 'conversation',
        decode: decode.conversation(id),
      }),
  };
}
