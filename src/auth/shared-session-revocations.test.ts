import { expect, test } from 'vitest';
import type { ChannelListener } from '../lib/channel.ts';
import { createSharedSessionRevocations } from './shared-session-revocations.ts';

/** Lets promises that are ready go on. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Shared revocations over a scripted channel and store. */
function setUp() {
  const published: string[] = [];
  const lines: string[] = [];
  const queries: { ids: readonly string[]; answer: PromiseWithResolvers<string[]> }[] = [];
  const listeners: ChannelListener[] = [];
  const note = (_fields: object, message: string): void => void lines.push(message);
  const revocations = createSharedSessionRevocations({
    channel: {
      publish: (message) => void published.push(message),
      subscribe: (listener) => {
        listeners.push(listener);
        return () => undefined;
      },
    },
    findRevoked: (ids) => {
      const answer = Promise.withResolvers<string[]>();
      queries.push({ ids, answer });
      return answer.promise;
    },
    logger: { debug: note, info: note, warn: note, error: note },
  });
  const announced: string[] = [];
  const stop = revocations.onRevoked(({ sessionId }) => announced.push(sessionId));
  const receive = (message: string): void => listeners[0]?.onMessage(message);
  return { revocations, published, lines, queries, announced, stop, receive };
}

test('a revocation is announced here at once, and published as an id alone', () => {
  const { revocations, published, announced, queries } = setUp();
  revocations.announce({ sessionId: 'phone', userId: 'ada' });
  expect([announced, published, queries]).toEqual([['phone'], ['phone'], []]);
});

test('a received id is announced only when the store says that the session is revoked', async () => {
  const { receive, queries, announced, published } = setUp();
  receive('phone');
  receive('desk');
  queries[0]?.answer.resolve(['phone']);
  await settle();
  queries[1]?.answer.resolve([]);
  await settle();
  expect(queries.map(({ ids }) => ids)).toEqual([['phone'], ['desk']]);
  expect([announced, published]).toEqual([['phone'], []]);
});

test('ids received during a query are checked by the next one, up to a limit', async () => {
  const { receive, queries } = setUp();
  receive('first');
  for (let index = 0; index < 5_000; index += 1) receive(`flood-${index}`);
  expect(queries).toHaveLength(1);
  queries[0]?.answer.resolve([]);
  await settle();
  queries[1]?.answer.resolve([]);
  await settle();
  expect(queries.map(({ ids }) => ids.length)).toEqual([1, 1_000]);
});

test('while the store is unavailable no received id is announced; later ones are checked again', async () => {
  const { receive, queries, announced, lines } = setUp();
  receive('phone');
  queries[0]?.answer.reject(new Error('away'));
  await settle();
  expect([announced, lines.length]).toEqual([[], 1]);
  receive('desk');
  queries[1]?.answer.resolve(['desk']);
  await settle();
  expect(announced).toEqual(['desk']);
});

test('a removed listener is not called', () => {
  const { revocations, announced, stop } = setUp();
  stop();
  revocations.announce({ sessionId: 'phone' });
  expect(announced).toEqual([]);
});
