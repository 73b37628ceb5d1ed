import { expect, test } from 'vitest';
import { bootWithHook, deploymentsOf } from '../../support/webhook-gateway.ts';
import { startReceiver, writeEvents } from '../../support/webhooks.ts';

/** Webhooks of one owner that a process serves at a time. */
const PLACES_OF_OWNER = 8;

test('a receiver that never answers holds up no other webhook, of its owner or of others', async () => {
  await using silent = await startReceiver();
  await using receiver = await startReceiver();
  silent.answer = () => undefined;
  await using gateway = await bootWithHook(silent);
  const { ownerId, deliver, clock, ada, stored } = gateway;
  await ada.post('/v1/webhooks', { url: receiver.url });
  await writeEvents(gateway, ownerId, ['A-1', 'A-2']);
  const slow = deliver();
  await expect.poll(() => deploymentsOf(receiver), { timeout: 10_000 }).toEqual(['A-1', 'A-2']);
  expect(silent.received).toHaveLength(1);
  await clock.advance(10_000);
  await slow;
  expect(await stored()).toMatchObject({ failures: 1 });
  expect(await gateway.tries()).toMatchObject([{ status: null, outcome: 'TIMEOUT', durationMs: 10_000 }]);
});

test('of an owner with 20 webhooks whose receivers never answer, eight are tried at a time; another owner waits for none', async () => {
  await using silent = await startReceiver();
  await using receiver = await startReceiver();
  silent.answer = () => undefined;
  await using gateway = await bootWithHook(silent);
  const { ownerId, deliver, clock, ada } = gateway;
  for (let count = 1; count < 20; count += 1) await ada.post('/v1/webhooks', { url: silent.url });
  const bob = await gateway.signUp('bob@example.com');
  await bob.post('/v1/webhooks', { url: receiver.url });
  const { id: bobId } = (await (await bob.request('/v1/me')).json()) as { id: string };
  await writeEvents(gateway, ownerId, ['A-1']);
  await writeEvents(gateway, bobId, ['B-1']);

  const slow = deliver();
  await expect.poll(() => silent.received.length, { timeout: 10_000 }).toBe(PLACES_OF_OWNER);
  await writeEvents(gateway, bobId, ['B-2']);
  // Bob's webhook is served again while all places of Ada are taken, and Ada gets no further one.
  const served = async () => {
    await deliver();
    return deploymentsOf(receiver);
  };
  await expect.poll(served, { timeout: 10_000 }).toEqual(['B-1', 'B-2']);
  expect(silent.received).toHaveLength(PLACES_OF_OWNER);
  await clock.advance(10_000);
  await slow;
  const later = deliver();
  await expect.poll(() => silent.received.length, { timeout: 10_000 }).toBe(2 * PLACES_OF_OWNER);
  await clock.advance(10_000);
  await later;
});
