import { expect, test } from 'vitest';
import { claimWebhook, findDueWebhooks } from '../../../src/store/webhooks/claims.ts';
import { findWebhook } from '../../../src/store/webhooks/webhooks.ts';
import { bootWithHook, deploymentsOf, idsOf } from '../../support/webhook-gateway.ts';
import { answering, isSignedWith, startReceiver, writeEvents } from '../../support/webhooks.ts';

test('each event is delivered once and in order, signed, with the cursor of the log', async () => {
  await using receiver = await startReceiver();
  await using gateway = await bootWithHook(receiver);
  const { ownerId, hook, deliver, stored } = gateway;
  const names = Array.from({ length: 120 }, (_, index) => `A-${index}`);
  await writeEvents(gateway, ownerId, names);
  await deliver();
  await deliver();
  expect(deploymentsOf(receiver)).toEqual(names);
  const [first] = receiver.received;
  if (first === undefined) throw new Error('nothing was received');
  expect(isSignedWith(hook.secret, first)).toBe(true);
  expect(first.message).toEqual({
    type: 'deployment.status_changed',
    timestamp: expect.any(String),
    data: {
      ...{ id: expect.stringMatching(/^\d+$/), deploymentId: 'A-0', taskId: '7', status: 'RUNNING' },
      ...{ previousStatus: null, rawStatus: 'Running', reason: null, occurredAt: first.message.timestamp },
    },
  });
  expect((await stored()).position).toBe(receiver.received.at(-1)?.message.data.id);
});

test('events of lists come between those of deployments, with the whole AI task', async () => {
  await using receiver = await startReceiver();
  await using gateway = await bootWithHook(receiver);
  const { ownerId, deliver, deps } = gateway;
  await writeEvents(gateway, ownerId, ['A-1']);
  await deps.eventLog.write(ownerId, async (_tx, emit) =>
    emit({
      kind: 'TASK',
      organisation: 'acme',
      taskListId: 'L',
      subjectId: 't',
      body: '{"title":"x"}' as never,
    }),
  );
  await writeEvents(gateway, ownerId, ['A-2']);
  await deliver();
  expect(receiver.received.map(({ message }) => message.type)).toEqual([
    'deployment.status_changed',
    'ai_task.changed',
    'deployment.status_changed',
  ]);
  expect(receiver.received[1]?.message.data).toMatchObject({ taskListId: 'L', task: { title: 'x' } });
});

test('only the types, the task and the list that a webhook names are delivered', async () => {
  await using receiver = await startReceiver();
  await using gateway = await bootWithHook(receiver, { types: ['deployment.created'], taskId: '8' });
  const { ownerId, deliver, deps, stored } = gateway;
  await writeEvents(gateway, ownerId, Array(60).fill('A-1'));
  for (const [type, taskId] of [
    ['CREATED', '7'],
    ['CREATED', '8'],
    ['DELETED', '8'],
  ] as const) {
    await deps.eventLog.write(ownerId, async (_tx, emit) =>
      emit({ type, deploymentId: `${type}-${taskId}`, taskId, status: 'RUNNING', rawStatus: 'Running' }),
    );
  }
  await deliver();
  expect(deploymentsOf(receiver)).toEqual(['CREATED-8']);
  const { position } = await stored();
  await deliver();
  expect((await stored()).position).toBe(position);
});

test('a receiver that is down for ten minutes gets everything in order; an event that is sent again keeps its id', async () => {
  await using receiver = await startReceiver();
  await using gateway = await bootWithHook(receiver);
  const { ownerId, deliver, clock, hook, stored } = gateway;
  receiver.answer = answering(503);
  await writeEvents(gateway, ownerId, ['A-1', 'A-2', 'A-1']);
  const pauses: number[] = [];
  for (let down = 0; down < 600_000; ) {
    await deliver();
    const { nextTryAt } = await stored();
    const pauseMs = Date.parse(nextTryAt ?? '') - clock.now();
    await deliver();
    await clock.advance(pauseMs);
    down += pauseMs;
    pauses.push(Math.round(pauseMs / 1_000));
  }
  const wanted = [1, 2, 4, 8, 15, 30, 60, 120, 240, 480];
  for (const [index, pause] of pauses.entries()) {
    expect(pause).toBeGreaterThanOrEqual(Math.floor((wanted[index] ?? 0) * 0.8));
    expect(pause).toBeLessThanOrEqual(Math.ceil((wanted[index] ?? 0) * 1.2));
  }
  receiver.answer = answering(200);
  await deliver();
  const failed = pauses.length;
  expect(receiver.received).toHaveLength(failed + 3);
  expect(deploymentsOf(receiver).slice(failed)).toEqual(['A-1', 'A-2', 'A-1']);
  const ids = idsOf(receiver);
  expect(new Set(ids.slice(0, failed + 1)).size).toBe(1);
  expect(new Set(ids).size).toBe(3);
  const stamps = receiver.received.map(({ headers }) => headers['webhook-timestamp']);
  expect(new Set(stamps).size).toBeGreaterThan(failed - 1);
  expect(receiver.received.every((one) => isSignedWith(hook.secret, one))).toBe(true);
  expect(await stored()).toMatchObject({ failures: 0, nextTryAt: null, isDisabled: false });
  expect((await gateway.tries()).map(({ status }) => status)).toEqual([
    ...Array(3).fill(200),
    ...Array(failed).fill(503),
  ]);
});

test('a worker that is lost during a delivery loses nothing: after its lease another one sends the event again', async () => {
  await using receiver = await startReceiver();
  await using gateway = await bootWithHook(receiver);
  const { ownerId, deliver, clock, deps, hook } = gateway;
  await writeEvents(gateway, ownerId, ['A-1', 'A-2']);
  // The process takes the event, and dies before the delivery is stored.
  const { promise: taken, resolve } = Promise.withResolvers<void>();
  const { promise: dead, resolve: die } = Promise.withResolvers<void>();
  receiver.answer = (response) => {
    resolve();
    void dead.then(() => response.writeHead(204).end());
  };
  const lost = deliver();
  await taken;
  receiver.answer = answering(204);
  await deliver();
  expect(receiver.received).toHaveLength(1);
  clock.suspend(31_000);
  const now = deps.store.time(clock.evenMs());
  const [due] = await findDueWebhooks(deps.store.db, { now, perOwner: 1, limit: 1 });
  const before = await findWebhook(deps.store.db, ownerId, hook.id);
  const claimed = await claimWebhook(deps.store.db, due?.id ?? '', { now, leaseUntil: now });
  expect(claimed?.fence).toBe(1 + (before?.fence ?? 0));
  die();
  await lost;
  await deliver();
  expect(deploymentsOf(receiver)).toEqual(['A-1', 'A-1', 'A-2']);
  const [first, again] = idsOf(receiver);
  expect(again).toBe(first);
});

test('a replay sends events again with their ids; what is no longer kept is stated', async () => {
  await using receiver = await startReceiver();
  await using gateway = await bootWithHook(receiver);
  const { ownerId, deliver, ada, hook, deps } = gateway;
  await writeEvents(gateway, ownerId, ['A-1', 'A-2', 'A-3']);
  await deliver();
  const cursors = receiver.received.map(({ message }) => String(message.data.id));
  const replay = (after: string) =>
    ada.request(`/v1/webhooks/${hook.id}/replay`, { method: 'POST', body: JSON.stringify({ after }) });
  expect((await replay(cursors[0] ?? '')).status).toBe(202);
  await deliver();
  expect(deploymentsOf(receiver)).toEqual(['A-1', 'A-2', 'A-3', 'A-2', 'A-3']);
  const ids = idsOf(receiver);
  expect(ids.slice(3)).toEqual(ids.slice(1, 3));
  expect((await replay('99999999999999999')).status).toBe(400);
  expect((await replay('never')).status).toBe(400);

  const pruned = Number(cursors[1]);
  await deps.store.db.deleteFrom('events').where('seq', '<=', pruned).execute();
  await deps.store.db.updateTable('eventHeads').set({ prunedSeq: pruned }).execute();
  await replay(cursors[0] ?? '');
  receiver.answer = (response, count) => response.writeHead(count === 6 ? 500 : 204).end();
  await deliver();
  gateway.clock.suspend(2_000);
  await deliver();
  const last = receiver.received.slice(5).map(({ message }) => message.data);
  expect(last).toMatchObject([
    { deploymentId: 'A-3', missedAfter: cursors[0] },
    { deploymentId: 'A-3', missedAfter: cursors[0] },
  ]);
  await replay('0');
  await deliver();
  expect(receiver.received.at(-1)?.message.data).not.toHaveProperty('missedAfter');
});
