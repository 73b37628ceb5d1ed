import { setTimeout as pause } from 'node:timers/promises';
import type { Simulator } from '../../simulator/index.ts';
import { createRandom, type Random } from '../../simulator/random.ts';
import { between } from './plan.ts';
import type { Insistence } from './retrying-client.ts';
import type { User } from './user.ts';

export interface DriverDeps {
  simulator: Simulator;
  users: readonly User[];
  insistence: Insistence;
  agentOf(user: User): string;
  /** True while more is to be deployed. */
  isOn(): boolean;
  /** Told of each deployment, for those who follow a single one. */
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

/** How many deployments of a hundred are prompted or stopped while they run, and prompted once they have ended. */
const FATES = { prompted: 15, stopped: 15, revived: 15 };

/** Keeps so many deployments unfinished at a time until told to stop; resolves when all have ended. */
export const drive = async (deps: DriverDeps, slots: number, seed: number): Promise<void> => {
  const { users, insistence, simulator } = deps;
  const isFinished = createView(simulator);
  const untilFinished = async (id: string): Promise<void> => {
    while (!isFinished(id)) await pause(250);
  };

  const prompt = (user: User, random: Random, id: string, key: string) => {
    const wish = { query: PROMPT, variables: { id, prompt: `do ${key}` } };
    return insistence.insist(user, random, wish, { kind: 'prompt', key, about: id });
  };

  /** A task and its deployment, each with a key; a task of its own, so that what a key made can be counted. */
  const deploy = async (user: User, random: Random, name: string): Promise<string | undefined> => {
    // A prompt of its own: by nothing else can the gateway tell whose a task is when its answer was lost.
    const input = { agentId: deps.agentOf(user), name: `T${name}`, prompt: `Buy and hold ${name}` };
    const creation = { query: CREATE_TASK, variables: { input } };
    const taskId = await insistence.insist(user, random, creation, { kind: 'task', key: `task ${name}` });
    if (taskId === undefined) return undefined;
    const outcome = random.next() < 0.2 ? 'Failed' : 'Completed';
    simulator.control.scriptTask(Number(taskId), { steps: between(random, 5, 25), outcome });
    const wish = { query: DEPLOY, variables: { taskId } };
    return insistence.insist(user, random, wish, {
      kind: 'deployment',
      key: `deployment ${name}`,
      about: taskId,
    });
  };

  /** One deployment from its task to its end, and sometimes a second life. */
  const live = async (user: User, random: Random, name: string): Promise<void> => {
    const id = await deploy(user, random, name);
    if (id === undefined) return;
    deps.onDeployed(user, id);
    const fate = 100 * random.next();
    if (fate < FATES.prompted + FATES.stopped) await pause(between(random, 500, 8_000));
    if (fate < FATES.prompted) await prompt(user, random, id, `prompt ${name}`);
    else if (fate < FATES.prompted + FATES.stopped)
      await insistence.once(user, { query: STOP, variables: { id } });
    await untilFinished(id);
    if (100 * random.next() >= FATES.revived || !deps.isOn()) return;
    await prompt(user, random, id, `revival ${name}`);
    await untilFinished(id);
  };

  const keepOn = async (slot: number): Promise<void> => {
    const random = createRandom(seed * 1_000 + slot);
    await pause(between(random, 0, 4_000));
    for (let round = 0; deps.isOn(); round += 1) {
      await live(users[slot % users.length] as User, random, `${slot}-${round}`);
    }
  };
  await Promise.all(Array.from({ length: slots }, (_, slot) => keepOn(slot)));
};

/** What the upstream itself says of deployments, which is not asked for more often than anybody needs. */
const createView = ({ control }: Simulator): ((id: string) => boolean) => {
  let view = new Map<string, string>();
  let viewedAtMs = 0;
  return (id) => {
    if (Date.now() - viewedAtMs > 200) {
      viewedAtMs = Date.now();
      view = new Map(control.state().deployments.map(({ deploymentId, status }) => [deploymentId, status]));
    }
    return ENDED.has(view.get(id) ?? '');
  };
};
