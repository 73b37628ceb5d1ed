import { expect, test } from 'vitest';
import { GatewayError, notFound } from '../../errors.ts';
import { LeaseLostError } from '../../events/log.ts';
import { insertIntent } from '../../store/coordination/intents.ts';
import type { IntentRow } from '../../store/schema/index.ts';
import type { Store } from '../../store/store.ts';
import { decideAfterFailure, deploy, findLostClaim, NEVER_KNOWN } from './deploy.ts';
import { CLAIMED, linkedTask, linkTo, listRun, NOW, setUpRun, taskRun } from './run.test-support.ts';

const DEPLOYING = { state: 'DEPLOYING', taskId: '77' } as const;

/** Stores the intent of the deployment, as if the request had been sent. */
async function addIntent(
  store: Store,
  { createdAt = NOW, turnKey = null, sentAt = null }: Partial<IntentRow> = {},
): Promise<void> {
  const intent = {
    ownerId: 'u1',
    operation: 'deployTask',
    key: 'r1',
    fingerprint: 'f',
    createdAt,
    turnKey,
    credentialId: 'agents',
    request: null,
    isKeyed: 1,
  } as const;
  await insertIntent(store.db, intent, store.time(NOW));
  await store.db.updateTable('intents').set({ sentAt }).execute();
}

test.each([
  'UPSTREAM_NO_CAPACITY',
  'UPSTREAM_THROTTLED',
  'UPSTREAM_UNAVAILABLE',
  'UPSTREAM_TIMEOUT',
  'UPSTREAM_BAD_RESPONSE',
  'OUTCOME_UNKNOWN',
  'RATE_LIMITED',
  'UNAVAILABLE',
  'CREDENTIAL_REJECTED',
] as const)('%s: deploying is tried again', (code) => {
  expect(decideAfterFailure(new GatewayError(code))).toEqual({
    action: 'WAIT',
    reason: code,
    waitMs: 5_000,
  });
});

test('the wait is as long as the upstream asks for', () => {
  const error = (retryAfter: number) => new GatewayError('UPSTREAM_THROTTLED', undefined, { retryAfter });
  expect(decideAfterFailure(error(60))).toMatchObject({ waitMs: 60_000 });
  expect(decideAfterFailure(error(1))).toMatchObject({ waitMs: 5_000 });
});

test.each(['NOT_FOUND', 'UPSTREAM_REJECTED', 'CREDENTIAL_MISSING', 'CONFLICT'] as const)(
  '%s: the run fails',
  (code) => {
    expect(decideAfterFailure(new GatewayError(code, 'no'))).toEqual({
      action: 'FAIL',
      reason: `The task could not be deployed: ${code}: no`,
    });
  },
);

test.each([
  ['of this run', { runId: 'r1' }, undefined],
  ['without a run', {}, undefined],
  ['of another run', { runId: 'r2' }, 'Another run has taken the AI task over'],
])('a link %s: the reason is %s', (_what, link, reason) => {
  const task = linkedTask({ ...CLAIMED, details: { metadata: linkTo(link) } });
  expect(findLostClaim(task, taskRun())).toBe(reason);
});

test('a task that is not in progress any more is lost', () => {
  const task = linkedTask({ status: 'CANCELLED', rawStatus: 'cancelled' });
  expect(findLostClaim(task, taskRun())).toBe('Somebody else has made the AI task cancelled');
});

test('a deployment that was created: the run follows it', async () => {
  await using bed = await setUpRun(
    linkedTask(CLAIMED),
    { ...DEPLOYING, reason: 'OUTCOME_UNKNOWN' },
    {
      deploy: async ({ id, taskId }) => `${id}-${taskId}`,
    },
  );
  expect(await deploy(bed.context, await bed.run())).toBeUndefined();
  expect(await bed.run()).toMatchObject({ state: 'RUNNING', deploymentId: 'r1-77', reason: null });
});

test('a failure that passes: the run waits with the code as its reason', async () => {
  await using bed = await setUpRun(linkedTask(CLAIMED), DEPLOYING, {
    deploy: () => Promise.reject(new GatewayError('UPSTREAM_NO_CAPACITY')),
  });
  expect(await deploy(bed.context, await bed.run())).toEqual({
    hasChanges: false,
    minDelayMs: 5_000,
    maxDelayMs: 5_000,
  });
  expect(await bed.run()).toMatchObject({ state: 'DEPLOYING', reason: 'UPSTREAM_NO_CAPACITY' });
});

test('a failure that does not pass: the run finishes with the reason', async () => {
  await using bed = await setUpRun(linkedTask(CLAIMED), DEPLOYING, {
    deploy: () => Promise.reject(notFound('Task')),
  });
  expect(await deploy(bed.context, await bed.run())).toBeUndefined();
  expect(await bed.run()).toMatchObject({
    state: 'FINISHING',
    reason: 'The task could not be deployed: NOT_FOUND: Task not found',
  });
});

test.each([new GatewayError('INTERNAL'), new TypeError('bug'), new LeaseLostError()])(
  'an error that says nothing of the task is thrown: %s',
  async (error) => {
    await using bed = await setUpRun(linkedTask(CLAIMED), DEPLOYING, { deploy: () => Promise.reject(error) });
    await expect(deploy(bed.context, await bed.run())).rejects.toBe(error);
    expect((await bed.run()).state).toBe('DEPLOYING');
  },
);

test('a lease that was taken over: nothing is deployed', async () => {
  let deployments = 0;
  await using bed = await setUpRun(linkedTask(CLAIMED), DEPLOYING, {
    async deploy() {
      deployments += 1;
      return 'd1';
    },
  });
  const assertLeaseHeld = () => Promise.reject(new LeaseLostError());
  const context = { ...bed.context, writer: { ...bed.context.writer, assertLeaseHeld } };
  await expect(deploy(context, await bed.run())).rejects.toBeInstanceOf(LeaseLostError);
  expect(deployments).toBe(0);
});

test('a refused credential: nothing is deployed until it is replaced', async () => {
  await using bed = await setUpRun(linkedTask(CLAIMED), DEPLOYING);
  await bed.store.db
    .updateTable('credentials')
    .set({ status: 'REJECTED' })
    .where('id', '=', 'agents')
    .execute();
  expect(await deploy(bed.context, await bed.run())).toMatchObject({ minDelayMs: 5_000 });
  expect(await bed.run()).toMatchObject({ state: 'DEPLOYING', reason: 'CREDENTIAL_REJECTED' });
});

test('a claim that was lost: the run fails without a deployment', async () => {
  await using bed = await setUpRun(linkedTask({ status: 'CANCELLED', rawStatus: 'cancelled' }), DEPLOYING);
  await deploy(bed.context, await bed.run());
  expect(await bed.run()).toMatchObject({
    state: 'FAILED',
    reason: 'Somebody else has made the AI task cancelled',
  });
});

test('a task that no longer exists: the run fails without a deployment', async () => {
  await using bed = await setUpRun(linkedTask(CLAIMED), DEPLOYING);
  bed.aiTasks.failReads.push(notFound('AI task'));
  await deploy(bed.context, await bed.run());
  expect(await bed.run()).toMatchObject({ state: 'FAILED', reason: 'The AI task no longer exists' });
});

test('a list run that is stopping: the claim is released', async () => {
  await using bed = await setUpRun(linkedTask(CLAIMED), DEPLOYING, { list: listRun({ state: 'STOPPING' }) });
  await deploy(bed.context, await bed.run());
  expect(bed.aiTasks.sent).toEqual([{ rawStatus: 'pending' }]);
  expect((await bed.run()).state).toBe('FAILED');
});

test('a request that may have been sent is carried on, even when the list run stops or the claim is lost', async () => {
  const lost = linkedTask({ status: 'CANCELLED', rawStatus: 'cancelled' });
  await using bed = await setUpRun(lost, DEPLOYING, {
    list: listRun({ state: 'STOPPING' }),
    deploy: async () => 'd1',
  });
  await addIntent(bed.store);
  await deploy(bed.context, await bed.run());
  expect(await bed.run()).toMatchObject({ state: 'RUNNING', deploymentId: 'd1' });
});

test('an unknown outcome: the run waits, and gives up after 15 minutes', async () => {
  await using bed = await setUpRun(linkedTask(CLAIMED), DEPLOYING, {
    deploy: () => Promise.reject(new GatewayError('OUTCOME_UNKNOWN')),
  });
  await addIntent(bed.store);
  await bed.clock.advance(15 * 60_000 - 1);
  expect(await deploy(bed.context, await bed.run())).toMatchObject({ hasChanges: false });
  expect(await bed.run()).toMatchObject({ state: 'DEPLOYING', reason: 'OUTCOME_UNKNOWN' });
  await bed.clock.advance(1);
  expect(await deploy(bed.context, await bed.run())).toBeUndefined();
  expect(await bed.run()).toMatchObject({ state: 'FINISHING', reason: NEVER_KNOWN });
});

test("the 15 minutes are counted in the store's time, whichever clock the process had that sent the create", async () => {
  await using bed = await setUpRun(linkedTask(CLAIMED), DEPLOYING, {
    deploy: () => Promise.reject(new GatewayError('OUTCOME_UNKNOWN')),
  });
  const aheadMs = 20 * 60_000;
  // This process's clock is 20 minutes behind that of the store; the sender's was 40 minutes behind.
  const store = { ...bed.store, time: (ms: number, plusMs = 0) => bed.store.time(ms + aheadMs, plusMs) };
  const context = { ...bed.context, store };
  await addIntent(bed.store, { turnKey: 't', createdAt: NOW - aheadMs, sentAt: NOW + aheadMs });
  expect(await deploy(context, await bed.run())).toMatchObject({ hasChanges: false });
  expect(await bed.run()).toMatchObject({ state: 'DEPLOYING', reason: 'OUTCOME_UNKNOWN' });
  await bed.clock.advance(15 * 60_000);
  expect(await deploy(context, await bed.run())).toBeUndefined();
  expect((await bed.run()).state).toBe('FINISHING');
});

test('an intent for which nothing was sent holds up no stop: the claim is released', async () => {
  await using bed = await setUpRun(linkedTask(CLAIMED), DEPLOYING, { list: listRun({ state: 'STOPPING' }) });
  await addIntent(bed.store, { turnKey: 't', sentAt: null });
  await deploy(bed.context, await bed.run());
  expect(bed.aiTasks.sent).toEqual([{ rawStatus: 'pending' }]);
  expect((await bed.run()).state).toBe('FAILED');
});

test('a claim that was lost before a create is sent again: nothing is sent, and the run fails', async () => {
  const sent: string[] = [];
  await using bed = await setUpRun(linkedTask({ status: 'CANCELLED', rawStatus: 'cancelled' }), DEPLOYING, {
    async deploy({ id }, beforeSend) {
      await beforeSend();
      sent.push(id);
      return 'd1';
    },
  });
  await addIntent(bed.store);
  expect(await deploy(bed.context, await bed.run())).toBeUndefined();
  expect(sent).toEqual([]);
  expect(await bed.run()).toMatchObject({
    state: 'FAILED',
    reason: 'Somebody else has made the AI task cancelled',
  });
});
