import { expect, test } from 'vitest';
import type { Interference } from '../../../simulator/index.ts';
import {
  deploymentsOf,
  endOfListRun,
  endOfTaskRun,
  GET_LIST_RUN,
  linkedTask,
  listRunOf,
  RUN_LIST,
  RUN_TASK,
  STOP_LIST,
  taskRunOf,
  until,
  upstreamTask,
} from '../../support/ai-task-runs.ts';
import { bootGateway } from '../../support/gateway.ts';
import { signUpSecondUser } from '../../support/second-user.ts';

/** Another client takes an AI task (docs/upstream/quantcdn.md, Update a task). */
const taken = { status: 'in_progress', assignedAgentId: 'somebody-else' };
/** Lets a read pass: the next interference in line strikes after the read that follows. */
const passed: Interference = { after: 'getTask', fields: {} };

test.each<[string, Interference[], RegExp]>([
  ['before the claim', [{ after: 'getTask', fields: taken }], /is in_progress already/],
  ['while it claims', [passed, { after: 'getTask', fields: taken }], /Somebody else was faster/],
  ['after it has claimed', [{ after: 'updateTask', fields: taken }], /Somebody else was faster/],
  [
    'by another run, after it has claimed',
    [{ after: 'updateTask', fields: { metadata: { quantconnect: { taskId: '1', runId: 'another' } } } }],
    /Somebody else was faster/,
  ],
  [
    'and cancelled, after it has claimed',
    [{ after: 'updateTask', fields: { status: 'cancelled' } }],
    /Somebody else was faster/,
  ],
  [
    'and cancelled, just before it deploys',
    [passed, passed, { after: 'getTask', fields: { status: 'cancelled' } }],
    /Somebody else has made the AI task cancelled/,
  ],
])('an AI task that another client takes %s is not deployed', async (_when, interferences, reason) => {
  await using gateway = await bootGateway();
  const ada = await gateway.signUpWithCredentials();
  const { simulator } = gateway;
  const taskId = await ada.createTask();
  const id = linkedTask(simulator, { taskId });
  for (const interference of interferences) simulator.quantcdn.interfere({ ...interference, taskId: id });

  await ada.ask(RUN_TASK, { id });

  expect(await endOfTaskRun(ada, id)).toMatchObject({
    status: 'FAILED',
    reason: expect.stringMatching(reason),
    deploymentId: null,
  });
  expect(deploymentsOf(simulator, taskId)).toEqual([]);
});

/** A list of one AI task whose deployment runs, until the test says how it ends. */
async function bootRunning() {
  const gateway = await bootGateway({ simulator: { script: { endless: true } } });
  const ada = await gateway.signUpWithCredentials();
  const { simulator } = gateway;
  const taskId = await ada.createTask();
  const id = linkedTask(simulator, { taskId, taskListId: 'list' });
  await ada.ask(RUN_LIST, { id: 'list' });
  const { runs } = await until(
    () => listRunOf(ada, 'list'),
    ({ runs: [run] }) => run?.status === 'RUNNING',
  );
  const end = () => simulator.control.endDeployment(runs[0]?.deploymentId ?? '');
  return { gateway, ada, simulator, id, end, [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose]() };
}

test('an AI task changed by another client is left so, and the run says so', async () => {
  await using booted = await bootRunning();
  const { ada, simulator, id, end } = booted;

  simulator.quantcdn.updateTask(id, { status: 'cancelled', error: 'not wanted any more' });
  end();

  expect((await endOfListRun(ada, 'list')).runs).toMatchObject([
    { status: 'FAILED', reason: 'The AI task was ended as cancelled by somebody else' },
  ]);
  expect(upstreamTask(simulator, id)).toMatchObject({
    status: 'cancelled',
    error: 'not wanted any more',
    result: null,
  });
});

test('metadata replaced by another client does not keep the AI task from its end', async () => {
  await using booted = await bootRunning();
  const { ada, simulator, id, end } = booted;

  simulator.quantcdn.updateTask(id, { metadata: { color: 'red' } });
  end();

  expect(await endOfListRun(ada, 'list')).toMatchObject({
    status: 'COMPLETED',
    runs: [{ status: 'COMPLETED' }],
  });
  expect(upstreamTask(simulator, id)).toMatchObject({ status: 'completed', metadata: { color: 'red' } });
});

test('an AI task that another run has taken over is left to that run', async () => {
  await using booted = await bootRunning();
  const { ada, simulator, id, end } = booted;

  simulator.quantcdn.updateTask(id, { metadata: { quantconnect: { taskId: '1', runId: 'another' } } });
  end();

  const { runs } = await until(
    () => listRunOf(ada, 'list'),
    ({ runs: [run] }) => run?.status !== 'RUNNING',
  );
  expect(runs).toMatchObject([{ status: 'FAILED', reason: 'Another run has taken the AI task over' }]);
  expect(upstreamTask(simulator, id)).toMatchObject({ status: 'in_progress', result: null });
});

test('an AI task deleted meanwhile cannot be completed: its run and the list fail', async () => {
  await using booted = await bootRunning();
  const { ada, simulator, id, end } = booted;

  simulator.quantcdn.removeTask(id);
  end();

  expect(await endOfListRun(ada, 'list')).toMatchObject({
    status: 'FAILED',
    reason: 'Of 1 tasks: 1 failed',
    runs: [{ status: 'FAILED', reason: expect.stringMatching(/could not be told/) }],
  });
});

test('a text that QuantCDN refuses does not leave the AI task in progress', async () => {
  await using booted = await bootRunning();
  const { ada, simulator, id, end } = booted;
  // After this update the next update of the AI task is its end.
  await expect.poll(() => upstreamTask(simulator, id)?.progressMessage).toMatch(/Running$/);
  simulator.faults.add({
    kind: 'refusal',
    message: 'result is too long',
    match: { operation: 'updateTask' },
  });

  end();

  expect((await endOfListRun(ada, 'list')).status).toBe('COMPLETED');
  expect(upstreamTask(simulator, id)).toMatchObject({ status: 'completed', result: null });
});

test("another user's runs are not found", async () => {
  await using booted = await bootRunning();
  const { gateway, ada, simulator, id, end } = booted;
  const bob = await signUpSecondUser(gateway);
  simulator.quantcdn.addToken({ token: 'token-of-bob', name: 'bob', organisations: ['acme'] });
  await bob.saveQuantCdnCredential({ token: 'token-of-bob', organisations: ['acme'] });

  // He sees the AI task, which is his organisation's; the run of it is hers.
  expect(await taskRunOf(bob, id)).toBeNull();
  expect(await bob.ask(GET_LIST_RUN, { id: 'list' })).toEqual({ run: null });
  const { errors } = await bob.graphql(STOP_LIST, { id: 'list', stopDeployments: true });
  expect(errors?.[0]?.extensions.code).toBe('NOT_FOUND');
  expect(await bob.graphql(RUN_TASK, { id })).toMatchObject({
    errors: [{ extensions: { code: 'CONFLICT' } }],
  });
  end();
  expect((await endOfListRun(ada, 'list')).status).toBe('COMPLETED');
});
