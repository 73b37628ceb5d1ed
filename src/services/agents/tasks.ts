import type { DeploymentStatus } from '../../domain/deployment.ts';
import { badUserInput } from '../../errors.ts';
import type { Listing } from '../../upstream/fields/read.ts';
import type { ActiveDeployment, AgentTask, NewTask } from '../../upstream/quantconnect/model.ts';
import { classifyStatus } from '../../upstream/quantconnect/status.ts';
import type { Viewer } from '../../viewer.ts';
import type { Audited } from '../common/audit-decorators.ts';
import { authorize } from '../common/authorize.ts';
import {
  type Connection,
  type Connections,
  type CredentialChoice,
  organizationOf,
} from '../common/connections.ts';
import { hashText, type Idempotency, type RecoverySteps, turnKeyOf } from '../common/idempotency.ts';
import { assertValid, checkId, checkText } from '../common/input.ts';
import { type Paged, type PageRequest, pagerOf } from '../common/page.ts';

/** An unfinished deployment as its task lists it, with the gateway's own status. */
export type ActiveDeploymentView = ActiveDeployment & { status: DeploymentStatus };

/** A task, and the credential it was read with. */
export type TaskView = Omit<AgentTask, 'activeDeployments'> & {
  credentialId: string;
  activeDeployments: ActiveDeploymentView[];
};

export interface CreateTask extends Omit<NewTask, 'organizationId'> {
  organizationId?: string | null;
}

/** The caller's tasks. */
export interface Tasks {
  list(
    viewer: Viewer,
    input: CredentialChoice & PageRequest & { organizationId?: string | null },
  ): Promise<Paged<Listing<TaskView>>>;
  /** @throws GatewayError `NOT_FOUND` */
  get(viewer: Viewer, input: CredentialChoice & { id: string }): Promise<TaskView>;
  create(
    viewer: Viewer,
    input: CredentialChoice & { task: CreateTask; idempotencyKey?: string | null },
  ): Promise<TaskView>;
  update(
    viewer: Viewer,
    input: CredentialChoice & { id: string; fields: { name?: string | null } },
  ): Promise<TaskView>;
  remove(viewer: Viewer, input: CredentialChoice & { id: string }): Promise<string>;
}

export function createTasks(deps: { connections: Connections; idempotency: Idempotency }): Tasks {
  const { connections, idempotency } = deps;
  const toView = (connection: Connection, task: AgentTask): TaskView => ({
    ...task,
    // An answer to an idempotency key that an older version has stored is without these.
    lastDeploymentId: task.lastDeploymentId ?? null,
    upcomingDeployments: task.upcomingDeployments ?? [],
    notifications: task.notifications ?? [],
    raw: task.raw ?? null,
    incompleteLists: task.incompleteLists ?? [],
    isComplete: task.isComplete ?? true,
    credentialId: connection.credentialId,
    activeDeployments: task.activeDeployments.map((one) => ({
      ...one,
      status: classifyStatus(one.rawStatus),
    })),
  });

  return {
    async list(viewer, input) {
      authorize(viewer, 'read');
      const toPage = pagerOf(input);
      const connection = await connections.open(viewer, input.credentialId);
      const organizationId = organizationOf(connection, input.organizationId, 'organizationId');
      const tasks = await connection.call((client) => client.listTasks(organizationId));
      const { nodes, pageInfo } = toPage(tasks.items);
      return { ...tasks, items: nodes.map((task) => toView(connection, task)), pageInfo };
    },

    async get(viewer, { id, credentialId }) {
      authorize(viewer, 'read');
      const connection = await connections.open(viewer, credentialId);
      return toView(connection, await connection.call((client) => client.readTask(id)));
    },

    async create(viewer, { task, idempotencyKey, credentialId }) {
      authorize(viewer, 'write');
      const connection = await connections.open(viewer, credentialId);
      assertValid([
        checkText(task.name, 'input.name', 200),
        checkText(task.prompt, 'input.prompt'),
        checkId(task.agentId, 'input.agentId'),
      ]);
      const complete = {
        ...task,
        organizationId: organizationOf(connection, task.organizationId, 'input.organizationId'),
      };
      const { organizationId, agentId, prompt } = complete;
      const creation = { organizationId, agentId, promptHash: hashText(prompt) } satisfies TaskCreation;
      const created = await idempotency.once(
        {
          ownerId: viewer.userId,
          operation: 'createTask',
          key: idempotencyKey,
          input: [complete, connection.credentialId],
          credentialId: connection.credentialId,
          turnKey: turnKeyOf(connection, 'task', organizationId, agentId, creation.promptHash),
          recovery: creation,
        },
        {
          send: () => connection.call((client) => client.createTask(complete)),
          ...recoverTask(connection, creation),
        },
      );
      return toView(connection, created);
    },

    async update(viewer, { id, fields, credentialId }) {
      authorize(viewer, 'write');
      const connection = await connections.open(viewer, credentialId);
      const { name } = fields;
      if (name === null) throw badUserInput({ path: 'input.name', message: 'cannot be cleared' });
      assertValid([checkText(name, 'input.name', 200)]);
      const read = () => connection.call((client) => client.readTask(id));
      if (name !== undefined) {
        await connection.call((client) => client.updateTask(id, { name }));
      }
      return toView(connection, await read());
    },

    async remove(viewer, { id, credentialId }) {
      authorize(viewer, 'write');
      const connection = await connections.open(viewer, credentialId);
      await connection.call((client) => client.deleteTask(id));
      return id;
    },
  };
}

/** What is stored of the creation of a task, to find its outcome without the caller. */
export interface TaskCreation {
  organizationId: string;
  agentId: string;
  promptHash: string;
}

/**
 * Tasks of the agent with the prompt of a lost creation may be its outcome. Names are not compared: the upstream rewrites
 * them (docs/upstream/quantconnect.md, Task fields).
 */
export function recoverTask(
  connection: Connection,
  { organizationId, agentId, promptHash }: TaskCreation,
): RecoverySteps<AgentTask> {
  return {
    idOf: ({ id }) => id,
    async findCandidates() {
      const tasks = await connection.call((client) => client.listTasks(organizationId));
      return tasks.items
        .filter((task) => task.agentId === agentId && hashText(task.prompt) === promptHash)
        .map((task) => ({ id: task.id, createdAt: task.createdAt, outcome: task }));
    },
  };
}

/** Adds the changes of `Tasks` to the audit log. */
export function auditTasks(tasks: Tasks, audited: Audited): Tasks {
  return {
    ...tasks,
    create: audited('TASK_CREATE', tasks.create),
    update: audited('TASK_UPDATE', tasks.update),
    remove: audited('TASK_DELETE', tasks.remove),
  };
}
