import { setTimeout as pause } from 'node:timers/promises';
import type { Simulator } from '../../simulator/index.ts';
import { createRandom, type Random } from '../../simulator/random.ts';
import { between } from './plan.ts';
import type { RetryingClient } from './retrying-client.ts';
import type { User } from './user.ts';

export interface WorkloadDeps {
  simulator: Simulator;
  users: readonly User[];
  client: RetryingClient;
  agentOf(user: User): string;
  /** True while new deployments begin. */
  isDeploying(): boolean;
  /** Called for each deployment, so that a subscriber can follow it. */
  onDeployed(user: User, deploymentId: string): void;
}

const CREATE_TASK = `mutation ($input: CreateTaskInput!, $key: String!) {
  made: createTask(input: $input, idempotencyKey: $key) { id }
}`;
const DEPLOY = `mutation ($taskId: ID!, $key: String!) { made: deployTask(taskId: $taskId, idempotencyKey: $key) { id } }`;
const PROMPT = `mutation ($id: ID!, $prompt: String!, $key: String!) {
  made: promptDeployment(id: $id, prompt: $prompt, idempotencyKey: $key) { id }
}`;
const STOP = 'mutation ($id: ID!) { made: stopDeployment(id: $id) { id } }';

const ENDED = new Set(['Completed', 'Stopped', 'Failed']);

/** The percentages of deployments that are prompted or stopped while they run, and prompted after their end. */
const PERCENT = { prompted: 15, stopped: 15, revived: 15 };

/** Keeps `slots` deployments running until no more are to begin; resolves when all have ended. */
export async function runWorkload(deps: WorkloadDeps, slots: number, seed: number): Promise<void> {
  const { users, client, simulator } = deps;
  const isFinished = createFinishedCheck(simulator);
  const untilFinished = async (id: string): Promise<void> => {
    while (!isFinished(id)) await pause(250);
  };

  const prompt = (user: User, random: Random, id: string, key: string) => {
    const operation = { query: PROMPT, variables: { id, prompt: `do ${key}` } };
    return client.request(user, random, operation, { kind: 'prompt', key, about: id });
  };

  /** Creates a task and deploys it, each with a key. Each deployment has its own task, so that the creates of a key can be counted. */
  const deploy = async (user: User, random: Random, name: string): Promise<string | undefined> => {
    // Its own prompt: the gateway recognizes a task whose answer was lost by nothing else.
    const input = { agentId: deps.agentOf(user), name: `T${name}`, prompt: `Buy and hold ${name}` };
    const creation = { query: CREATE_TASK, variables: { input } };
    const taskId = await client.request(user, random, creation, { kind: 'task', key: `task ${name}` });
    if (taskId === undefined) return undefined;
    const outcome = random.next() < 0.2 ? 'Failed' : 'Completed';
    simulator.control.scriptTask(Number(taskId), { steps: between(random, 5, 25), outcome });
    const operation = { query: DEPLOY, variables: { taskId } };
    return client.request(user, random, operation, {
      kind: 'deployment',
      key: `deployment ${name}`,
      about: taskId,
    });
  };

  /** One deployment from its task to its end; some are revived by a prompt. */
  const runDeployment = async (user: User, random: Random, name: string): Promise<void> => {
    const id = await deploy(user, random, name);
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

  const fillSlot = async (slot: number): Promise<void> => {
    const random = createRandom(seed * 1_000 + slot);
    await pause(between(random, 0, 4_000));
    for (let round = 0; deps.isDeploying(); round += 1) {
      await runDeployment(users[slot % users.length] as User, random, `${slot}-${round}`);
    }
  };
  await Promise.all(Array.from({ length: slots }, (_, slot) => fillSlot(slot)));
}

/** Whether a deployment has ended upstream; reads the simulator's state at most every 200 ms. */
function createFinishedCheck({ control }: Simulator): (id: string) => boolean {
  let statuses = new Map<string, string>();
  let readAtMs = 0;
  return (id) => {
    if (Date.now() - readAtMs > 200) {
      readAtMs = Date.now();
      statuses = new Map(
        control.state().deployments.map(({ deploymentId, status }) => [deploymentId, status]),
      );
    }
    return ENDED.has(statuses.get(id) ?? '');
  };
}
