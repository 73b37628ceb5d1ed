import { badUserInput, notFound } from '../../errors.ts';
import type { AgentFields, NewAgent, NewTask } from './model.ts';

const INTEGER_ID = /^\d{1,15}$/;
const DEPLOYMENT_ID = /^[\w-]{1,100}$/;

/** The id of an agent or task as the integer that is sent. @throws NOT_FOUND when it is no integer */
export function integerId(what: string, id: string): number {
  if (!INTEGER_ID.test(id)) throw notFound(what);
  return Number(id);
}

/** The id of a deployment. @throws NOT_FOUND when it cannot be one */
export function deploymentId(id: string): string {
  if (!DEPLOYMENT_ID.test(id)) throw notFound('Deployment');
  return id;
}

/** An id inside an input. @throws BAD_USER_INPUT when it is no integer */
function idOfInput(path: string, id: string): number {
  if (!INTEGER_ID.test(id)) throw badUserInput({ path, message: 'must be a whole number' });
  return Number(id);
}

/** Converts a value; undefined stays undefined, and null stays null. */
function present<T, U>(value: T | null | undefined, convert: (value: T) => U): U | null | undefined {
  return value === null || value === undefined ? (value as null | undefined) : convert(value);
}

/**
 * Agent fields under the upstream's names (docs/upstream/quantconnect.md, Agent requests). An absent field stays
 * undefined, which JSON leaves out, so the upstream keeps its value; null is sent. Fields are listed one by one, so
 * that no other property of an input is sent.
 */
export function agentToWire(fields: AgentFields) {
  return {
    name: fields.name,
    description: fields.description,
    profileImage: fields.profileImage,
    systemPrompt: fields.systemPrompt,
    reasoningEffort: fields.reasoningEffort,
    maxTurns: fields.maxTurns,
    toolChoice: fields.toolChoice,
    tools: fields.tools,
    public: fields.public,
    model: fields.model,
    pipeline: fields.pipeline,
    useQCC: fields.useQcc,
    token: present(fields.llmToken, ({ provider, apiKey }) => ({
      llmApiTokenUser: apiKey,
      llmProviderApi: provider,
    })),
    chainedAgents: present(fields.chainedAgents, (entries) =>
      entries.map(({ agentId, step }) => ({ agentId: idOfInput('chainedAgents.agentId', agentId), step })),
    ),
    subAgents: present(fields.subAgents, (entries) =>
      entries.map(({ agentId, callableCount }) => ({
        agentId: idOfInput('subAgents.agentId', agentId),
        callableCount: callableCount ?? undefined,
      })),
    ),
    node:
      fields.node === undefined
        ? present(fields.nodeId, (id) => ({ id: idOfInput('nodeId', id) }))
        : present(fields.node, ({ id, sku }) => ({ id: idOfInput('node.id', id), sku: sku ?? undefined })),
  };
}

/** A new agent. Updates take all of its fields but `organizationId`. */
export function newAgentToWire({ organizationId, ...fields }: NewAgent) {
  return {
    organizationId,
    ...agentToWire(fields),
  };
}

/** A new task (docs/upstream/quantconnect.md, Task requests). All five fields are required. */
export function newTaskToWire({ organizationId, agentId, name, prompt, projectPreference }: NewTask) {
  return {
    organizationId,
    agentId: idOfInput('agentId', agentId),
    name,
    prompt,
    projectPreference,
  };
}
