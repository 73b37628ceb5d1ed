import { expect, test } from 'vitest';
import type { Simulator } from '../../../simulator/index.ts';
import {
  deploymentsOf,
  endOfTaskRun,
  linkedTask,
  RUN_TASK,
  type TaskRun,
  taskRunIn,
  until,
  updatesOf,
  upstreamTask,
} from '../../support/ai-task-runs.ts';
import type { GraphQLClient } from '../../support/client.ts';
import { bootGateway } from '../../support/gateway.ts';

async function start(ada: GraphQLClient, id: string, key?: string): Promise<TaskRun> {
  return (await ada.ask<{ run: TaskRun }>(RUN_TASK, { id, key })).run;
}

async function refusal(ada: GraphQLClient, id: string, key?: string) {
  const { errors } = await ada.graphql(RUN_TASK, { id, key });
  return { code: errors?.[0]?.extensions.code, message: errors?.[0]?.message };
}

/** A gateway, its user, and an AI task whose deployment ends when the test says so. */
async function bootEndless() {
  const gateway = await bootGateway({ simulator: { script: { endless: true } } });
  const ada = await gateway.signUpWithCredentials();
  const { simulator } = gateway;
  const taskId = await ada.createTask();
  const id = linkedTask(simulator, { taskId });
  return { gateway, ada, simulator, taskId, id, [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose]() };
}

function running(ada: GraphQLClient, id: string): Promise<TaskRun> {
  return taskRunIn(ada, id, ['RUNNING']);
}

function timesTold(simulator: Simulator, id: string, status: string): number {
  return updatesOf(simulator, id).filter((received) => received.status === status).length;
}

test("a single run reports the deployment's progress, then its result", async () => {
  await using booted = await bootEndless();
  const { ada, simulator, taskId, id } = booted;

  expect(await start(ada, id)).toMatchObject({ aiTaskId: id, taskId, status: 'STARTING', endedAt: null });
  const { deploymentId } = await running(ada, id);
  await until(
    () => upstreamTask(simulator, id),
    ({ progressMessage }) => progressMessage === `Deployment ${deploymentId}: Running`,
  );
  expect(upstreamTask(simulator, id)).toMatchObject({ status: 'in_progress', startedAt: expect.any(Number) });
  simulator.control.scriptDeployment(deploymentId ?? '', { endless: false });

  expect(await endOfTaskRun(ada, id)).toMatchObject({ status: 'COMPLETED', reason: null, deploymentId });
  expect(upstreamTask(simulator, id)).toMatchObject({
    status: 'completed',
    error: null,
    progress: 1,
    progressMessage: `Deployment ${deploymentId}: Completed`,
    result: {
      taskId,
      deploymentId,
      inputTokens: expect.any(Number),
      outputTokens: expect.any(Number),
      files: ['main.py'],
    },
  });
  expect(updatesOf(simulator, id).map(({ status }) => status ?? 'progress')).toEqual([
    'in_progress',
    ...updatesOf(simulator, id)
      .slice(1, -1)
      .map(() => 'progress'),
    'completed',
  ]);
});

test.each([
  ['fails', 'Failed', 'Runtime Error: no data', /^Deployment A-\w+ ended as Failed: Runtime Error: no data$/],
  ['is stopped', 'Stopped', undefined, /^Deployment A-\w+ ended as Stopped$/],
] as const)('a deployment that %s makes the AI task FAILED, once', async (_what, outcome, words, reason) => {
  await using booted = await bootEndless();
  const { ada, simulator, id } = booted;
  await start(ada, id);
  const { deploymentId } = await running(ada, id);

  simulator.control.endDeployment(deploymentId ?? '', outcome, words);

  const end = await endOfTaskRun(ada, id);
  expect(end).toMatchObject({ status: 'FAILED', reason: expect.stringMatching(reason) });
  expect(upstreamTask(simulator, id)).toMatchObject({ status: 'failed', error: end.reason, result: null });
  expect(timesTold(simulator, id, 'failed')).toBe(1);
});

test('a deleted deployment makes the AI task FAILED', async () => {
  await using booted = await bootEndless();
  const { ada, simulator, id } = booted;
  await start(ada, id);
  const { deploymentId } = await running(ada, id);

  await ada.ask('mutation ($id: ID!) { deleteDeployment(id: $id) }', { id: deploymentId });

  const reason = `Deployment ${deploymentId} was deleted`;
  expect(await endOfTaskRun(ada, id)).toMatchObject({ status: 'FAILED', reason });
  expect(upstreamTask(simulator, id)).toMatchObject({ status: 'failed', error: reason });
});

test('a task that waits, runs, has ended or is not linked is a CONFLICT', async () => {
  await using booted = await bootEndless();
  const { ada, simulator, taskId, id } = booted;
  const first = linkedTask(simulator, { taskId });
  const waiting = linkedTask(simulator, { taskId, dependsOn: [id, first] });
  const unlinked = simulator.quantcdn.createTask('acme', { title: 'nobody runs for it' });

  expect(await refusal(ada, waiting)).toEqual({
    code: 'CONFLICT',
    message: `The AI task waits for ${id}, ${first}`,
  });
  expect(await refusal(ada, unlinked)).toMatchObject({ code: 'CONFLICT', message: /not linked/ });
  for (const status of ['in_progress', 'completed', 'cancelled', 'blocked']) {
    const taken = linkedTask(simulator, { taskId, status });
    expect(await refusal(ada, taken)).toEqual({
      code: 'CONFLICT',
      message: `The AI task is ${status} already`,
    });
  }
  await start(ada, id);
  expect((await refusal(ada, id)).code).toBe('CONFLICT');
  await running(ada, id);
  // What its own claim says aside: one run at a time.
  simulator.quantcdn.updateTask(id, { status: 'pending' });
  expect(await refusal(ada, id)).toEqual({
    code: 'CONFLICT',
    message: 'The AI task is being run already',
  });
  expect(await ada.graphql('mutation ($id: ID!) { linkAiTask(aiTaskId: $id) { id } }', { id })).toMatchObject(
    {
      errors: [{ extensions: { code: 'CONFLICT' } }],
    },
  );
  expect(simulator.control.state().deployments).toHaveLength(1);
});

test('a key makes one run of 20 requests, replays its answer, and refuses other input', async () => {
  await using booted = await bootEndless();
  const { ada, simulator, taskId, id } = booted;
  const other = linkedTask(simulator, { taskId });

  const runs = await Promise.all(Array.from({ length: 20 }, () => start(ada, id, 'once')));
  expect(new Set(runs.map((run) => run.id)).size).toBe(1);
  const { deploymentId } = await running(ada, id);
  expect(await start(ada, id, 'once')).toMatchObject({ id: runs[0]?.id, status: 'RUNNING' });
  expect(await refusal(ada, other, 'once')).toMatchObject({ code: 'CONFLICT', message: /other input/ });
  simulator.control.endDeployment(deploymentId ?? '', 'Failed');
  await endOfTaskRun(ada, id);
  // The AI task could be run again, but not by asking for what was asked for before.
  expect(await start(ada, id, 'once')).toMatchObject({ id: runs[0]?.id, status: 'FAILED' });
  expect(deploymentsOf(simulator, taskId)).toHaveLength(1);
});

test('of 20 requests without a key one starts the run', async () => {
  await using booted = await bootEndless();
  const { ada, simulator, taskId, id } = booted;

  const answers = await Promise.all(Array.from({ length: 20 }, () => ada.graphql(RUN_TASK, { id })));

  expect(answers.filter(({ data }) => data?.run)).toHaveLength(1);
  const codes = answers.flatMap(({ errors }) => errors?.map(({ extensions }) => extensions.code) ?? []);
  expect(codes).toEqual(codes.map(() => 'CONFLICT'));
  await running(ada, id);
  expect(deploymentsOf(simulator, taskId)).toHaveLength(1);
});

test('a failed read before the run is returned, and frees the key', async () => {
  await using booted = await bootEndless();
  const { ada, simulator, id } = booted;
  simulator.faults.add({ kind: 'status500', match: { operation: 'getTask' }, times: 3 });

  expect((await refusal(ada, id, 'again')).code).toBe('UPSTREAM_UNAVAILABLE');
  await until(
    () => ada.graphql(RUN_TASK, { id, key: 'again' }),
    ({ data, errors }) => {
      expect(errors?.[0]?.extensions.code ?? 'UPSTREAM_UNAVAILABLE').toBe('UPSTREAM_UNAVAILABLE');
      return data?.run != null;
    },
  );
});

test('a FAILED task can be run again: its error is cleared, its retries counted', async () => {
  await using booted = await bootEndless();
  const { ada, simulator, taskId, id } = booted;
  const before = await start(ada, id);
  simulator.control.endDeployment((await running(ada, id)).deploymentId ?? '', 'Failed');
  await endOfTaskRun(ada, id);

  const again = await start(ada, id);
  expect(again.id).not.toBe(before.id);
  const { deploymentId } = await running(ada, id);
  expect(upstreamTask(simulator, id)).toMatchObject({ status: 'in_progress', error: null, retryCount: 1 });
  simulator.control.endDeployment(deploymentId ?? '', 'Completed');
  expect(await endOfTaskRun(ada, id)).toMatchObject({ id: again.id, status: 'COMPLETED' });
  expect(upstreamTask(simulator, id)).toMatchObject({ status: 'completed', error: null, retryCount: 1 });
  expect(deploymentsOf(simulator, taskId)).toHaveLength(2);
});

test('two AI tasks of one task with lost deploy answers get a deployment each', async () => {
  await using gateway = await bootGateway({
    simulator: { script: { endless: true } },
    env: { UPSTREAM_TIMEOUT: '500ms' },
  });
  const ada = await gateway.signUpWithCredentials();
  const { simulator } = gateway;
  const taskId = await ada.createTask();
  const ids = [linkedTask(simulator, { taskId }), linkedTask(simulator, { taskId })];
  simulator.faults.add({ kind: 'lostReply', match: { path: '/deployments/create' }, times: 2 });

  await Promise.all(ids.map((id) => start(ada, id)));

  const runs = await Promise.all(ids.map((id) => running(ada, id)));
  const made = deploymentsOf(simulator, taskId).map(({ deploymentId }) => deploymentId);
  expect(runs.map(({ deploymentId }) => deploymentId).toSorted()).toEqual(made.toSorted());
  expect(made).toHaveLength(2);
});
