import type { SimulatorClock } from '../clock.ts';
import type { Random } from '../random.ts';
import type { Upstream } from '../upstream.ts';
import type { Account } from './accounts.ts';
import { addPredefined } from './agents.ts';
import { readCredentials } from './auth.ts';
import { type Behavior, defaultBehavior } from './behavior.ts';
import type { PredefinedAgent, QuantConnectControl } from './control.ts';
import { quantConnectRoutes } from './control-routes.ts';
import { isObject } from './fields.ts';
import { createRouter } from './router.ts';
import type { DeploymentScript, Pace, PaceName } from './script.ts';
import { spoilInOwnWords } from './spoil.ts';
import { createIds, type World } from './world.ts';
import { createWorldControl, paceOf } from './world-control.ts';

export interface QuantConnectOptions {
  clock: SimulatorClock;
  random: Random;
  accounts: Account[];
  predefinedAgents: PredefinedAgent[];
  pace: Partial<Pace> | PaceName;
  script: DeploymentScript;
  behavior: Partial<Behavior>;
  otherSkuCapacity: number;
}

/** Creates the service and its control. */
export function createQuantConnect(options: QuantConnectOptions): {
  upstream: Upstream;
  control: QuantConnectControl;
} {
  const { clock, random } = options;
  const world: World = {
    clock,
    random,
    behavior: { ...defaultBehavior, ...options.behavior },
    pace: paceOf(options.pace),
    script: options.script,
    accounts: new Map(),
    organizations: new Map(),
    predefined: new Map(),
    agents: new Map(),
    tasks: new Map(),
    deployments: new Map(),
    nextId: createIds(),
  };
  const control = createWorldControl(world, options.otherSkuCapacity);
  for (const account of options.accounts) control.addAccount(account);
  for (const agent of options.predefinedAgents) addPredefined(world, agent);

  const upstream: Upstream = {
    name: 'quantconnect',
    basePath: '/api/v2',
    claimedUser: (headers) => readCredentials(headers).userId || null,
    organizationOf: ({ body }) => organizationOf(world, body),
    answer: createRouter(world),
    spoil: spoilInOwnWords,
    control: quantConnectRoutes(control),
  };
  return { upstream, control };
}

/** The organization that a body names, directly or by the id of an object in it. */
function organizationOf(world: World, body: unknown): string | null {
  if (!isObject(body)) return null;
  if (typeof body.organizationId === 'string') return body.organizationId;
  const named =
    world.deployments.get(String(body.deploymentId)) ??
    world.tasks.get(Number(body.taskId)) ??
    world.agents.get(Number(body.agentId));
  return named?.organizationId ?? null;
}
