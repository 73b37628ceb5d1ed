import { type AgentFields, blankAgent, withFields } from './agent-fields.ts';
import type { PredefinedAgent } from './control.ts';
import { filledAgent } from './filled.ts';
import type { Operation } from './operation.ts';
import { personOf } from './people.ts';
import type { AgentRecord } from './records.ts';
import { Refusal } from './refusal.ts';
import { platformTime } from './time.ts';
import { agentFor, type Caller, organizationFor, type World } from './world.ts';

/** Adds an agent of the platform itself. */
export function addPredefined(world: World, agent: PredefinedAgent): void {
  const nowMs = world.clock.wall();
  const author = { publicId: 'quantconnect', name: 'QuantConnect', image: 'qc.png' };
  const fields = withFields(blankAgent(), { ...agent, public: true });
  const record = {
    ...fields,
    id: agent.id,
    organizationId: null,
    author,
    createdMs: nowMs,
    updatedMs: nowMs,
  };
  world.agents.set(agent.id, record);
  world.predefined.set(agent.id, record);
}

/** The agent in an answer of the API (docs/upstream/quantconnect.md, Agent fields). */
function agentView(agent: AgentRecord, world: World, isExpanded = false): Record<string, unknown> {
  const { organizationId, createdMs, updatedMs, ...fields } = agent;
  const organization = world.organizations.get(organizationId ?? '');
  const expand = (agentId: number) => {
    const other = world.agents.get(agentId);
    return other && agentView(other, world, true);
  };
  return {
    ...fields,
    token: world.behavior.handBackKeys ? fields.token : null,
    outputSchema: null,
    created: platformTime(createdMs),
    updated: platformTime(updatedMs),
    organization: organization
      ? { id: organization.id, name: organization.name, profile: 'b2.png' }
      : { id: '', name: 'QuantConnect', profile: 'qc.png' },
    node: { ...fields.node, sku: fields.node.sku || (organization?.nodeSku ?? 'A-MICRO') },
    ...(world.behavior.fillFields && !isExpanded && filledAgent(expand, agent)),
  };
}

/** Chains and sub-agents may only name agents that their owner can see. */
function checkReferences(caller: Caller, fields: AgentFields): void {
  for (const { agentId } of [...fields.chainedAgents, ...fields.subAgents]) agentFor(caller, agentId);
}

/** An agent that the caller may change; agents of the platform can only be read. */
function ownAgent(caller: Caller, agentId: number) {
  const agent = agentFor(caller, agentId);
  if (agent.organizationId === null) throw new Refusal('Predefined agents cannot be changed.');
  return { agent, organization: organizationFor(caller, agent.organizationId) };
}

/** The operations on agents (docs/upstream/quantconnect.md, Agent requests). */
export const agentOperations: Record<string, Operation> = {
  '/agents/create': ({ caller, fields, body }) => {
    const { world } = caller;
    const organization = organizationFor(caller, fields.text('organizationId'));
    const agentFields = withFields({ ...blankAgent(), name: fields.text('name') }, body);
    checkReferences(caller, agentFields);
    const nowMs = world.clock.wall();
    const agent: AgentRecord = {
      ...agentFields,
      id: world.nextId('agent'),
      organizationId: organization.id,
      author: personOf(caller.account),
      createdMs: nowMs,
      updatedMs: nowMs,
    };
    world.agents.set(agent.id, agent);
    organization.agents.set(agent.id, agent);
    return { agent: agentView(agent, world) };
  },

  '/agents/read': ({ caller, fields }) => ({
    agent: agentView(agentFor(caller, fields.integer('agentId')), caller.world),
  }),

  '/agents/update': ({ caller, fields, body }) => {
    const { agent } = ownAgent(caller, fields.integer('agentId'));
    const changed = withFields(agent, body);
    checkReferences(caller, changed);
    Object.assign(agent, changed, { updatedMs: caller.world.clock.wall() });
    return {};
  },

  '/agents/delete': ({ caller, fields }) => {
    const { agent, organization } = ownAgent(caller, fields.integer('agentId'));
    caller.world.agents.delete(agent.id);
    organization.agents.delete(agent.id);
    return {};
  },

  '/agents/list': ({ caller, fields }) => {
    const { world } = caller;
    const organization = organizationFor(caller, fields.text('organizationId'));
    const predefined = [...world.predefined.values()];
    const agents = [...predefined, ...organization.agents.values()];
    return { agents: agents.map((agent) => agentView(agent, world)) };
  },
};
