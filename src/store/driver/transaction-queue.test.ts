import { expect, test } from 'vitest';
import { createTransactionQueue } from './transaction-queue.ts';
import { isStoreUnavailable } from './unavailable.ts';

const LONG_MS = 60_000;

test('works of one subject run one after the other in the order they came, whatever became of the one before', async () => {
  const turns = createTransactionQueue(LONG_MS);
  const told: string[] = [];
  const works = ['first', 'second', 'third'].map((name) =>
    turns('ada', async () => {
      told.push(`${name} begins`);
      await new Promise(setImmediate);
      told.push(`${name} ends`);
      if (name === 'second') throw new Error('broken');
      return name;
    }),
  );
  const outcomes = await Promise.allSettled(works);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(told).toEqual(['first', 'second', 'third'].flatMap((name) => [`${name} begins`, `${name} ends`]));
});

test('another subject does not wait', async () => {
  const turns = createTransactionQueue(LONG_MS);
  const held = Promise.withResolvers<void>();
  const first = turns('ada', () => held.promise);
  expect(await turns('grace', async () => 'done')).toBe('done');
  held.resolve();
  await first;
});

test('who waits too long is told so and never begins; those behind still wait for the one that runs', async () => {
  const turns = createTransactionQueue(20);
  const held = Promise.withResolvers<void>();
  const told: string[] = [];
  const first = turns('ada', async () => {
    await held.promise;
    told.push('first ends');
  });
  const late = await turns('ada', async () => void told.push('late begins')).catch((error: unknown) => error);
  expect(isStoreUnavailable(late)).toBe(true);
  const next = turns('ada', async () => void told.push('next begins'));
  held.resolve();
  await Promise.all([first, next]);
  expect(told).toEqual(['first ends', 'next begins']);
});
