import { isActive, statusOf } from './deployment.ts';
import { filledDebug } from './filled.ts';
import type { Operation } from './operation.ts';
import type { AgentRecord, Deployment, TaskRecord } from './records.ts';
import { Refusal } from './refusal.ts';
import { planRound } from './round.ts';
import { platformTime } from './time.ts';
import { agentFor, deploymentFor, knownOrganization, schedulerOf, taskFor, type World } from './world.ts';

const LEAN_VERSION_ID = 17_500;

/**
 * The message about missing capacity, as in the same platform's backtests (docs/upstream/quantconnect.md,
 * Throttling and capacity; observed).
 */
export const NO_SPARE_NODES = 'Unable to deploy: no spare nodes available.';

/** The deployment in an answer of the API (docs/upstream/quantconnect.md, Deployment fields). */
function deploymentView(deployment: Deployment, { clock }: World): Record<string, unknown> {
  const skewMs = clock.wall() - clock.now();
  const time = (ms: number | null) => (ms === null ? null : platformTime(ms + skewMs));
  const began = deployment.startedMs !== null;
  return {
    deploymentId: deployment.id,
    agentId: deployment.agentId,
    taskId: deployment.task.id,
    status: statusOf(deployment, clock.now()),
    ...(deployment.model !== null && { model: deployment.model }),
    created: time(deployment.createdMs),
    started: time(deployment.startedMs),
    ended: time(deployment.endedMs),
    machine: began ? deployment.machine : null,
    hostName: began ? 'agent-node-1' : null,
    mcpTools: deployment.tools,
    prompt: deployment.prompt,
    projectId: deployment.projectId,
    versionId: LEAN_VERSION_ID,
    runtimeError: deployment.runtimeError,
  };
}

/** The agent and its chained agents; those that were deleted are left out. */
function chainOf(agent: AgentRecord, world: World): { id: number; name: string }[] {
  const chained = agent.chainedAgents
    .toSorted((a, b) => a.step - b.step)
    .flatMap(({ agentId }) => world.agents.get(agentId) ?? []);
  return [agent, ...chained].map(({ id, name }) => ({ id, name }));
}

function projectOf(task: TaskRecord, world: World): number {
  if (task.projectPreference !== 'project-for-task') return world.nextId('project');
  task.projectId ??= world.nextId('project');
  return task.projectId;
}

function newDeployment(task: TaskRecord, agent: AgentRecord, userId: string, world: World): Deployment {
  const nowMs = world.clock.now();
  const script = { ...world.pace, ...world.script, ...task.script };
  const chain = chainOf(agent, world);
  return {
    id: `A-${world.random.hex(32)}`,
    organizationId: task.organizationId,
    userId,
    task,
    agentId: agent.id,
    chain,
    callables: agent.subAgents.flatMap(({ agentId }) => {
      const callable = world.agents.get(agentId);
      return callable ? [{ id: agentId, name: callable.name, callableId: `C-${world.random.hex(32)}` }] : [];
    }),
    model: agent.model,
    tools: agent.tools,
    projectId: projectOf(task, world),
    prompt: task.prompt,
    machine: knownOrganization(world, task.organizationId).nodeSku,
    script,
    phase: 'InQueue',
    createdMs: nowMs,
    readyMs: nowMs + script.queueMs,
    startedMs: null,
    endedMs: null,
    stopAskedMs: null,
    endMs: Number.POSITIVE_INFINITY,
    endsAs: 'Completed',
    onNode: false,
    runtimeError: null,
    rounds: [planRound(task.prompt, nowMs, script, chain.length)],
  };
}

/** Adds a new deployment of the task to its organization's queue. */
export function deploy(task: TaskRecord, agent: AgentRecord, userId: string, world: World): Deployment {
  const scheduler = schedulerOf(world, task.organizationId);
  scheduler.settle(world.clock.now());
  const deployment = newDeployment(task, agent, userId, world);
  world.deployments.set(deployment.id, deployment);
  task.deployments.set(deployment.id, deployment);
  task.last = { number: world.nextId('deployment'), createdMs: world.clock.wall() };
  scheduler.enqueue(deployment);
  return deployment;
}

/** The operations on deployments (docs/upstream/quantconnect.md, Deployment requests). */
export const deploymentOperations: Record<string, Operation> = {
  '/agents/deployments/create': ({ caller, fields }) => {
    const { world } = caller;
    const task = taskFor(caller, fields.integer('taskId'));
    const agent = agentFor(caller, task.agentId);
    const scheduler = schedulerOf(world, task.organizationId);
    scheduler.settle(world.clock.now());
    const { running, waiting, capacity } = scheduler.usage();
    if (world.behavior.refuseWhenFull && running + waiting >= capacity) throw new Refusal(NO_SPARE_NODES);
    const deployment = deploy(task, agent, caller.account.userId, world);
    const more = world.behavior.fillFields ? filledDebug(agent) : {};
    return { deployment: deploymentView(deployment, world), debug: { id: deployment.id, ...more } };
  },

  '/agents/deployments/read': ({ caller, fields }) => ({
    deployment: deploymentView(deploymentFor(caller, fields.text('deploymentId')), caller.world),
  }),

  '/agents/deployments/list': ({ caller, fields }) => {
    const { world } = caller;
    const task = taskFor(caller, fields.integer('taskId'));
    schedulerOf(world, task.organizationId).settle(world.clock.now());
    return {
      deployments: [...task.deployments.values()].map((deployment) => deploymentView(deployment, world)),
    };
  },

  '/agents/deployments/prompt': ({ caller, fields }) => {
    const { world } = caller;
    const deployment = deploymentFor(caller, fields.text('deploymentId'));
    const prompt = fields.text('prompt');
    if (world.behavior.strictPrompts && !isActive(deployment))
      throw new Refusal('Deployment is not running.');
    const nowMs = world.clock.now();
    // Only the assigned agent answers a follow-up: chained agents run once per deployment
    // (docs/upstream/quantconnect.md, Chains and sub-agents; documented).
    const round = planRound(prompt, nowMs, deployment.script, 1);
    schedulerOf(world, deployment.organizationId).prompt(deployment, round, nowMs);
    return { message: 'Prompt run started.' };
  },

  '/agents/deployments/stop': ({ caller, fields }) => {
    const { world } = caller;
    const deployment = deploymentFor(caller, fields.text('deploymentId'));
    schedulerOf(world, deployment.organizationId).stop(deployment, world.clock.now());
    return {};
  },

  '/agents/deployments/delete': ({ caller, fields }) => {
    const { world } = caller;
    const deployment = deploymentFor(caller, fields.text('deploymentId'));
    schedulerOf(world, deployment.organizationId).remove(deployment);
    world.deployments.delete(deployment.id);
    deployment.task.deployments.delete(deployment.id);
    return {};
  },
};
