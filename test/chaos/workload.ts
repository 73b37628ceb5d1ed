import { setTimeout as pause } from 'node:timers/promises';
import type { Simulator } from '../../simulator/index.ts';
import { createRandom, type Random } from '../../simulator/random.ts';
import { TERMINAL } from './history.ts';
import { between } from './plan.ts';
import type { RetryingClient } from './retrying-client.ts';
import type { UpstreamHistory } from './upstream-history.ts';
import type { User } from './user.ts';

export interface WorkloadDeps {
  simulator: Simulator;
  /** The first two have one upstream account. */
  users: readonly User[];
  client: RetryingClient;
  agentOf(user: User): string;
  reached: UpstreamHistory;
  /** True while new deployments begin. */
  isDeploying(): boolean;
  /** Called for each deployment, so that a subscriber can follow it. */
  onDeployed(user: User, deploymentId: string): void;
}

const CREATE_TASK = `mutation ($input: CreateTaskInput!, $key: String!) {
  made: createTask(input: $input, idempotencyKey: $key) { id }
}`;
const DEPLOY = `mutation ($taskId: ID!, $guard: DeploymentGuardInput, $key: String) {
  made: deployTask(taskId: $taskId, guard: $guard, idempotencyKey: $key) { id }
}`;
const PROMPT = `mutation ($id: ID!, $prompt: String!, $key: String!) {
  made: promptDeployment(id: $id, prompt: $prompt, idempotencyKey: $key) { id }
}`;
const STOP = 'mutation ($id: ID!) { made: stopDeployment(id: $id) { id } }';

/** The percentages of deployments that are prompted or stopped while they run, and prompted after their end. */
const PERCENT = { prompted: 15, stopped: 15, revived: 15 };

/** The percentage of slots that deploy one task together, for both users of its account. */
const SHARING_PERCENT = 10;

/** The percentage of deployments whose client asks once and never again, and of those that have a guard. */
const ABANDONED_PERCENT = 15;
const GUARDED_PERCENT = 15;

/** A guarded deployment would run much longer than its guard allows. */
const GUARD = { seconds: [3, 8], steps: 75 } as const;

/** A client that has walked away deploys something else after this time. */
const ABANDONED_MS = 6_000;

/** Keeps `slots` deployments running until no more are to begin; resolves when all have ended. */
export async function runWorkload(deps: WorkloadDeps, slots: number, seed: number): Promise<void> {
  const { users, client, simulator } = deps;
  const untilFinished = async (id: string): Promise<void> => {
    while (!TERMINAL.has(deps.reached.newest(id) ?? '')) await pause(250);
  };

  const prompt = (user: User, random: Random, id: string, key: string) => {
    const operation = { query: PROMPT, variables: { id, prompt: `do ${key}` } };
    return client.request(user, random, operation, { kind: 'prompt', key, about: id });
  };

  const createTask = (user: User, random: Random, name: string): Promise<string | undefined> => {
    // Its own prompt: the gateway recognizes a task whose answer was lost by nothing else.
    const input = { agentId: deps.agentOf(user), name: `T${name}`, prompt: `Buy and hold ${name}` };
    const creation = { query: CREATE_TASK, variables: { input } };
    return client.request(user, random, creation, { kind: 'task', key: `task ${name}` });
  };

  /**
   * Creates a task and deploys it; some deployments have a guard, and some are asked for only once.
   * @returns the deployment, if the client knows it and does not leave it to its guard
   */
  const deployNewTask = async (user: User, random: Random, name: string): Promise<string | undefined> => {
    const taskId = await createTask(user, random, name);
    if (taskId === undefined) return undefined;
    const isAbandoned = 100 * random.next() < ABANDONED_PERCENT;
    const isGuarded = 100 * random.next() < (isAbandoned ? 50 : GUARDED_PERCENT);
    const guardSeconds = isGuarded ? Math.round(between(random, ...GUARD.seconds)) : undefined;
    const outcome = random.next() < 0.2 ? 'Failed' : 'Completed';
    const steps = isGuarded ? GUARD.steps : between(random, 5, 25);
    simulator.control.scriptTask(Number(taskId), { steps, outcome });
    const guard = guardSeconds === undefined ? undefined : { maxDurationSeconds: guardSeconds };
    const operation = { query: DEPLOY, variables: { taskId, guard } };
    const use = { kind: 'deployment', key: `deployment ${name}`, about: taskId, guardSeconds } as const;
    if (isAbandoned) {
      await client.abandon(user, operation, use, random.next() < 0.5);
      await pause(ABANDONED_MS);
      return undefined;
    }
    const id = await client.request(user, random, operation, use);
    if (id === undefined || !isGuarded) return id;
    deps.onDeployed(user, id);
    await untilFinished(id);
    return undefined;
  };

  /** One deployment from its task to its end; some are revived by a prompt. */
  const runDeployment = async (user: User, random: Random, name: string): Promise<void> => {
    const id = await deployNewTask(user, random, name);
    if (id === undefined) return;
    deps.onDeployed(user, id);
    const percent = 100 * random.next();
    if (percent < PERCENT.prompted + PERCENT.stopped) await pause(between(random, 500, 8_000));
    if (percent < PERCENT.prompted) await prompt(user, random, id, `prompt ${name}`);
    else if (percent < PERCENT.prompted + PERCENT.stopped)
      await client.requestOnce(user, { query: STOP, variables: { id } });
    await untilFinished(id);
    if (100 * random.next() >= PERCENT.revived || !deps.isDeploying()) return;
    await prompt(user, random, id, `revival ${name}`);
    await untilFinished(id);
  };

  let shared: Promise<string | undefined> | undefined;

  /** One deployment of the task that several slots share; some are asked for only once. */
  const runShared = async (user: User, random: Random, name: string): Promise<void> => {
    shared ??= createTask(users[0] as User, random, 'shared').then((created) => {
      simulator.control.scriptTask(Number(created), { steps: 5 });
      return created;
    });
    const taskId = await shared;
    if (taskId === undefined) return;
    const operation = { query: DEPLOY, variables: { taskId } };
    const use = { kind: 'deployment', key: `deployment ${name}`, about: taskId } as const;
    if (100 * random.next() < ABANDONED_PERCENT) {
      await client.abandon(user, operation, use, random.next() < 0.5);
      await pause(ABANDONED_MS);
      return;
    }
    const id = await client.request(user, random, operation, use);
    if (id !== undefined) await untilFinished(id);
  };

  const fillSlot = async (slot: number): Promise<void> => {
    const random = createRandom(seed * 1_000 + slot);
    await pause(between(random, 0, 4_000));
    const isSharing = slot < (slots * SHARING_PERCENT) / 100;
    const user = users[isSharing ? slot % 2 : slot % users.length] as User;
    const runOne = isSharing ? runShared : runDeployment;
    for (let round = 0; deps.isDeploying(); round += 1) await runOne(user, random, `${slot}-${round}`);
  };
  await Promise.all(Array.from({ length: slots }, (_, slot) => fillSlot(slot)));
}
