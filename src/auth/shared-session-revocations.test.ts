import { expect, test } from 'vitest';
import type { ChannelListener } from '../lib/channel.ts';
import { createSharedSessionRevocations } from './shared-session-revocations.ts';

/** Lets promises that are ready go on. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Endings on a channel in this test's hands, over a store that answers when told to. */
function setUp() {
  const said: string[] = [];
  const lines: string[] = [];
  const queries: { ids: readonly string[]; answer: PromiseWithResolvers<string[]> }[] = [];
  const listeners: ChannelListener[] = [];
  const note = (_fields: object, message: string): void => void lines.push(message);
  const endings = createSharedSessionRevocations({
    channel: {
      publish: (message) => void said.push(message),
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
  const told: string[] = [];
  const stop = endings.onRevoked(({ sessionId }) => told.push(sessionId));
  const hear = (message: string): void => listeners[0]?.onMessage(message);
  return { endings, said, lines, queries, told, stop, hear };
}

test('an announcement is told here at once, and said to the others as an id alone', () => {
  const { endings, said, told, queries } = setUp();
  endings.announce({ sessionId: 'phone', userId: 'ada' });
  expect([told, said, queries]).toEqual([['phone'], ['phone'], []]);
});

test('of what is heard only that is told which the store says is over', async () => {
  const { hear, queries, told, said } = setUp();
  hear('phone');
  hear('desk');
  queries[0]?.answer.resolve(['phone']);
  await settle();
  queries[1]?.answer.resolve([]);
  await settle();
  expect(queries.map(({ ids }) => ids)).toEqual([['phone'], ['desk']]);
  expect([told, said]).toEqual([['phone'], []]);
});

test('a flood waits for the query under way and is the next one, as far as it is not too much', async () => {
  const { hear, queries } = setUp();
  hear('first');
  for (let index = 0; index < 5_000; index += 1) hear(`flood-${index}`);
  expect(queries).toHaveLength(1);
  queries[0]?.answer.resolve([]);
  await settle();
  queries[1]?.answer.resolve([]);
  await settle();
  expect(queries.map(({ ids }) => ids.length)).toEqual([1, 1_000]);
});

test('while the store is away nobody is believed, and afterwards everything goes on', async () => {
  const { hear, queries, told, lines } = setUp();
  hear('phone');
  queries[0]?.answer.reject(new Error('away'));
  await settle();
  expect([told, lines.length]).toEqual([[], 1]);
  hear('desk');
  queries[1]?.answer.resolve(['desk']);
  await settle();
  expect(told).toEqual(['desk']);
});

test('whoever has stopped hears nothing more', () => {
  const { endings, told, stop } = setUp();
  stop();
  endings.announce({ sessionId: 'phone' });
  expect(told).toEqual([]);
});
