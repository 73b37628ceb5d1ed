import type { Listing } from '../../upstream/fields/read.ts';
import type { Agent, AgentFields, NewAgent } from '../../upstream/quantconnect/model.ts';
import type { Viewer } from '../../viewer.ts';
import type { Audited } from '../common/audit-decorators.ts';
import { authorize } from '../common/authorize.ts';
import {
  type Connection,
  type Connections,
  type CredentialChoice,
  organizationOf,
} from '../common/connections.ts';
import { type Idempotency, type RecoverySteps, turnKeyOf } from '../common/idempotency.ts';
import { assertValid, checkId, checkPositive, checkText } from '../common/input.ts';
import { type Paged, type PageRequest, pagerOf } from '../common/page.ts';

/** An agent, and the credential it was read with. */
export type AgentView = Agent & { credentialId: string };

export interface CreateAgent extends Omit<NewAgent, 'organizationId'> {
  organizationId?: string | null;
}

/** The caller's agents. */
export interface Agents {
  list(
    viewer: Viewer,
    input: CredentialChoice & PageRequest & { organizationId?: string | null },
  ): Promise<Paged<Listing<AgentView>>>;
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
    // An answer to an idempotency key that an older version has stored is without these.
    raw: agent.raw ?? null,
    incompleteLists: agent.incompleteLists ?? [],
    isComplete: agent.isComplete ?? true,
    credentialId: connection.credentialId,
  });

  return {
    async list(viewer, input) {
      authorize(viewer, 'read');
      const toPage = pagerOf(input);
      const connection = await connections.open(viewer, input.credentialId);
      const organizationId = organizationOf(connection, input.organizationId, 'organizationId');
      const agents = await connection.call((client) => client.listAgents(organizationId));
      const { nodes, pageInfo } = toPage(agents.items);
      return { ...agents, items: nodes.map((agent) => toView(connection, agent)), pageInfo };
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
      const { organizationId, name } = complete;
      const created = await idempotency.once(
        {
          ownerId: viewer.userId,
          operation: 'createAgent',
          key: idempotencyKey,
          input: [complete, connection.credentialId],
          credentialId: connection.credentialId,
          turnKey: turnKeyOf(connection, 'agent', organizationId, name),
          recovery: { organizationId, name } satisfies AgentCreation,
        },
        {
          send: () => connection.call((client) => client.createAgent(complete)),
          ...recoverAgent(connection, { organizationId, name }),
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

/** What is stored of the creation of an agent, to find its outcome without the caller. */
export interface AgentCreation {
  organizationId: string;
  name: string;
}

/** Agents with the name of a lost creation may be its outcome. */
export function recoverAgent(
  connection: Connection,
  { organizationId, name }: AgentCreation,
): RecoverySteps<Agent> {
  return {
    idOf: ({ id }) => id,
    async findCandidates() {
      const agents = await connection.call((client) => client.listAgents(organizationId));
      return agents.items
        .filter((agent) => agent.name === name)
        .map((agent) => ({ id: agent.id, createdAt: agent.createdAt, outcome: agent }));
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
    checkId(fields.node?.id, 'input.node.id'),
    fields.node !== undefined &&
      fields.nodeId !== undefined && { path: 'input.node', message: 'cannot be combined with nodeId' },
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
        : connection
            .call((client) => client.listAgents(organizationId))
            .then(
              ({ items }) => items,
              (): Agent[] => [],
            ),
    ),
  );
  return new Map(lists.flat().map((agent) => [agent.id, agent]));
}
