import { expect, test } from 'vitest';
import { type Simulator, seededOrganization } from '../../../simulator/index.ts';
import {
  deploymentsOf,
  endOfListRun,
  endOfTaskRun,
  type ListRun,
  linkedTask,
  listRunOf,
  RUN_LIST,
  RUN_TASK,
  STOP_LIST,
  until,
  updatesOf,
  upstreamTask,
} from '../../support/ai-task-runs.ts';
import type { GraphQLClient } from '../../support/client.ts';
import { bootGateway, type GatewayOptions } from '../../support/gateway.ts';

/** A gateway, its user, and a list of tasks, independent or each dependent on the one before. */
async function bootList(size: number, options: GatewayOptions & { isChain?: boolean } = {}) {
  const gateway = await bootGateway(options);
  const ada = await gateway.signUpWithCredentials();
  const { simulator } = gateway;
  const taskIds: string[] = [];
  const ids: string[] = [];
  for (let index = 0; index < size; index += 1) {
    const taskId = await ada.createTask();
    const dependsOn = options.isChain ? ids.slice(-1) : [];
    taskIds.push(taskId);
    ids.push(linkedTask(simulator, { taskListId: 'list', title: `Task ${index}`, taskId, dependsOn }));
  }
  return {
    gateway,
    ada,
    simulator,
    ids,
    taskIds,
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  };
}

const endless = { simulator: { script: { endless: true } } };

async function start(ada: GraphQLClient, more: Record<string, unknown> = {}): Promise<ListRun> {
  return (await ada.ask<{ run: ListRun }>(RUN_LIST, { id: 'list', ...more })).run;
}

async function refusal(ada: GraphQLClient, more: Record<string, unknown> = {}) {
  const { errors } = await ada.graphql(RUN_LIST, { id: 'list', ...more });
  return { code: errors?.[0]?.extensions.code, message: errors?.[0]?.message };
}

function statusesOf(simulator: Simulator, ids: readonly string[]): string[] {
  return ids.map((id) => upstreamTask(simulator, id).status);
}

function runIn(ada: GraphQLClient, fits: (run: ListRun) => boolean): Promise<ListRun> {
  return until(() => listRunOf(ada, 'list'), fits);
}

function count({ runs }: ListRun, status: string): number {
  return runs.filter((run) => run.status === status).length;
}

/** The highest number of AI tasks in progress at a time, by the updates sent to QuantCDN. */
function mostAtOnce(simulator: Simulator, ids: readonly string[]): number {
  const tasks = ids.map((id) => upstreamTask(simulator, id));
  return Math.max(
    ...tasks.map(
      ({ startedAt }) =>
        tasks.filter(
          (one) => (one.startedAt ?? 0) <= (startedAt ?? 0) && (one.completedAt ?? 0) > (startedAt ?? 0),
        ).length,
    ),
  );
}

test('no more than maxParallel tasks are in progress at a time', async () => {
  await using booted = await bootList(5, endless);
  const { ada, simulator, ids } = booted;
  simulator.control.setCapacity(seededOrganization.id, 5);

  expect(await start(ada, { maxParallel: 2 })).toMatchObject({ maxParallel: 2 });
  for (let ended = 0; ended < 5; ended += 1) {
    const { runs } = await runIn(ada, (run) => count(run, 'RUNNING') === Math.min(2, 5 - ended));
    const oldest = runs.find(({ status }) => status === 'RUNNING');
    simulator.control.endDeployment(oldest?.deploymentId ?? '');
    await runIn(ada, (run) => count(run, 'COMPLETED') === ended + 1);
  }

  expect((await endOfListRun(ada, 'list')).status).toBe('COMPLETED');
  expect(mostAtOnce(simulator, ids)).toBe(2);
});

test('without a free node one task waits and no other is claimed, until one is free', async () => {
  await using booted = await bootList(6, endless);
  const { ada, simulator, ids } = booted;
  simulator.control.setCapacity(seededOrganization.id, 2);
  simulator.control.setBehavior({ refuseWhenFull: true });
  await start(ada, { maxParallel: 5 });

  const isFull = (run: ListRun) => run.runs.some(({ reason }) => reason === 'UPSTREAM_NO_CAPACITY');
  const full = await runIn(ada, isFull);
  expect([count(full, 'RUNNING'), count(full, 'STARTING')]).toEqual([2, 1]);
  // Two with a node, and the one in line.
  expect(statusesOf(simulator, ids).filter((status) => status === 'in_progress')).toHaveLength(3);
  simulator.control.scriptAll({});
  for (const { deploymentId } of full.runs) {
    if (deploymentId !== null) simulator.control.endDeployment(deploymentId);
  }

  expect(await endOfListRun(ada, 'list')).toMatchObject({ status: 'COMPLETED' });
  for (const id of ids) {
    expect(updatesOf(simulator, id).filter(({ status }) => status === 'in_progress')).toHaveLength(1);
  }
});

test('stopAiTaskList lets running tasks end, and starts no more', async () => {
  await using booted = await bootList(3, { ...endless, isChain: true });
  const { ada, simulator, ids, taskIds } = booted;
  await start(ada);
  const { runs } = await runIn(ada, (run) => count(run, 'RUNNING') === 1);

  const { run } = await ada.ask<{ run: ListRun }>(STOP_LIST, { id: 'list' });
  expect(run.status).toBe('STOPPING');
  expect((await refusal(ada)).code).toBe('CONFLICT');
  expect(statusesOf(simulator, ids)).toEqual(['in_progress', 'pending', 'pending']);
  simulator.control.endDeployment(runs[0]?.deploymentId ?? '');

  expect(await endOfListRun(ada, 'list')).toMatchObject({
    status: 'STOPPED',
    runs: [{ status: 'COMPLETED' }],
  });
  expect(statusesOf(simulator, ids)).toEqual(['completed', 'pending', 'pending']);
  // Stopping what has stopped changes nothing; what is left can be run.
  const again = await ada.ask<{ run: ListRun }>(STOP_LIST, { id: 'list', stopDeployments: true });
  expect(again.run).toMatchObject({ id: run.id, status: 'STOPPED' });
  simulator.control.scriptAll({});
  await start(ada);
  expect(await endOfListRun(ada, 'list')).toMatchObject({ status: 'COMPLETED' });
  expect(taskIds.map((taskId) => deploymentsOf(simulator, taskId).length)).toEqual([1, 1, 1]);
});

test('stopAiTaskList with stopDeployments stops them, and reports one that it cannot stop yet', async () => {
  await using booted = await bootList(3, endless);
  const { ada, simulator, ids } = booted;
  simulator.control.setCapacity(seededOrganization.id, 3);
  await start(ada);
  await runIn(ada, (run) => count(run, 'RUNNING') === 3);
  simulator.faults.add({ kind: 'refusal', message: 'Not now.', match: { path: '/deployments/stop' } });

  const stop = { id: 'list', stopDeployments: true };
  expect(await ada.graphql(STOP_LIST, stop)).toMatchObject({
    errors: [{ extensions: { code: 'UPSTREAM_REJECTED', upstreamErrors: ['Not now.'] } }],
  });

  // The worker goes on to stop the one that is left.
  expect(await endOfListRun(ada, 'list')).toMatchObject({
    status: 'STOPPED',
    runs: [1, 2, 3].map(() => ({ status: 'FAILED', reason: expect.stringMatching(/ended as Stopped/) })),
  });
  expect(statusesOf(simulator, ids)).toEqual(['failed', 'failed', 'failed']);
});

test('stopping a list releases the task that waits for a node', async () => {
  await using booted = await bootList(2, endless);
  const { ada, simulator, ids } = booted;
  simulator.control.setCapacity(seededOrganization.id, 1);
  simulator.control.setBehavior({ refuseWhenFull: true });
  await start(ada);
  const { runs } = await runIn(ada, (run) => run.runs.some(({ reason }) => reason !== null));

  await ada.ask(STOP_LIST, { id: 'list' });
  await runIn(ada, (run) => count(run, 'FAILED') === 1);
  expect(statusesOf(simulator, ids).toSorted()).toEqual(['in_progress', 'pending']);
  simulator.control.endDeployment(runs[0]?.deploymentId ?? '');

  expect(await endOfListRun(ada, 'list')).toMatchObject({
    status: 'STOPPED',
    runs: [
      { status: 'COMPLETED' },
      { status: 'FAILED', reason: expect.stringMatching(/was stopped before/) },
    ],
  });
});

test('a list that cannot be completed is refused with the reason', async () => {
  await using booted = await bootList(1);
  const { ada, simulator, ids, taskIds } = booted;

  expect(await refusal(ada, { id: 'nobody uses it' })).toMatchObject({
    code: 'BAD_USER_INPUT',
    message: /without tasks/,
  });
  for (const maxParallel of [0, 51]) {
    expect(await refusal(ada, { maxParallel })).toMatchObject({
      code: 'BAD_USER_INPUT',
      message: /maxParallel/,
    });
  }
  const unlinked = [1, 2].map(() =>
    simulator.quantcdn.createTask('acme', { title: 'x', taskListId: 'list' }),
  );
  expect(await refusal(ada)).toEqual({
    code: 'BAD_USER_INPUT',
    message: `taskListId: has tasks that are not linked to a task: ${unlinked.join(', ')}`,
  });
  const second = linkedTask(simulator, { taskId: taskIds[0] ?? '', taskListId: 'list', dependsOn: ids });
  simulator.quantcdn.updateTask(ids[0] ?? '', { dependsOn: [second] });
  expect(await refusal(ada)).toEqual({
    code: 'BAD_USER_INPUT',
    message: `taskListId: has tasks that wait for each other: ${ids[0]} → ${second}`,
  });
  expect(statusesOf(simulator, [...ids, second])).toEqual(['pending', 'pending']);
});

test('a list has one run at a time, and the same key returns the same run', async () => {
  await using booted = await bootList(1, endless);
  const { ada, simulator, ids } = booted;

  const runs = await Promise.all(Array.from({ length: 20 }, () => start(ada, { key: 'once' })));
  expect(new Set(runs.map(({ id }) => id)).size).toBe(1);
  expect(await refusal(ada)).toEqual({ code: 'CONFLICT', message: 'The list is being run already' });
  expect(await refusal(ada, { key: 'once', maxParallel: 9 })).toMatchObject({
    code: 'CONFLICT',
    message: /other input/,
  });
  // One of its tasks cannot be run beside it either.
  expect((await ada.graphql(RUN_TASK, { id: ids[0] })).errors?.[0]?.extensions.code).toBe('CONFLICT');
  const { runs: members } = await runIn(ada, (run) => count(run, 'RUNNING') === 1);
  simulator.control.endDeployment(members[0]?.deploymentId ?? '');
  await endOfListRun(ada, 'list');
  expect(await start(ada, { key: 'once' })).toMatchObject({ id: runs[0]?.id, status: 'COMPLETED' });
  expect(simulator.control.state().deployments).toHaveLength(1);
});

test('after a failed run a new run does only what is left', async () => {
  await using booted = await bootList(3, { isChain: true });
  const { ada, simulator, ids, taskIds } = booted;
  simulator.control.scriptTask(Number(taskIds[1]), { outcome: 'Failed' });
  const first = await start(ada);
  expect(await endOfListRun(ada, 'list')).toMatchObject({
    status: 'FAILED',
    reason: 'Of 3 tasks: 1 failed, 1 cannot be reached because of that',
  });
  expect(statusesOf(simulator, ids)).toEqual(['completed', 'failed', 'pending']);

  simulator.control.scriptTask(Number(taskIds[1]), {});
  await ada.ask(RUN_TASK, { id: ids[1] });
  await endOfTaskRun(ada, ids[1] ?? '');
  const second = await start(ada);

  expect(second.id).not.toBe(first.id);
  expect(await endOfListRun(ada, 'list')).toMatchObject({
    status: 'COMPLETED',
    runs: [{ aiTaskId: ids[2] }],
  });
  expect(taskIds.map((taskId) => deploymentsOf(simulator, taskId).length)).toEqual([1, 2, 1]);
});

test('a task in progress with another agent is waited for, and counts', async () => {
  await using booted = await bootList(2, { isChain: true });
  const { ada, simulator, ids } = booted;
  simulator.quantcdn.updateTask(ids[0] ?? '', { status: 'in_progress', assignedAgentId: 'somebody-else' });
  await start(ada);
  expect(await listRunOf(ada, 'list')).toMatchObject({ status: 'RUNNING', runs: [] });

  simulator.quantcdn.updateTask(ids[0] ?? '', { status: 'completed' });

  expect(await endOfListRun(ada, 'list')).toMatchObject({
    status: 'COMPLETED',
    runs: [{ aiTaskId: ids[1] }],
  });
});
