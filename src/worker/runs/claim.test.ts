import { expect, test } from 'vitest';
import { GatewayError, notFound } from '../../errors.ts';
import { LeaseLostError } from '../../events/log.ts';
import type { AiTaskRunRow } from '../../store/schema/index.ts';
import type { DetailedAiTask } from '../../upstream/quantcdn/model.ts';
import { claim, decideClaim, isClaimConfirmed, isOwnTask, TURN_TAKEN } from './claim.ts';
import {
  addDeployingRun,
  CLAIMED,
  endDeployingRun,
  linkedTask,
  linkTo,
  listRun,
  setUpRun,
  taskRun,
} from './run.test-support.ts';

function decide(task: DetailedAiTask, run: AiTaskRunRow) {
  return decideClaim(task, run, task.details.metadata);
}

const MINE = { metadata: linkTo({ runId: 'r1' }) };
const OTHERS = { metadata: linkTo({ runId: 'r9' }) };

test('a pending task is claimed; its other metadata is kept', () => {
  const task = linkedTask({ details: { metadata: { ...linkTo({}), note: 'x' } } });
  expect(decide(task, taskRun())).toEqual({
    action: 'CLAIM',
    changes: { rawStatus: 'in_progress', metadata: { ...linkTo({ runId: 'r1' }), note: 'x' } },
  });
});

test('a pending task is claimed although another run is in its link', () => {
  expect(decide(linkedTask({ details: OTHERS }), taskRun()).action).toBe('CLAIM');
});

test('a task whose metadata cannot be written back is refused', () => {
  expect(decideClaim(linkedTask(), taskRun(), null)).toMatchObject({ action: 'REFUSE' });
});

test('a task that this run has claimed is kept', () => {
  expect(decide(linkedTask(CLAIMED), taskRun())).toEqual({ action: 'KEEP' });
});

test('a failed task is claimed by a run for it alone: the error is cleared and the retry counted', () => {
  const failed = linkedTask({ status: 'FAILED', rawStatus: 'failed', details: { retryCount: 2 } });
  expect(decide(failed, taskRun())).toMatchObject({
    action: 'CLAIM',
    changes: { rawStatus: 'in_progress', error: null, retryCount: 3 },
  });
  const first = linkedTask({ status: 'FAILED', rawStatus: 'failed' });
  expect(decide(first, taskRun())).toMatchObject({ changes: { retryCount: 1 } });
});

test.each([
  ['failed, for a list run', { status: 'FAILED', rawStatus: 'failed' }, 'The AI task is failed already'],
  ['claimed by another run', { ...CLAIMED, details: OTHERS }, 'The AI task is in_progress already'],
  ['completed', { status: 'COMPLETED', rawStatus: 'completed' }, 'The AI task is completed already'],
  ['blocked', { status: 'BLOCKED', rawStatus: 'blocked' }, 'The AI task is blocked already'],
  ['of an unknown status', { status: 'UNKNOWN', rawStatus: 'paused' }, 'The AI task is paused already'],
  [
    'ended under the claim of this run',
    { status: 'CANCELLED', rawStatus: 'cancelled', details: MINE },
    'The AI task was ended as cancelled by somebody else',
  ],
] as const)('a task that is %s is refused', (_what, fields, reason) => {
  const task = linkedTask({ ...fields });
  expect(decide(task, taskRun({ listRunId: 'l1' }))).toEqual({ action: 'REFUSE', reason });
});

test('a claim is confirmed by its own run and the same assignee', () => {
  const before = linkedTask({ assignedAgentId: 'a1' });
  const after = linkedTask({ ...CLAIMED, assignedAgentId: 'a1' });
  expect(isClaimConfirmed(before, after, taskRun())).toBe(true);
  expect(isClaimConfirmed(before, { ...after, assignedAgentId: 'a2' }, taskRun())).toBe(false);
  expect(isClaimConfirmed(before, linkedTask({ ...CLAIMED, details: OTHERS }), taskRun())).toBe(false);
});

test('a task without a run in its link belongs to this run', () => {
  expect(isOwnTask(linkedTask(), taskRun())).toBe(true);
  expect(isOwnTask(linkedTask({ details: MINE }), taskRun())).toBe(true);
  expect(isOwnTask(linkedTask({ details: OTHERS }), taskRun())).toBe(false);
});

test('a claim that is confirmed: the run deploys next', async () => {
  await using bed = await setUpRun(linkedTask());
  expect(await claim(bed.context, await bed.run())).toBeUndefined();
  expect(await bed.run()).toMatchObject({ state: 'DEPLOYING', taskId: '77' });
  expect(bed.aiTasks.sent).toEqual([{ rawStatus: 'in_progress', metadata: linkTo({ runId: 'r1' }) }]);
});

test('a task that is claimed already: nothing is sent, and the run deploys next', async () => {
  await using bed = await setUpRun(linkedTask(CLAIMED));
  expect(await claim(bed.context, await bed.run())).toBeUndefined();
  expect((await bed.run()).state).toBe('DEPLOYING');
  expect(bed.aiTasks.sent).toEqual([]);
});

test('a claim that another client has overtaken: the run fails', async () => {
  await using bed = await setUpRun(linkedTask());
  bed.aiTasks.afterUpdate = (task) => ({ ...task, assignedAgentId: 'a2' });
  await claim(bed.context, await bed.run());
  expect(await bed.run()).toMatchObject({
    state: 'FAILED',
    reason: 'Somebody else was faster to claim the AI task',
  });
});

test('while another run deploys the same task the run waits', async () => {
  await using bed = await setUpRun(linkedTask());
  await addDeployingRun(bed.store);
  expect(await claim(bed.context, await bed.run())).toEqual({ hasChanges: true });
  expect(await bed.run()).toMatchObject({ state: 'STARTING', reason: TURN_TAKEN });
  expect(bed.aiTasks.sent).toEqual([]);
  await endDeployingRun(bed.store);
  expect(await claim(bed.context, await bed.run())).toBeUndefined();
  expect((await bed.run()).state).toBe('DEPLOYING');
});

test('while another create of the task is undecided nothing is claimed; then the reason is cleared', async () => {
  let isFree = false;
  await using bed = await setUpRun(linkedTask(), {}, { isTurnFree: async () => isFree });
  expect(await claim(bed.context, await bed.run())).toEqual({ hasChanges: true });
  expect(await bed.run()).toMatchObject({ state: 'STARTING', reason: TURN_TAKEN });
  expect(bed.aiTasks.sent).toEqual([]);
  isFree = true;
  expect(await claim(bed.context, await bed.run())).toBeUndefined();
  expect(await bed.run()).toMatchObject({ state: 'DEPLOYING', reason: null });
});

test('a claim from before a crash does not wait for a turn', async () => {
  await using bed = await setUpRun(linkedTask(CLAIMED), {}, { isTurnFree: async () => false });
  expect(await claim(bed.context, await bed.run())).toBeUndefined();
  expect((await bed.run()).state).toBe('DEPLOYING');
});

test('a lease that was taken over: nothing is sent', async () => {
  await using bed = await setUpRun(linkedTask());
  const assertLeaseHeld = () => Promise.reject(new LeaseLostError());
  const context = { ...bed.context, writer: { ...bed.context.writer, assertLeaseHeld } };
  await expect(claim(context, await bed.run())).rejects.toBeInstanceOf(LeaseLostError);
  expect(bed.aiTasks.sent).toEqual([]);
  expect((await bed.run()).state).toBe('STARTING');
});

test('a list run that is stopping: a claim from before a crash is released', async () => {
  await using bed = await setUpRun(linkedTask(CLAIMED), {}, { list: listRun({ state: 'STOPPING' }) });
  await claim(bed.context, await bed.run());
  expect(bed.aiTasks.sent).toEqual([{ rawStatus: 'pending' }]);
  expect(await bed.run()).toMatchObject({
    state: 'FAILED',
    reason: 'The run of the list was stopped before this task was deployed',
  });
});

test('a list run that is stopping: a task without a claim is left as it is', async () => {
  await using bed = await setUpRun(linkedTask(), {}, { list: listRun({ state: 'STOPPING' }) });
  await claim(bed.context, await bed.run());
  expect([bed.aiTasks.sent, (await bed.run()).state]).toEqual([[], 'FAILED']);
});

test('a task without a link: the run fails', async () => {
  await using bed = await setUpRun(linkedTask({ details: { metadata: null } }));
  await claim(bed.context, await bed.run());
  expect(await bed.run()).toMatchObject({
    state: 'FAILED',
    reason: 'The AI task is not linked to a task',
  });
});

test.each([
  ['no longer exists', notFound('AI task'), 'The AI task no longer exists'],
  ['refuses the claim', new GatewayError('UPSTREAM_REJECTED', 'no'), 'QuantCDN refused the claim: no'],
])('a task that %s: the run fails', async (_what, error, reason) => {
  await using bed = await setUpRun(linkedTask());
  bed.aiTasks.failUpdates.push(error);
  expect(await claim(bed.context, await bed.run())).toBeUndefined();
  expect(await bed.run()).toMatchObject({ state: 'FAILED', reason });
});

test('a failure that may pass is thrown, and the run stays as it is', async () => {
  await using bed = await setUpRun(linkedTask());
  const error = new GatewayError('UPSTREAM_TIMEOUT');
  bed.aiTasks.failReads.push(error);
  await expect(claim(bed.context, await bed.run())).rejects.toBe(error);
  expect((await bed.run()).state).toBe('STARTING');
});
