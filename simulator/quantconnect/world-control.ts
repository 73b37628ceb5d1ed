import type { Account, Organization } from './accounts.ts';
import { capacityOf } from './capacity.ts';
import type { QuantConnectControl } from './control.ts';
import { tokensOf } from './conversation.ts';
import { statusOf } from './deployment.ts';
import { deploy } from './deployments.ts';
import type { Deployment, TaskRecord } from './records.ts';
import { isOpen, planRound, progressOf } from './round.ts';
import { createScheduler } from './scheduler.ts';
import { type DeploymentScript, PACES, type Pace, type PaceName } from './script.ts';
import { type OrganizationRecord, schedulerOf, type World } from './world.ts';

/** A pace by name, or parts that replace those of the current one. */
export function paceOf(wanted: Partial<Pace> | PaceName, before: Pace = PACES.normal): Pace {
  if (typeof wanted !== 'string') return { ...before, ...wanted };
  const pace = Object.hasOwn(PACES, wanted) ? PACES[wanted] : undefined;
  if (!pace) throw new RangeError(`no pace is called ${wanted}; there are ${Object.keys(PACES).join(', ')}`);
  return pace;
}

/** Creates the control of the service. */
export function createWorldControl(world: World, otherSkuCapacity: number): QuantConnectControl {
  const nowMs = () => world.clock.now();
  const schedulerFor = (deployment: Deployment) => schedulerOf(world, deployment.organizationId);
  const taskAt = (taskId: number): TaskRecord => {
    const task = world.tasks.get(taskId);
    if (!task) throw new RangeError(`no task ${taskId}`);
    return task;
  };
  const settleAll = () => {
    for (const organization of world.organizations.values()) organization.scheduler.settle(nowMs());
  };
  const deploymentAt = (deploymentId: string): Deployment => {
    const deployment = world.deployments.get(deploymentId);
    if (!deployment) throw new RangeError(`no deployment ${deploymentId}`);
    schedulerFor(deployment).settle(nowMs());
    return deployment;
  };

  const addOrganization = ({ id, name = 'Organization', nodeSku = 'A-MICRO' }: Organization) => {
    const existing = world.organizations.get(id);
    const capacity = capacityOf(nodeSku, otherSkuCapacity);
    if (existing) {
      existing.nodeSku = nodeSku;
      existing.scheduler.setCapacity(capacity, nowMs());
      return;
    }
    const organization: OrganizationRecord = {
      id,
      name,
      nodeSku,
      scheduler: createScheduler(capacity, nowMs()),
      agents: new Map(),
      tasks: new Map(),
      taskNames: new Set(),
      nameSuffixes: new Map(),
    };
    world.organizations.set(id, organization);
  };

  return {
    addAccount(account: Account) {
      for (const organization of account.organizations) addOrganization(organization);
      world.accounts.set(String(account.userId), { ...account, userId: String(account.userId) });
    },
    removeAccount(userId) {
      world.accounts.delete(userId);
    },
    setPace(pace) {
      world.pace = paceOf(pace, world.pace);
    },
    setBehavior(behavior) {
      Object.assign(world.behavior, behavior);
    },
    setCapacity(organizationId, capacity) {
      if (!Number.isInteger(capacity) || capacity < 0)
        throw new RangeError('a capacity is an integer, 0 or more');
      schedulerOf(world, organizationId).setCapacity(capacity, nowMs());
    },
    scriptAll(script) {
      world.script = script;
    },
    scriptTask(taskId, script) {
      taskAt(taskId).script = script;
    },
    deployTask(taskId) {
      const task = taskAt(taskId);
      const agent = world.agents.get(task.agentId);
      if (!agent) throw new RangeError(`no agent ${task.agentId}`);
      return deploy(task, agent, task.userId, world).id;
    },
    scriptDeployment(deploymentId, script) {
      const deployment = deploymentAt(deploymentId);
      rescript(deployment, script, nowMs());
      schedulerFor(deployment).replan(deployment, nowMs());
    },
    endDeployment(deploymentId, outcome = 'Completed', runtimeError) {
      const deployment = deploymentAt(deploymentId);
      if (runtimeError !== undefined) deployment.script = { ...deployment.script, runtimeError };
      schedulerFor(deployment).end(deployment, nowMs(), outcome);
    },
    state() {
      settleAll();
      return {
        nowMs: nowMs(),
        organizations: [...world.organizations.values()].map(({ id, nodeSku, scheduler }) => ({
          id,
          nodeSku,
          ...scheduler.usage(),
        })),
        agents: [...world.agents.values()].map(({ id, organizationId, name }) => ({
          id,
          organizationId,
          name,
        })),
        tasks: [...world.tasks.values()].map(({ id, organizationId, agentId, name }) => ({
          id,
          organizationId,
          agentId,
          name,
        })),
        deployments: [...world.deployments.values()].map((deployment) => ({
          deploymentId: deployment.id,
          taskId: deployment.task.id,
          organizationId: deployment.organizationId,
          status: statusOf(deployment, nowMs()),
          createdMs: deployment.createdMs,
          startedMs: deployment.startedMs,
          endedMs: deployment.endedMs,
          ...tokensOf(deployment, nowMs()),
        })),
      };
    },
  };
}

/**
 * Merges a script into a deployment's own. A round under way keeps its visible steps, and its last step stays the
 * last.
 */
function rescript(deployment: Deployment, script: DeploymentScript, nowMs: number): void {
  deployment.script = { ...deployment.script, ...script };
  deployment.readyMs = deployment.createdMs + deployment.script.queueMs;
  for (const round of deployment.rounds.filter((candidate) => isOpen(candidate, nowMs))) {
    const planned = planRound(round.prompt, round.askedMs, deployment.script, round.agents);
    const { steps, stepMs, messages, stepsPerMessage } = planned;
    const progress = progressOf(round, nowMs);
    if (round.startMs === null || round.startMs > nowMs) {
      Object.assign(round, { steps, stepMs, messages, stepsPerMessage });
    } else if (progress < round.steps - 1) {
      round.steps = Math.max(steps, Math.floor(progress) + 1);
    }
  }
}
