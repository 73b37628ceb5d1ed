import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { bootWithHook, idsOf } from '../../support/webhook-gateway.ts';
import { answering, startReceiver, writeEvents } from '../../support/webhooks.ts';

const HOUR_MS = 3_600_000;

test('410 disables at once, three days of failures too: the log and the audit log say so, and enabling goes on where it stopped', async () => {
  await using receiver = await startReceiver();
  await using told = await startReceiver();
  await using gateway = await bootWithHook(receiver);
  const { ownerId, deliver, clock, ada, hook, deps, stored } = gateway;
  await ada.post('/v1/webhooks', { url: told.url, types: ['webhook.disabled'] });
  receiver.answer = answering(410);
  await writeEvents(gateway, ownerId, ['A-1']);
  await deliver();
  expect(await stored()).toMatchObject({ isDisabled: true, disabledReason: 'GONE' });
  await deliver();
  expect(receiver.received).toHaveLength(1);

  const enable = () =>
    ada.request(`/v1/webhooks/${hook.id}`, { method: 'PATCH', body: '{"isDisabled":false}' });
  await enable();
  receiver.answer = answering(500);
  let hours = 0;
  for (; hours < 100 && !(await stored()).isDisabled; hours += 1) {
    await deliver();
    clock.suspend(HOUR_MS);
  }
  expect(hours).toBeGreaterThanOrEqual(72);
  expect(hours).toBeLessThan(80);
  await ada.signIn('ada@example.com');
  expect(await stored()).toMatchObject({ isDisabled: true, disabledReason: 'FAILING' });

  const acts = await deps.store.db
    .selectFrom('audit')
    .select('subjects')
    .where('act', '=', 'WEBHOOK_DISABLE')
    .execute();
  expect(acts.map(({ subjects }) => JSON.parse(subjects))).toEqual([
    { id: hook.id, reason: 'GONE' },
    { id: hook.id, reason: 'FAILING' },
  ]);
  await deliver();
  expect(told.received.map(({ message }) => message)).toEqual(
    ['GONE', 'FAILING'].map((reason) => ({
      type: 'webhook.disabled',
      timestamp: expect.any(String),
      data: {
        ...{ id: expect.stringMatching(/^\d+$/), webhookId: hook.id, reason },
        occurredAt: expect.any(String),
      },
    })),
  );

  const failed = receiver.received.length;
  await enable();
  receiver.answer = answering(204);
  await deliver();
  expect(receiver.received.slice(failed).map(({ message }) => message.type)).toEqual([
    ...['deployment.status_changed', 'webhook.disabled', 'webhook.disabled'],
  ]);
});

test('a webhook that its owner disables during a try is disabled by its owner: no event says so', async () => {
  await using receiver = await startReceiver();
  await using told = await startReceiver();
  await using gateway = await bootWithHook(receiver);
  const { ownerId, deliver, ada, hook, stored, deps } = gateway;
  await ada.post('/v1/webhooks', { url: told.url });
  const { promise: held, resolve: hold } = Promise.withResolvers<ServerResponse>();
  receiver.answer = hold;
  await writeEvents(gateway, ownerId, ['A-1']);
  const delivered = deliver();
  const response = await held;
  await ada.request(`/v1/webhooks/${hook.id}`, { method: 'PATCH', body: '{"isDisabled":true}' });
  response.writeHead(500).end();
  await delivered;
  await deliver();
  expect(await stored()).toMatchObject({ isDisabled: true, disabledReason: 'OWNER', failures: 1 });
  expect(receiver.received).toHaveLength(1);
  expect(told.received.map(({ message }) => message.type)).toEqual(['deployment.status_changed']);
  const acts = await deps.store.db
    .selectFrom('audit')
    .select('act')
    .where('act', 'like', 'WEBHOOK%')
    .execute();
  expect(acts.map(({ act }) => act)).not.toContain('WEBHOOK_DISABLE');
});

test('a webhook for one task or list is told nothing of other webhooks', async () => {
  await using receiver = await startReceiver();
  await using told = await startReceiver();
  await using gateway = await bootWithHook(receiver);
  const { ownerId, deliver, ada, stored } = gateway;
  await ada.post('/v1/webhooks', { url: told.url, taskId: '7', taskListId: 'L' });
  receiver.answer = answering(410);
  await writeEvents(gateway, ownerId, ['A-1']);
  await deliver();
  await deliver();
  expect(await stored()).toMatchObject({ isDisabled: true, disabledReason: 'GONE' });
  expect(told.received.map(({ message }) => message.type)).toEqual(['deployment.status_changed']);
});

test('the end of a webhook has its place in the one order of the log, is replayed with the same id, and is in no log of deployments or lists', async () => {
  await using receiver = await startReceiver();
  await using told = await startReceiver();
  await using gateway = await bootWithHook(receiver);
  const { ownerId, deliver, ada, hook, deps } = gateway;
  const other = await ada.post<{ id: string }>('/v1/webhooks', { url: told.url });
  receiver.answer = answering(410);
  await writeEvents(gateway, ownerId, ['A-1']);
  await deliver();
  await writeEvents(gateway, ownerId, ['A-2']);
  await deliver();
  const types = ['deployment.status_changed', 'webhook.disabled', 'deployment.status_changed'];
  expect(told.received.map(({ message }) => message.type)).toEqual(types);

  const [first, ...later] = idsOf(told);
  const after = told.received[0]?.message.data.id;
  await ada.request(`/v1/webhooks/${other.id}/replay`, { method: 'POST', body: JSON.stringify({ after }) });
  await deliver();
  expect(idsOf(told)).toEqual([first, ...later, ...later]);

  const { log } = await ada.ask<{ log: { nodes: { deploymentId: string }[] } }>(
    '{ log: deploymentEvents(after: "0") { nodes { deploymentId } } }',
  );
  expect(log.nodes).toEqual([{ deploymentId: 'A-1' }, { deploymentId: 'A-2' }]);
  const { db } = deps.store;
  expect(await db.selectFrom('listEvents').selectAll().execute()).toEqual([]);
  expect(await db.selectFrom('ownerEvents').select(['kind', 'subjectId']).execute()).toEqual([
    { kind: 'WEBHOOK_DISABLED', subjectId: hook.id },
  ]);
});
