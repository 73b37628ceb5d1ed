import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { expect, test } from 'vitest';
import { bootWithHook } from '../../support/webhook-gateway.ts';
import { answering, startReceiver, writeEvents } from '../../support/webhooks.ts';

test('redirects are not followed, and of a huge answer no more than 64 kB is read', async () => {
  await using inside = await startReceiver();
  await using receiver = await startReceiver();
  await using gateway = await bootWithHook(receiver);
  const { ownerId, deliver, stored } = gateway;
  receiver.answer = answering(302, { location: inside.url });
  await writeEvents(gateway, ownerId, ['A-1']);
  await deliver();
  expect(inside.received).toEqual([]);
  expect(await stored()).toMatchObject({ failures: 1 });

  let written = 0;
  receiver.answer = (response) => {
    response.writeHead(200);
    const more = (): void => {
      if (response.destroyed || response.closed) return;
      written += 65_536;
      if (response.write(Buffer.alloc(65_536))) setImmediate(more);
      else response.once('drain', more);
    };
    more();
  };
  gateway.clock.suspend(2_000);
  await deliver();
  expect(await stored()).toMatchObject({ failures: 0 });
  // What fits into the buffers of both ends; without the limit it would not end at all.
  expect(written).toBeLessThan(50_000_000);
});

/** Resolves when the gateway has read the head of an answer to a webhook: the name is that of undici's own channel. */
function headOfAnswer(): Promise<void> {
  return new Promise((resolve) => {
    const onHead = (message: unknown): void => {
      if ((message as { request: { path: string } }).request.path !== '/hook') return;
      unsubscribe('undici:request:headers', onHead);
      resolve();
    };
    subscribe('undici:request:headers', onHead);
  });
}

test('an answer that begins and never ends is cut after 10 s; its status counts, and nothing else of it is kept', async () => {
  await using receiver = await startReceiver();
  await using gateway = await bootWithHook(receiver);
  const { ownerId, deliver, clock, ada, hook, stored } = gateway;
  const inside = 'what only the receiver may say';
  receiver.answer = (response) => void response.writeHead(200, { 'x-inside': inside }).write(inside);
  await writeEvents(gateway, ownerId, ['A-1']);
  const head = headOfAnswer();
  const delivered = deliver();
  await head;
  await clock.advance(9_999);
  expect((await gateway.tries()).length).toBe(0);
  await clock.advance(1);
  // Sooner than the client's own limit, which runs by the clock of the machine.
  await expect.poll(async () => (await gateway.tries()).length, { timeout: 5_000 }).toBe(1);
  await delivered;
  expect(await stored()).toMatchObject({ failures: 0, position: receiver.received[0]?.message.data.id });
  const shown = await (await ada.request(`/v1/webhooks/${hook.id}/deliveries`)).text();
  expect(JSON.parse(shown).deliveries).toMatchObject([
    { status: 200, durationMs: 10_000, outcome: 'DELIVERED' },
  ]);
  expect(shown + gateway.logLines.join('')).not.toContain(inside);
});
