import { expect, test } from 'vitest';
import { deployment } from '../../../test/support/stores.ts';
import { GatewayError, notFound } from '../../errors.ts';
import { LeaseLostError } from '../../events/log.ts';
import { insertDeployment } from '../../store/deployments/deployments.ts';
import type { AiTaskRunRow } from '../../store/schema/index.ts';
import type { DetailedAiTask } from '../../upstream/quantcdn/model.ts';
import { emptyConversation } from '../../upstream/quantconnect/decode-conversation.ts';
import type { Conversation } from '../../upstream/quantconnect/model.ts';
import { findContradiction, finish, toEndChanges } from './finish.ts';
import { CLAIMED, linkedTask, linkTo, type RunBed, setUpRun, taskRun } from './run.test-support.ts';

const FINISHING = { state: 'FINISHING', taskId: '77', deploymentId: 'd1' } as const;
const IDS = { taskId: '77', deploymentId: 'd1' };
const PROGRESS = 'Deployment d1: Completed';

const CONVERSATION: Conversation = { ...emptyConversation('d1'), inputTokens: 30, outputTokens: 12 };

const row = deployment('u1', 'd1', {
  credentialId: 'agents',
  isTerminal: 1,
  status: 'COMPLETED',
  rawStatus: 'Completed',
});

async function setUp(
  task: DetailedAiTask = linkedTask(CLAIMED),
  run: Partial<AiTaskRunRow> = {},
  readConversation = async () => CONVERSATION,
): Promise<RunBed> {
  const agentsOf = () => ({ readConversation });
  const bed = await setUpRun(task, { ...FINISHING, ...run }, { agentsOf });
  await insertDeployment(bed.store.db, row);
  return bed;
}

test('the end of a run that has not failed has its result', () => {
  expect(toEndChanges(taskRun(), row, IDS)).toEqual({
    rawStatus: 'completed',
    progress: 1,
    progressMessage: PROGRESS,
    result: IDS,
  });
});

test('the end of a run that has failed has its reason', () => {
  const failed = { rawStatus: 'failed', error: 'no node', progressMessage: undefined };
  expect(toEndChanges(taskRun({ reason: 'no node' }), undefined, undefined)).toEqual(failed);
});

test.each([
  ['COMPLETED', 'completed', null],
  ['CANCELLED', 'cancelled', 'The AI task was ended as cancelled by somebody else'],
  ['FAILED', 'failed', 'The AI task was ended as failed by somebody else'],
  ['IN_PROGRESS', 'in_progress', 'Another run has taken the AI task over'],
] as const)('an AI task that another client has made %s', (status, rawStatus, reason) => {
  expect(findContradiction(linkedTask({ status, rawStatus }))).toBe(reason);
});

test('a deployment that has completed: the AI task gets the result, and the run completes', async () => {
  await using bed = await setUp();
  expect(await finish(bed.context, await bed.run())).toBeUndefined();
  expect(bed.aiTasks.sent).toEqual([
    {
      rawStatus: 'completed',
      progress: 1,
      progressMessage: PROGRESS,
      result: { ...IDS, inputTokens: 30, outputTokens: 12, files: [] },
    },
  ]);
  expect(await bed.run()).toMatchObject({ state: 'COMPLETED', reason: null, endedAt: expect.any(Number) });
});

test('a run that has failed: the AI task gets the error, and no conversation is read', async () => {
  const notExpected = () => Promise.reject(new Error('it is not to be read'));
  await using bed = await setUp(undefined, { reason: 'it ended as Stopped' }, notExpected);
  await finish(bed.context, await bed.run());
  expect(bed.aiTasks.sent).toEqual([
    { rawStatus: 'failed', error: 'it ended as Stopped', progressMessage: PROGRESS },
  ]);
  expect(await bed.run()).toMatchObject({ state: 'FAILED', reason: 'it ended as Stopped' });
});

test('an end that was written before a crash is not written again', async () => {
  await using bed = await setUp(linkedTask({ status: 'COMPLETED', rawStatus: 'completed' }));
  await finish(bed.context, await bed.run());
  expect([bed.aiTasks.sent, (await bed.run()).state]).toEqual([[], 'COMPLETED']);
});

test('an AI task that another run has claimed is left as it is, and the run fails', async () => {
  const task = linkedTask({ ...CLAIMED, details: { metadata: linkTo({ runId: 'r9' }) } });
  await using bed = await setUp(task);
  await finish(bed.context, await bed.run());
  expect(bed.aiTasks.sent).toEqual([]);
  expect(await bed.run()).toMatchObject({
    state: 'FAILED',
    reason: 'Another run has taken the AI task over',
  });
});

test('a result that the upstream refuses: the status is written alone', async () => {
  await using bed = await setUp();
  bed.aiTasks.failUpdates.push(new GatewayError('UPSTREAM_REJECTED'));
  await finish(bed.context, await bed.run());
  expect(bed.aiTasks.sent.at(-1)).toEqual({ rawStatus: 'completed' });
  expect((await bed.run()).state).toBe('COMPLETED');
});

test('an end that cannot be written at all: the run fails', async () => {
  await using bed = await setUp();
  bed.aiTasks.failReads.push(notFound('AI task'));
  await finish(bed.context, await bed.run());
  expect(await bed.run()).toMatchObject({
    state: 'FAILED',
    reason: 'The AI task could not be told that it is done: AI task not found',
  });
});

test('a failure that may pass is thrown, and the run stays as it is', async () => {
  await using bed = await setUp();
  const error = new GatewayError('UPSTREAM_TIMEOUT');
  bed.aiTasks.failUpdates.push(error);
  await expect(finish(bed.context, await bed.run())).rejects.toBe(error);
  expect((await bed.run()).state).toBe('FINISHING');
});

test('a lease that was taken over: nothing is sent', async () => {
  await using bed = await setUp();
  const assertLeaseHeld = () => Promise.reject(new LeaseLostError());
  const context = { ...bed.context, writer: { ...bed.context.writer, assertLeaseHeld } };
  await expect(finish(context, await bed.run())).rejects.toBeInstanceOf(LeaseLostError);
  expect(bed.aiTasks.sent).toEqual([]);
});

test.each(['NOT_FOUND', 'CREDENTIAL_REJECTED', 'UPSTREAM_REJECTED', 'UPSTREAM_BAD_RESPONSE'] as const)(
  'a conversation that cannot be read (%s): the result has the ids only',
  async (code) => {
    await using bed = await setUp(undefined, {}, () => Promise.reject(new GatewayError(code)));
    await finish(bed.context, await bed.run());
    expect(bed.aiTasks.sent).toMatchObject([{ rawStatus: 'completed', result: IDS }]);
    expect(bed.aiTasks.sent[0]?.result).not.toHaveProperty('inputTokens');
  },
);

test('a conversation that may be read later: nothing is written yet', async () => {
  const error = new GatewayError('UPSTREAM_UNAVAILABLE');
  await using bed = await setUp(undefined, {}, () => Promise.reject(error));
  await expect(finish(bed.context, await bed.run())).rejects.toBe(error);
  expect([bed.aiTasks.sent, (await bed.run()).state]).toEqual([[], 'FINISHING']);
});

test('a refused credential: the conversation is not read', async () => {
  await using bed = await setUp(undefined, {}, () => Promise.reject(new Error('it is not to be read')));
  await bed.store.db.updateTable('credentials').set({ status: 'REJECTED' }).execute();
  await finish(bed.context, await bed.run());
  expect(bed.aiTasks.sent).toMatchObject([{ rawStatus: 'completed', result: IDS }]);
});
