import { expect, test } from 'vitest';
import { createTransactionQueue } from './transaction-queue.ts';
import { isStoreUnavailable } from './unavailable.ts';

const LONG_MS = 60_000;

test('transactions of one lock key run one after the other in order of arrival, also after a failure', async () => {
  const enqueue = createTransactionQueue(LONG_MS);
  const steps: string[] = [];
  const transactions = ['first', 'second', 'third'].map((name) =>
    enqueue('ada', async () => {
      steps.push(`${name} begins`);
      await new Promise(setImmediate);
      steps.push(`${name} ends`);
      if (name === 'second') throw new Error('broken');
      return name;
    }),
  );
  const outcomes = await Promise.allSettled(transactions);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(steps).toEqual(['first', 'second', 'third'].flatMap((name) => [`${name} begins`, `${name} ends`]));
});

test('another lock key does not wait', async () => {
  const enqueue = createTransactionQueue(LONG_MS);
  const held = Promise.withResolvers<void>();
  const first = enqueue('ada', () => held.promise);
  expect(await enqueue('grace', async () => 'done')).toBe('done');
  held.resolve();
  await first;
});

test('a transaction that waits too long fails and never starts; later ones still wait for the running one', async () => {
  const enqueue = createTransactionQueue(20);
  const held = Promise.withResolvers<void>();
  const steps: string[] = [];
  const first = enqueue('ada', async () => {
    await held.promise;
    steps.push('first ends');
  });
  const late = await enqueue('ada', async () => void steps.push('late begins')).catch(
    (error: unknown) => error,
  );
  expect(isStoreUnavailable(late)).toBe(true);
  const next = enqueue('ada', async () => void steps.push('next begins'));
  held.resolve();
  await Promise.all([first, next]);
  expect(steps).toEqual(['first ends', 'next begins']);
});
