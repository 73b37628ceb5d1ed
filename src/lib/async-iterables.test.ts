import { expect, test } from 'vitest';
import { concat, pullable } from './async-iterables.ts';

/** Never resolves, and rejects when aborted, like a wait for the next event. */
function forever(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

function numbersThenSilence(cleanups: string[]) {
  return pullable<number>(async function* (signal) {
    try {
      yield* [1, 2];
      await forever(signal);
    } finally {
      cleanups.push('done');
    }
  });
}

test('return() ends a pending wait and runs the cleanup of the source', async () => {
  const cleanups: string[] = [];
  const source = numbersThenSilence(cleanups);
  expect([await source.next(), await source.next()].map(({ value }) => value)).toEqual([1, 2]);
  const waiting = source.next();

  expect(await source.return?.()).toEqual({ done: true, value: undefined });
  expect(await waiting).toEqual({ done: true, value: undefined });
  expect(cleanups).toEqual(['done']);
  expect(await source.next()).toEqual({ done: true, value: undefined });
});

test('return() before the first next() never starts the generator', async () => {
  const cleanups: string[] = [];
  const source = numbersThenSilence(cleanups);
  await source.return?.();
  expect(await source.next()).toEqual({ done: true, value: undefined });
  expect(cleanups).toEqual([]);
});

test('errors of the generator are thrown', async () => {
  const failing = pullable<number>(async function* () {
    yield 1;
    throw new Error('broken');
  });
  await failing.next();
  await expect(failing.next()).rejects.toThrow('broken');
});

test('concat gives the items of the array first', async () => {
  const cleanups: string[] = [];
  const all = concat([-1, 0], numbersThenSilence(cleanups));
  const got: number[] = [];
  for await (const item of all) {
    got.push(item);
    if (item === 2) break;
  }
  expect(got).toEqual([-1, 0, 1, 2]);
  expect(cleanups).toEqual(['done']);
});

test('return() drops the remaining items of the array', async () => {
  const all = concat([1, 2, 3], numbersThenSilence([]));
  await all.next();
  await all.return?.();
  expect(await all.next()).toEqual({ done: true, value: undefined });
});
