import { statusOf } from './deployment.ts';
import { filledTask } from './filled.ts';
import type { Operation } from './operation.ts';
import { personOf } from './people.ts';
import type { TaskRecord } from './records.ts';
import { claimName } from './task-names.ts';
import { platformTime } from './time.ts';
import { agentFor, organizationFor, schedulerOf, taskFor, type World } from './world.ts';

const PREFERENCES = ['project-each-task-deployment', 'project-for-task'];

/**
 * The task in an answer of the API (docs/upstream/quantconnect.md, Task fields); its organization's nodes must be
 * settled.
 */
function taskView(task: TaskRecord, world: World): Record<string, unknown> {
  const { clock } = world;
  return {
    id: task.id,
    name: task.name,
    organizationId: task.organizationId,
    agentId: task.agentId,
    prompt: task.prompt,
    deployments: task.deployments.size,
    lastDeploymentId: task.last?.number ?? null,
    lastDeploymentTime: task.last ? platformTime(task.last.createdMs) : null,
    created: platformTime(task.createdMs),
    updated: platformTime(task.updatedMs),
    projectId: task.projectId,
    owner: task.owner,
    upcomingDeployments: null,
    status: [...task.active].map((deployment) => ({
      deploymentId: deployment.id,
      status: statusOf(deployment, clock.now()),
    })),
    schedule: null,
    scheduleHuman: null,
    projectPreference: task.projectPreference,
    notifications: [],
    ...(world.behavior.fillFields && filledTask(task)),
  };
}

/** The operations on tasks (docs/upstream/quantconnect.md, Task requests). */
export const taskOperations: Record<string, Operation> = {
  '/agents/tasks/create': ({ caller, fields }) => {
    const { world } = caller;
    const organization = organizationFor(caller, fields.text('organizationId'));
    const agentId = agentFor(caller, fields.integer('agentId')).id;
    const name = fields.text('name');
    const prompt = fields.text('prompt');
    const projectPreference = fields.oneOf('projectPreference', PREFERENCES);
    const nowMs = world.clock.wall();
    const task: TaskRecord = {
      id: world.nextId('task'),
      name: claimName(organization, name),
      organizationId: organization.id,
      agentId,
      prompt,
      projectPreference,
      projectId: null,
      owner: personOf(caller.account),
      userId: caller.account.userId,
      createdMs: nowMs,
      updatedMs: nowMs,
      deployments: new Map(),
      active: new Set(),
      last: null,
    };
    world.tasks.set(task.id, task);
    organization.tasks.set(task.id, task);
    return { task: taskView(task, world) };
  },

  '/agents/tasks/read': ({ caller, fields }) => {
    const { world } = caller;
    const task = taskFor(caller, fields.integer('taskId'));
    schedulerOf(world, task.organizationId).settle(world.clock.now());
    return { task: taskView(task, world) };
  },

  '/agents/tasks/update': ({ caller, fields }) => {
    const { world } = caller;
    const task = taskFor(caller, fields.integer('taskId'));
    const organization = organizationFor(caller, task.organizationId);
    const name = fields.text('name');
    organization.taskNames.delete(task.name);
    task.name = claimName(organization, name);
    task.updatedMs = world.clock.wall();
    organization.scheduler.settle(world.clock.now());
    return world.behavior.taskInUpdate ? { task: taskView(task, world) } : {};
  },

  // Deployments stay when their task is deleted. What the platform does is not documented
  // (docs/upstream/quantconnect.md, Task requests).
  '/agents/tasks/delete': ({ caller, fields }) => {
    const task = taskFor(caller, fields.integer('taskId'));
    const organization = organizationFor(caller, task.organizationId);
    caller.world.tasks.delete(task.id);
    organization.tasks.delete(task.id);
    organization.taskNames.delete(task.name);
    return {};
  },

  '/agents/tasks/list': ({ caller, fields }) => {
    const { world } = caller;
    const organization = organizationFor(caller, fields.text('organizationId'));
    organization.scheduler.settle(world.clock.now());
    return { tasks: [...organization.tasks.values()].map((task) => taskView(task, world)) };
  },
};
