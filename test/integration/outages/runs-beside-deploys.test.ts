import { expect, test } from 'vitest';
import { deploymentsOf, linkedTask, RUN_TASK, taskRunOf, until } from '../../support/ai-task-runs.ts';
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
