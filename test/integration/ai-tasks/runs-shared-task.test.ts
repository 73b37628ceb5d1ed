import { expect, test } from 'vitest';
import { seededOrganization } from '../../../simulator/index.ts';
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

const CREATE = '/deployments/create';
const LIST = '/deployments/list';

/** Two lists of one AI task each, both linked to the same QuantConnect task. */
async function bootTwoLists(isEndless: boolean) {
  const gateway = await bootGateway({
    simulator: { script: isEndless ? { endless: true } : {} },
    env: { UPSTREAM_TIMEOUT: '500ms' },
  });
  const ada = await gateway.signUpWithCredentials();
  const { simulator } = gateway;
  simulator.control.setCapacity(seededOrganization.id, 2);
  const taskId = await ada.createTask();
  const [first, second] = ['one', 'two'].map((taskListId) => linkedTask(simulator, { taskId, taskListId }));
  return {
    ada,
    simulator,
    taskId,
    statuses: () => [first, second].map((id) => upstreamTask(simulator, id ?? '').status),
    /** Waits until the run of a list's AI task waits for this reason. */
    waitsFor: (list: string, reason: string) =>
      until(
        () => listRunOf(ada, list),
        ({ runs: [run] }) => run?.reason === reason,
      ),
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  };
}

test('two lists that share a task each deploy it once, also when the first answers are lost', async () => {
  await using booted = await bootTwoLists(false);
  const { ada, simulator, taskId } = booted;
  simulator.faults.add({ kind: 'lostReply', match: { path: CREATE }, times: 2 });
  simulator.faults.add({ kind: 'html', match: { path: LIST }, times: 4, perform: false });
  await Promise.all(['one', 'two'].map((id) => ada.ask(RUN_LIST, { id })));

  const ends = await Promise.all(['one', 'two'].map((id) => endOfListRun(ada, id)));

  expect(ends).toMatchObject([{ status: 'COMPLETED' }, { status: 'COMPLETED' }]);
  const made = deploymentsOf(simulator, taskId).map(({ deploymentId }) => deploymentId);
  expect(ends.map(({ runs: [run] }) => run?.deploymentId).toSorted()).toEqual(made.toSorted());
  expect(new Set(made).size).toBe(2);
  expect(simulator.calls.count(CREATE)).toBe(2);
});

test('the second of two lists that share a task claims nothing while the first waits for a node', async () => {
  await using booted = await bootTwoLists(true);
  const { ada, simulator, taskId } = booted;
  simulator.faults.add({ kind: 'capacity', match: { path: CREATE }, times: 'forever' });
  await ada.ask(RUN_LIST, { id: 'one' });
  await booted.waitsFor('one', 'UPSTREAM_NO_CAPACITY');

  await ada.ask(RUN_LIST, { id: 'two' });
  await booted.waitsFor('two', 'OUTCOME_UNKNOWN');
  expect(booted.statuses()).toEqual(['in_progress', 'pending']);

  await ada.ask(STOP_LIST, { id: 'one' });
  expect(await endOfListRun(ada, 'one')).toMatchObject({ status: 'STOPPED' });
  simulator.faults.clear();
  const { runs } = await until(
    () => listRunOf(ada, 'two'),
    ({ runs: [run] }) => run?.status === 'RUNNING',
  );
  expect(booted.statuses()).toEqual(['pending', 'in_progress']);
  simulator.control.endDeployment(runs[0]?.deploymentId ?? '');
  expect(await endOfListRun(ada, 'two')).toMatchObject({ status: 'COMPLETED' });
  expect(deploymentsOf(simulator, taskId)).toHaveLength(1);
});
