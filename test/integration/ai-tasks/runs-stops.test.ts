import { expect, test } from 'vitest';
import { startSimulator } from '../../../simulator/index.ts';
import {
  deploymentsOf,
  endOfListRun,
  linkedTask,
  listRunOf,
  RUN_LIST,
  STOP_LIST,
  until,
  upstreamTask,
} from '../../support/ai-task-runs.ts';
import { bootGateway } from '../../support/gateway.ts';
import { bootManualGateway } from '../../support/manual-gateway.ts';
import { startMortalList } from '../../support/mortal-list.ts';
import { temporaryFolder } from '../../support/process.ts';

const CREATE = '/deployments/create';
const STOP = { id: 'list', stopDeployments: true };
const UNKNOWN = 'OUTCOME_UNKNOWN';

/** A list of one AI task, whose deployment never ends by itself. */
async function bootList() {
  const gateway = await bootGateway({
    simulator: { script: { endless: true } },
    env: { UPSTREAM_TIMEOUT: '500ms' },
  });
  const ada = await gateway.signUpWithCredentials();
  const { simulator } = gateway;
  const taskId = await ada.createTask();
  const id = linkedTask(simulator, { taskId, taskListId: 'list' });
  return {
    ada,
    simulator,
    id,
    taskId,
    /** Waits until the run of the AI task waits for this reason. */
    waitsFor: (reason: string) =>
      until(
        () => listRunOf(ada, 'list'),
        ({ runs: [run] }) => run?.reason === reason,
      ),
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  };
}

test('stopDeployments also stops a deployment that is only being created', async () => {
  await using booted = await bootList();
  const { ada, simulator, taskId } = booted;
  simulator.faults.add({ kind: 'slow', delayMs: 400, match: { path: CREATE } });
  await ada.ask(RUN_LIST, { id: 'list' });
  await until(
    () => deploymentsOf(simulator, taskId),
    (made) => made.length > 0,
  );

  await ada.ask(STOP_LIST, STOP);

  expect(await endOfListRun(ada, 'list')).toMatchObject({
    status: 'STOPPED',
    runs: [{ status: 'FAILED', reason: expect.stringMatching(/ended as Stopped/) }],
  });
  expect(deploymentsOf(simulator, taskId)).toHaveLength(1);
});

test('a create that never arrived is not sent after the stop', async () => {
  await using booted = await bootList();
  const { ada, simulator, id } = booted;
  simulator.faults.add({ kind: 'reset', match: { path: CREATE } });
  await ada.ask(RUN_LIST, { id: 'list' });
  await booted.waitsFor(UNKNOWN);

  await ada.ask(STOP_LIST, STOP);

  expect(await endOfListRun(ada, 'list')).toMatchObject({
    status: 'STOPPED',
    runs: [{ status: 'FAILED', reason: expect.stringMatching(/was stopped before/) }],
  });
  expect(simulator.calls.count(CREATE)).toBe(1);
  expect(upstreamTask(simulator, id).status).toBe('pending');
});

test('a deployment whose answer was lost is found and stopped after the stop', async () => {
  await using booted = await bootList();
  const { ada, simulator, taskId } = booted;
  simulator.faults.add({ kind: 'lostReply', match: { path: CREATE } });
  simulator.faults.add({ kind: 'html', match: { path: '/deployments/list' }, times: 2, perform: false });
  await ada.ask(RUN_LIST, { id: 'list' });
  await booted.waitsFor(UNKNOWN);

  await ada.ask(STOP_LIST, STOP);

  const { runs } = await endOfListRun(ada, 'list');
  expect(runs).toMatchObject([{ reason: expect.stringMatching(/ended as Stopped/) }]);
  expect(deploymentsOf(simulator, taskId).map((one) => one.deploymentId)).toEqual([runs[0]?.deploymentId]);
});

test('a stop that leaves deployments alone ends a run with an unknown outcome at once', async () => {
  await using booted = await bootList();
  const { ada, simulator, id } = booted;
  simulator.faults.add({ kind: 'lostReply', match: { path: CREATE } });
  simulator.faults.add({
    kind: 'html',
    match: { path: '/deployments/list' },
    times: 'forever',
    perform: false,
  });
  await ada.ask(RUN_LIST, { id: 'list' });
  await booted.waitsFor(UNKNOWN);

  await ada.ask(STOP_LIST, { id: 'list' });

  expect(await endOfListRun(ada, 'list')).toMatchObject({
    status: 'STOPPED',
    runs: [{ status: 'FAILED', reason: expect.stringMatching(/could not be found out/) }],
  });
  expect(upstreamTask(simulator, id).status).toBe('failed');
  expect(simulator.calls.count(CREATE)).toBe(1);
});

test('killed after the stop, a new process stops the deployment that was being created', {
  timeout: 60_000,
}, async () => {
  await using folder = await temporaryFolder();
  const simulator = await startSimulator({ script: { endless: true } });
  await using _upstream = { [Symbol.asyncDispose]: simulator.close };
  await using booted = await startMortalList(simulator, folder.path);
  const { gateway, ada, taskId } = booted;
  simulator.faults.add({ kind: 'slow', delayMs: 1_500, match: { path: CREATE } });
  await ada.ask(RUN_LIST, { id: 'list' });
  await until(
    () => deploymentsOf(simulator, taskId),
    (made) => made.length > 0,
  );
  await ada.ask(STOP_LIST, STOP);
  await gateway.kill();
  await gateway.alive();

  const { status, runs } = await endOfListRun(ada, 'list');
  expect({ status, runs }).toMatchObject({
    status: 'STOPPED',
    runs: [{ status: 'FAILED', reason: expect.stringMatching(/ended as Stopped/) }],
  });
  expect(deploymentsOf(simulator, taskId)).toHaveLength(1);
});

test('stopDeployments, and the upstream stays away: the run gives up after 15 minutes', async () => {
  await using manual = await bootManualGateway({ script: { endless: true } });
  const { gateway, advance, nextPoll } = manual;
  const { simulator } = gateway;
  const ada = await gateway.signUpWithCredentials();
  const taskId = await ada.createTask();
  const id = linkedTask(simulator, { taskId, taskListId: 'list' });
  const away = { match: { path: '/deployments/list' }, perform: false, times: 'forever' } as const;
  simulator.faults.add({ kind: 'lostReply', match: { path: CREATE } });
  simulator.faults.add({ kind: 'html', ...away });
  await ada.ask(RUN_LIST, { id: 'list' });
  while ((await listRunOf(ada, 'list')).runs[0]?.reason !== UNKNOWN) await nextPoll();

  await ada.ask(STOP_LIST, STOP);
  await advance(14 * 60_000);
  // The access token has expired by then.
  await ada.signIn('ada@example.com');
  for (let poll = 0; poll < 4; poll += 1) await nextPoll();
  expect(await listRunOf(ada, 'list')).toMatchObject({ status: 'STOPPING', runs: [{ status: 'STARTING' }] });
  await advance(60_000);
  while ((await listRunOf(ada, 'list')).status !== 'STOPPED') await nextPoll();

  expect((await listRunOf(ada, 'list')).runs).toMatchObject([
    { status: 'FAILED', reason: expect.stringMatching(/could not be found out/) },
  ]);
  expect(upstreamTask(simulator, id).status).toBe('failed');
  expect(simulator.calls.count(CREATE)).toBe(1);
});
