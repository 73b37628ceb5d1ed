import type { Agent, AgentFields, NewAgent } from '../../upstream/quantconnect/model.ts';
import type { Viewer } from '../../viewer.ts';
import type { Audited } from '../common/audit-decorators.ts';
import { authorize } from '../common/authorize.ts';
import type { Connection, Connections, CredentialChoice } from '../common/connections.ts';
import { onlyOneSince } from '../common/find-outcome.ts';
import type { Idempotency } from '../common/idempotency.ts';
import { assertValid, checkId, checkPositive, checkText, organizationOf } from '../common/input.ts';

/** An agent, and the credential it was read with. */
export type AgentView = Agent & { credentialId: string };

export interface CreateAgent extends Omit<NewAgent, 'organizationId'> {
  organizationId?: string | null;
}

/** The caller's agents. */
export interface Agents {
  list(viewer: Viewer, input: CredentialChoice & { organizationId?: string | null }): Promise<AgentView[]>;
  /** @throws GatewayError `NOT_FOUND` */
  get(viewer: Viewer, input: CredentialChoice & { id: string }): Promise<AgentView>;
  /** Several agents, in the given order: one list call for each known organization, else one read for each agent. */
  getMany(
    viewer: Viewer,
    input: CredentialChoice & { wanted: readonly AgentReference[] },
  ): Promise<(AgentView | Error)[]>;
  create(
    viewer: Viewer,
    input: CredentialChoice & { agent: CreateAgent; idempotencyKey?: string | null },
  ): Promise<AgentView>;
  update(viewer: Viewer, input: CredentialChoice & { id: string; fields: AgentFields }): Promise<AgentView>;
  remove(viewer: Viewer, input: CredentialChoice & { id: string }): Promise<string>;
}

/** An agent that another object refers to, and its organization, if that object shows it. */
export interface AgentReference {
  id: string;
  organizationId: string | null;
}

export function createAgents(deps: { connections: Connections; idempotency: Idempotency }): Agents {
  const { connections, idempotency } = deps;
  const toView = (connection: Connection, agent: Agent): AgentView => ({
    ...agent,
    credentialId: connection.credentialId,
  });

  return {
    async list(viewer, input) {
      authorize(viewer, 'read');
      const connection = await connections.open(viewer, input.credentialId);
      const organizationId = organizationOf(connection, input.organizationId, 'organizationId');
      const agents = await connection.call((client) => client.listAgents(organizationId));
      return agents.map((agent) => toView(connection, agent));
    },

    async get(viewer, { id, credentialId }) {
      authorize(viewer, 'read');
      const connection = await connections.open(viewer, credentialId);
      return toView(connection, await connection.call((client) => client.readAgent(id)));
    },

    async getMany(viewer, { wanted, credentialId }) {
      authorize(viewer, 'read');
      const connection = await connections.open(viewer, credentialId);
      const found = await readFromLists(connection, wanted);
      return Promise.all(
        wanted.map(({ id }) =>
          Promise.resolve(found.get(id) ?? connection.call((client) => client.readAgent(id))).then(
            (agent) => toView(connection, agent),
            (error: Error) => error,
          ),
        ),
      );
    },

    async create(viewer, { agent, idempotencyKey, credentialId }) {
      authorize(viewer, 'write');
      const connection = await connections.open(viewer, credentialId);
      assertFields(agent);
      const complete = {
        ...agent,
        organizationId: organizationOf(connection, agent.organizationId, 'input.organizationId'),
      };
      const created = await idempotency.once(
        {
          ownerId: viewer.userId,
          operation: 'createAgent',
          key: idempotencyKey,
          input: [complete, connection.credentialId],
        },
        {
          send: () => connection.call((client) => client.createAgent(complete)),
          findOutcome: async (sinceMs, isTaken) => {
            const agents = await connection.call((client) => client.listAgents(complete.organizationId));
            return onlyOneSince(
              agents.filter((one) => one.name === complete.name && !isTaken(one.id)),
              sinceMs(),
            );
          },
        },
      );
      return toView(connection, created);
    },

    async update(viewer, { id, fields, credentialId }) {
      authorize(viewer, 'write');
      const connection = await connections.open(viewer, credentialId);
      assertFields(fields);
      const read = () => connection.call((client) => client.readAgent(id));
      await connection.call((client) => client.updateAgent(id, fields));
      return toView(connection, await read());
    },

    async remove(viewer, { id, credentialId }) {
      authorize(viewer, 'write');
      const connection = await connections.open(viewer, credentialId);
      await connection.call((client) => client.deleteAgent(id));
      return id;
    },
  };
}

/** Adds the changes of `Agents` to the audit log. */
export function auditAgents(agents: Agents, audited: Audited): Agents {
  return {
    ...agents,
    create: audited('AGENT_CREATE', agents.create),
    update: audited('AGENT_UPDATE', agents.update),
    remove: audited('AGENT_DELETE', agents.remove),
  };
}

function assertFields(fields: AgentFields): void {
  assertValid([
    checkText(fields.name, 'input.name', 200),
    fields.name === null && { path: 'input.name', message: 'cannot be cleared' },
    checkPositive(fields.maxTurns, 'input.maxTurns'),
    ...(fields.chainedAgents ?? []).flatMap(({ agentId, step }, index) => [
      checkId(agentId, `input.chainedAgents.${index}.agentId`),
      checkPositive(step, `input.chainedAgents.${index}.step`),
    ]),
    ...(fields.subAgents ?? []).flatMap(({ agentId, callableCount }, index) => [
      checkId(agentId, `input.subAgents.${index}.agentId`),
      checkPositive(callableCount, `input.subAgents.${index}.callableCount`),
    ]),
    checkId(fields.nodeId, 'input.nodeId'),
  ]);
}

/** Reads by list where two or more agents of one organization are wanted. An agent that is not found is left out. */
async function readFromLists(
  connection: Connection,
  wanted: readonly AgentReference[],
): Promise<Map<string, Agent>> {
  const byOrganization = Map.groupBy(wanted, ({ organizationId }) => organizationId);
  const lists = await Promise.all(
    [...byOrganization].map(([organizationId, agents]) =>
      organizationId === null || agents.length < 2
        ? []
        : connection.call((client) => client.listAgents(organizationId)).catch((): Agent[] => []),
    ),
  );
  return new Map(lists.flat().map((agent) => [agent.id, agent]));
}
