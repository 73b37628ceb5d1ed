import type { SimulatorClock } from '../clock.ts';
import type { Random } from '../random.ts';
import type { Account, Organization } from './accounts.ts';
import type { Behavior } from './behavior.ts';
import type { AgentRecord, Deployment, TaskRecord } from './records.ts';
import { Refusal } from './refusal.ts';
import type { Scheduler } from './scheduler.ts';
import type { DeploymentScript, Pace } from './script.ts';

/** An organization with the nodes that its agents run on. */
export interface OrganizationRecord extends Required<Organization> {
  scheduler: Scheduler;
  agents: Map<number, AgentRecord>;
  tasks: Map<number, TaskRecord>;
  /** Task names in use. */
  taskNames: Set<string>;
  /** The next suffix to try, by name. */
  nameSuffixes: Map<string, number>;
}

/** The state of the service. */
export interface World {
  clock: SimulatorClock;
  random: Random;
  behavior: Behavior;
  pace: Pace;
  /** The script of deployments whose task has none. */
  script: DeploymentScript;
  accounts: Map<string, Account>;
  organizations: Map<string, OrganizationRecord>;
  /** Agents of the platform, which are in `agents` too. */
  predefined: Map<number, AgentRecord>;
  agents: Map<number, AgentRecord>;
  tasks: Map<number, TaskRecord>;
  deployments: Map<string, Deployment>;
  /** A new number; each kind of id has its own range, as on the platform. */
  nextId(family: IdFamily): number;
}

export type IdFamily = keyof typeof FIRST_IDS;

const FIRST_IDS = { agent: 101, task: 301, deployment: 8_801, project: 29_000_001 };

/** Creates the id counters. */
export function createIds(): World['nextId'] {
  const next = { ...FIRST_IDS };
  return (family) => next[family]++;
}

/** The caller, proven by the signature. */
export interface Caller {
  account: Account;
  world: World;
}

function reaches({ account }: Caller, organizationId: string): boolean {
  return account.organizations.some(({ id }) => id === organizationId);
}

/**
 * The caller's organization. One of another account does not exist for the caller (docs/upstream/quantconnect.md,
 * Errors by case; assumed).
 */
export function organizationFor(caller: Caller, organizationId: string): OrganizationRecord {
  const organization = caller.world.organizations.get(organizationId);
  if (!organization || !reaches(caller, organizationId)) throw new Refusal('Organization not found.');
  return organization;
}

/** The agent, if it belongs to the platform or to an organization of the caller. */
export function agentFor(caller: Caller, agentId: number): AgentRecord {
  const agent = caller.world.agents.get(agentId);
  if (!agent || (agent.organizationId !== null && !reaches(caller, agent.organizationId))) {
    throw new Refusal('Agent not found.');
  }
  return agent;
}

export function taskFor(caller: Caller, taskId: number): TaskRecord {
  const task = caller.world.tasks.get(taskId);
  if (!task || !reaches(caller, task.organizationId)) throw new Refusal('Task not found.');
  return task;
}

/** The deployment, after its organization's nodes were settled. */
export function deploymentFor(caller: Caller, deploymentId: string): Deployment {
  const deployment = caller.world.deployments.get(deploymentId);
  if (!deployment || !reaches(caller, deployment.organizationId)) throw new Refusal('Deployment not found.');
  schedulerOf(caller.world, deployment.organizationId).settle(caller.world.clock.now());
  return deployment;
}

/** The organization of an existing object. */
export function knownOrganization(world: World, organizationId: string): OrganizationRecord {
  const organization = world.organizations.get(organizationId);
  if (!organization) throw new RangeError(`no organization ${organizationId}`);
  return organization;
}

/** The nodes of an existing organization. */
export function schedulerOf(world: World, organizationId: string): Scheduler {
  return knownOrganization(world, organizationId).scheduler;
}
