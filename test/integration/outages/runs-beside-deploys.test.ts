import { expect, test } from 'vitest';
import {
  deploymentsOf,
  endOfListRun,
  linkedTask,
  listRunOf,
  RUN_LIST,
  RUN_TASK,
  STOP_LIST,
  taskRunOf,
  until,
  updatesOf,
  upstreamTask,
} from '../../support/ai-task-runs.ts';
import { bootGateway } from '../../support/gateway.ts';

const CREATE = '/deployments/create';
const DEPLOY = `mutation ($taskId: ID!, $key: String) {
  deployment: deployTask(taskId: $taskId, idempotencyKey: $key) { id }
}`;

test("a run and the client's own lost deploy of its task each get their own deployment", async () => {
  await using gateway = await bootGateway({
    simulator: { script: { endless: true } },
    env: { UPSTREAM_TIMEOUT: '500ms' },
  });
  const ada = await gateway.signUpWithCredentials();
  const { simulator } = gateway;
  const taskId = await ada.createTask();
  const id = linkedTask(simulator, { taskId });
  simulator.faults.add({ kind: 'lostReply', match: { path: CREATE }, times: 2 });
  simulator.faults.add({ kind: 'html', match: { path: '/deployments/list' }, times: 4, perform: false });
  await ada.ask(RUN_TASK, { id });
  const deploy = { taskId, key: 'own' };
  const { errors } = await ada.graphql(DEPLOY, deploy);
  expect(errors?.[0]?.extensions.code).toBe('OUTCOME_UNKNOWN');

  const run = await until(
    () => taskRunOf(ada, id),
    (one) => one?.status === 'RUNNING',
  );
  const own = await until(
    () => ada.graphql<{ deployment: { id: string } }>(DEPLOY, deploy),
    (answer) => answer.errors === undefined,
  );

  const made = deploymentsOf(simulator, taskId).map(({ deploymentId }) => deploymentId);
  expect([run?.deploymentId, own.data?.deployment.id].toSorted()).toEqual(made.toSorted());
  expect(simulator.calls.count(CREATE)).toBe(2);
});

/** A list of one AI task, whose QuantConnect task the client has deployed itself, with an outcome that stays unknown. */
async function bootUndecided() {
  const gateway = await bootGateway({
    simulator: { script: { endless: true } },
    env: { UPSTREAM_TIMEOUT: '500ms' },
  });
  const ada = await gateway.signUpWithCredentials();
  const { simulator } = gateway;
  const taskId = await ada.createTask();
  const id = linkedTask(simulator, { taskId, taskListId: 'list' });
  simulator.faults.add({ kind: 'lostReply', match: { path: CREATE } });
  const away = { kind: 'html', match: { path: '/deployments/list' }, perform: false } as const;
  simulator.faults.add({ ...away, times: 'forever' });
  const { errors } = await ada.graphql(DEPLOY, { taskId, key: 'own' });
  expect(errors?.[0]?.extensions.code).toBe('OUTCOME_UNKNOWN');
  await ada.ask(RUN_LIST, { id: 'list' });
  return {
    ada,
    simulator,
    taskId,
    id,
    /** Waits until the run waits for its turn. */
    waits: () =>
      until(
        () => listRunOf(ada, 'list'),
        ({ runs: [run] }) => run?.reason === 'OUTCOME_UNKNOWN',
      ),
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  };
}

test("a run claims its AI task only when the client's own lost deploy of its task is decided", async () => {
  await using booted = await bootUndecided();
  const { ada, simulator, taskId, id } = booted;
  expect(await booted.waits()).toMatchObject({ runs: [{ status: 'STARTING', deploymentId: null }] });
  expect(upstreamTask(simulator, id).status).toBe('pending');
  expect(simulator.calls.count(CREATE)).toBe(1);

  simulator.faults.clear();

  const { runs } = await until(
    () => listRunOf(ada, 'list'),
    ({ runs: [run] }) => run?.status === 'RUNNING',
  );
  const { deployment } = await ada.ask<{ deployment: { id: string } }>(DEPLOY, { taskId, key: 'own' });
  const made = deploymentsOf(simulator, taskId).map(({ deploymentId }) => deploymentId);
  expect(made).toEqual([deployment.id, runs[0]?.deploymentId]);
  expect(runs[0]?.reason).toBeNull();
  expect(updatesOf(simulator, id).filter(({ status }) => status === 'in_progress')).toHaveLength(1);
  simulator.control.endDeployment(made[1] ?? '');
  expect(await endOfListRun(ada, 'list')).toMatchObject({ status: 'COMPLETED' });
});

test('a run that waits for its turn ends at once when its list is stopped', async () => {
  await using booted = await bootUndecided();
  const { ada, simulator, id } = booted;
  await booted.waits();

  await ada.ask(STOP_LIST, { id: 'list' });

  expect(await endOfListRun(ada, 'list')).toMatchObject({
    status: 'STOPPED',
    runs: [{ status: 'FAILED', reason: expect.stringMatching(/was stopped before/) }],
  });
  expect(upstreamTask(simulator, id).status).toBe('pending');
  expect(updatesOf(simulator, id)).toEqual([]);
});
