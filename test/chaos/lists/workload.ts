import { setTimeout as pause } from 'node:timers/promises';
import type { Simulator } from '../../../simulator/index.ts';
import { createRandom, type Random } from '../../../simulator/random.ts';
import { between } from '../plan.ts';
import type { RetryingClient } from '../retrying-client.ts';
import type { User } from '../user.ts';
import type { ListUse } from './history.ts';

export interface ListWorkloadDeps {
  simulator: Simulator;
  /** Users with credentials of both upstreams. */
  users: readonly User[];
  client: RetryingClient;
  agentOf(user: User): string;
  /** True while new lists begin. */
  isDeploying(): boolean;
  /** Resolves false once there is no time left to wait. */
  hasTime(): boolean;
  /** Called for each list once it runs, so that subscribers can follow it. */
  onRunning(user: User, taskListId: string): void;
}

const CREATE_TASK = `mutation ($input: CreateTaskInput!, $key: String!) {
  made: createTask(input: $input, idempotencyKey: $key) { id }
}`;
const CREATE_AI_TASK = `mutation ($input: CreateAiTaskInput!, $key: String!) {
  made: createAiTask(input: $input, idempotencyKey: $key) { id }
}`;
const RUN = `mutation ($list: ID!, $parallel: Int, $key: String!) {
  made: runAiTaskList(taskListId: $list, maxParallel: $parallel, idempotencyKey: $key) { id }
}`;
const STOP = `mutation ($list: ID!, $stopDeployments: Boolean!) {
  made: stopAiTaskList(taskListId: $list, stopDeployments: $stopDeployments) { id }
}`;
const DEPLOY = `mutation ($taskId: ID!, $key: String) {
  made: deployTask(taskId: $taskId, idempotencyKey: $key) { id }
}`;
const READ = 'query ($list: ID!) { run: aiTaskListRun(taskListId: $list) { status } }';

const ENDS = new Set(['COMPLETED', 'FAILED', 'STOPPED']);

/** The positions that each AI task waits for: a diamond, and one that waits for nothing. */
const NEEDS = [[], [0], [0], [1, 2], []];

/** The percentages of lists with a task that fails, that are stopped, and with a task that its client deploys as well. */
const PERCENT = { failing: 25, stopped: 30, deployed: 50 };

/** Steps of each deployment, a second each. */
const STEPS = [1, 4] as const;

/** Runs one list after the other for each of `slots` until no more are to begin. */
export async function runListWorkload(
  deps: ListWorkloadDeps,
  slots: number,
  seed: number,
): Promise<ListUse[]> {
  const { users, client, simulator } = deps;
  const uses: ListUse[] = [];

  const createMember = async (user: User, random: Random, use: ListUse, index: number): Promise<boolean> => {
    const name = `${use.taskListId}-${index}`;
    const input = { agentId: deps.agentOf(user), name: `T${name}`, prompt: `Buy and hold ${name}` };
    const task = { query: CREATE_TASK, variables: { input } };
    const taskId = await client.request(user, random, task, { kind: 'task', key: `task ${name}` });
    if (taskId === undefined) return false;
    const fails = index === 1 && 100 * random.next() < PERCENT.failing;
    const outcome = fails ? 'Failed' : 'Completed';
    simulator.control.scriptTask(Number(taskId), { steps: Math.round(between(random, ...STEPS)), outcome });
    const fields = {
      ...{ title: `A${name}`, taskListId: use.taskListId },
      dependsOn: (NEEDS[index] ?? []).map((other) => use.members[other]?.aiTaskId),
      metadata: { quantconnect: { taskId } },
    };
    const aiTask = { query: CREATE_AI_TASK, variables: { input: fields } };
    const key = { kind: 'aiTask', key: `aiTask ${name}` } as const;
    const aiTaskId = await client.request(user, random, aiTask, key);
    if (aiTaskId === undefined) return false;
    use.members.push({ aiTaskId, taskId, fails });
    return true;
  };

  /** The client deploys a task of the list itself, at about the time at which its run does. */
  const deployAsWell = async (
    user: User,
    random: Random,
    { members, taskListId }: ListUse,
  ): Promise<void> => {
    const index = Math.floor(random.next() * members.length);
    const { taskId } = members[index] ?? { taskId: '' };
    await pause(between(random, 0, index === 0 || index === 4 ? 1_500 : 6_000));
    const operation = { query: DEPLOY, variables: { taskId } };
    const use = { kind: 'deployment', key: `deployment ${taskListId}-own`, about: taskId } as const;
    if (random.next() < 0.3) await client.abandon(user, operation, use, random.next() < 0.5);
    else await client.request(user, random, operation, use);
  };

  const untilEnded = async (user: User, { taskListId }: ListUse): Promise<boolean> => {
    while (deps.hasTime()) {
      const answer = await user.ask<{ run: { status: string } | null }>(READ, { list: taskListId });
      if ('data' in answer && ENDS.has(answer.data.run?.status ?? '')) return true;
      await pause(1_000);
    }
    return false;
  };

  const runOne = async (user: User, random: Random, taskListId: string): Promise<void> => {
    const fromMs = Date.now();
    const use: ListUse = {
      ...{ owner: user.id, taskListId, members: [], runId: undefined },
      ...{ stop: 'none', hasEnded: false, fromMs, toMs: fromMs },
    };
    for (const index of NEEDS.keys()) if (!(await createMember(user, random, use, index))) return;
    uses.push(use);
    const others = 100 * random.next() < PERCENT.deployed ? [deployAsWell(user, random, use)] : [];
    const parallel = Math.round(between(random, 1, 4));
    const run = { query: RUN, variables: { list: taskListId, parallel } };
    const key = { kind: 'listRun', key: `listRun ${taskListId}`, about: taskListId } as const;
    use.runId = await client.request(user, random, run, key);
    if (use.runId === undefined) return;
    deps.onRunning(user, taskListId);
    if (100 * random.next() < PERCENT.stopped) {
      await pause(between(random, 0, 8_000));
      use.stop = random.next() < 0.7 ? 'stopDeployments' : 'stop';
      const stopDeployments = use.stop === 'stopDeployments';
      await client.requestOnce(user, { query: STOP, variables: { list: taskListId, stopDeployments } });
    }
    use.hasEnded = await untilEnded(user, use);
    use.toMs = Date.now();
    await Promise.all(others);
  };

  const fillSlot = async (slot: number): Promise<void> => {
    const random = createRandom(seed * 10_000 + slot);
    const user = users[slot % users.length] as User;
    for (let round = 0; deps.isDeploying(); round += 1) await runOne(user, random, `L${slot}-${round}`);
  };
  await Promise.all(Array.from({ length: slots }, (_, slot) => fillSlot(slot)));
  return uses;
}
