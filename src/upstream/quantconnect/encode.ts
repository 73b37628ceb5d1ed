import { badUserInput, notFound } from '../../errors.ts';
import type { AgentFields, NewAgent, NewTask } from './model.ts';

const INTEGER_ID = /^\d{1,15}$/;
const DEPLOYMENT_ID = /^[\w-]{1,100}$/;

/** An agent's or task's id of our caller as the integer the wire wants; what cannot be one does not exist. */
export function integerId(what: string, id: string): number {
  if (!INTEGER_ID.test(id)) throw notFound(what);
  return Number(id);
}

/** A deployment's id; what cannot be one does not exist. */
export function deploymentId(id: string): string {
  if (!DEPLOYMENT_ID.test(id)) throw notFound('Deployment');
  return id;
}

/** An id inside an input: a malformed one is the caller's mistake, not a missing thing. */
function idOfInput(path: string, id: string): number {
  if (!INTEGER_ID.test(id)) throw badUserInput({ path, message: 'must be a whole number' });
  return Number(id);
}

/** Applies `convert` to what is there; absent stays absent, null stays null. */
function present<T, U>(value: T | null | undefined, convert: (value: T) => U): U | null | undefined {
  return value === null || value === undefined ? (value as null | undefined) : convert(value);
}

/**
 * Agent fields under the upstream's names (upstream page 4.2). An absent field stays undefined, which JSON
 * leaves out, so the upstream keeps its value; null is sent. Fields are named one by one, so that nothing
 * else of an input travels.
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
    node: present(fields.nodeId, (id) => ({ id: idOfInput('nodeId', id) })),
  };
}

/** A new agent; `organizationId` is the one field that updates do not take. */
export function newAgentToWire({ organizationId, ...fields }: NewAgent) {
  return {
    organizationId,
    ...agentToWire(fields),
  };
}

/** A new task (upstream page 6.1): all five fields are required. */
export function newTaskToWire({ organizationId, agentId, name, prompt, projectPreference }: NewTask) {
  return {
    organizationId,
    agentId: idOfInput('agentId', agentId),
    name,
    prompt,
    projectPreference,
  };
}
