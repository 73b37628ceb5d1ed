import { expect, test } from 'vitest';
import { seededOrganization } from '../../../simulator/index.ts';
import {
  deploymentsOf,
  endOfListRun,
  linkedTask,
  RUN_LIST,
  until,
  upstreamTask,
} from '../../support/ai-task-runs.ts';
import { createGraphQLClient, type GraphQLClient } from '../../support/client.ts';
import { bootGateway } from '../../support/gateway.ts';

const CREATE = '/deployments/create';

/** A gateway with an administrator, a user of both upstreams, and a service account that acts for the user. */
async function bootWithService() {
  const gateway = await bootGateway({
    env: { ADMIN_EMAIL: 'root@example.com', ADMIN_PASSWORD: 'correct horse battery staple' },
    simulator: { script: { endless: true } },
  });
  const root = createGraphQLClient(gateway.url);
  await root.signIn('root@example.com');
  const ada = await gateway.signUpWithCredentials();
  const { viewer } = await ada.ask<{ viewer: { id: string } }>('{ viewer { id } }');
  const { id, secret } = await root.post<{ id: string; secret: string }>('/v1/service-accounts', {
    name: 'nightly',
    scopes: ['read', 'write', 'deploy', 'act_as'],
  });
  const service: GraphQLClient = createGraphQLClient(gateway.url);
  const { access_token: accessToken } = await service.post<{ access_token: string }>('/v1/auth/token', {
    ...{ grant_type: 'client_credentials', client_id: id, client_secret: secret },
    requested_subject: viewer.id,
  });
  Object.assign(service.tokens, { accessToken });
  return {
    ada,
    service,
    simulator: gateway.simulator,
    /** Whether the only run of a list has ended, as it is stored: its owner cannot ask while disabled. */
    hasListRunEnded: async () =>
      (await gateway.deps.store.db.selectFrom('aiListRuns').select('endedAt').executeTakeFirstOrThrow())
        .endedAt !== null,
    disableOwner: () =>
      root.request(`/v1/users/${viewer.id}`, { method: 'PATCH', body: '{"isDisabled":true}' }),
    enableOwner: () =>
      root.request(`/v1/users/${viewer.id}`, { method: 'PATCH', body: '{"isDisabled":false}' }),
    deleteService: () => root.request(`/v1/service-accounts/${id}`, { method: 'DELETE' }),
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  };
}

test('a service account is deleted while its run of a list goes on: nothing more is begun, what runs ends as ever', async () => {
  await using booted = await bootWithService();
  const { ada, service, simulator } = booted;
  const taskId = await ada.createTask();
  const first = linkedTask(simulator, { taskId, taskListId: 'list' });
  const second = linkedTask(simulator, { taskId, taskListId: 'list', dependsOn: [first] });
  await service.ask(RUN_LIST, { id: 'list' });
  const [deployment] = await until(
    () => deploymentsOf(simulator, taskId),
    (made) => made.length > 0,
  );

  expect((await booted.deleteService()).status).toBe(204);
  simulator.control.endDeployment(deployment?.deploymentId ?? '');

  expect(await endOfListRun(ada, 'list')).toMatchObject({
    status: 'STOPPED',
    reason: 'The service account that began the run was deleted',
    runs: [{ aiTaskId: first, status: 'COMPLETED' }],
  });
  expect(upstreamTask(simulator, first).status).toBe('completed');
  expect(upstreamTask(simulator, second).status).toBe('pending');
  expect(simulator.calls.count(CREATE)).toBe(1);
});

test('a service account is deleted before its run has deployed: the task is given back', async () => {
  await using booted = await bootWithService();
  const { ada, service, simulator } = booted;
  const taskId = await ada.createTask();
  const id = linkedTask(simulator, { taskId, taskListId: 'list' });
  simulator.control.setBehavior({ refuseWhenFull: true });
  simulator.control.setCapacity(seededOrganization.id, 0);
  await service.ask(RUN_LIST, { id: 'list' });
  await until(
    () => upstreamTask(simulator, id).status,
    (status) => status === 'in_progress',
  );

  expect((await booted.deleteService()).status).toBe(204);

  expect(await endOfListRun(ada, 'list')).toMatchObject({ status: 'STOPPED', runs: [{ status: 'FAILED' }] });
  expect(upstreamTask(simulator, id).status).toBe('pending');
  expect(deploymentsOf(simulator, taskId)).toEqual([]);
});

test("a run that its owner has begun goes on when the owner's service account is deleted", async () => {
  await using booted = await bootWithService();
  const { ada, simulator } = booted;
  const taskId = await ada.createTask();
  linkedTask(simulator, { taskId, taskListId: 'list' });
  await ada.ask(RUN_LIST, { id: 'list' });
  await booted.deleteService();
  const [deployment] = await until(
    () => deploymentsOf(simulator, taskId),
    (made) => made.length > 0,
  );
  simulator.control.endDeployment(deployment?.deploymentId ?? '');
  expect(await endOfListRun(ada, 'list')).toMatchObject({ status: 'COMPLETED' });
});

test('the owner of a run of a list is disabled: nothing more is begun, what runs is watched to its end', async () => {
  await using booted = await bootWithService();
  const { ada, simulator } = booted;
  const taskId = await ada.createTask();
  const first = linkedTask(simulator, { taskId, taskListId: 'list' });
  const second = linkedTask(simulator, { taskId, taskListId: 'list', dependsOn: [first] });
  await ada.ask(RUN_LIST, { id: 'list' });
  const [deployment] = await until(
    () => deploymentsOf(simulator, taskId),
    (made) => made.length > 0,
  );

  expect((await booted.disableOwner()).status).toBe(200);
  simulator.control.endDeployment(deployment?.deploymentId ?? '');
  await until(
    () => upstreamTask(simulator, first).status,
    (status) => status === 'completed',
  );
  // Enabled before the run has seen it, the owner's run would go on.
  await until(booted.hasListRunEnded, (hasEnded) => hasEnded);

  await booted.enableOwner();
  await ada.signIn('ada@example.com');
  expect(await endOfListRun(ada, 'list')).toMatchObject({
    ...{ status: 'STOPPED', reason: 'The user is disabled' },
    runs: [{ aiTaskId: first, status: 'COMPLETED' }],
  });
  expect(upstreamTask(simulator, second).status).toBe('pending');
  expect(simulator.calls.count(CREATE)).toBe(1);
});
