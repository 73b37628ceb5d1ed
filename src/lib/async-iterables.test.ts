import { expect, test } from 'vitest';
import { concat, pullable } from './async-iterables.ts';

/** Resolves never, rejects when aborted: what a wait for the next event looks like. */
function forever(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

function numbersThenSilence(left: string[]) {
  return pullable<number>(async function* (signal) {
    try {
      yield* [1, 2];
      await forever(signal);
    } finally {
      left.push('let go');
    }
  });
}

test('a wait ends with return(), and the source lets go', async () => {
  const left: string[] = [];
  const source = numbersThenSilence(left);
  expect([await source.next(), await source.next()].map(({ value }) => value)).toEqual([1, 2]);
  const waiting = source.next();

  expect(await source.return?.()).toEqual({ done: true, value: undefined });
  expect(await waiting).toEqual({ done: true, value: undefined });
  expect(left).toEqual(['let go']);
  expect(await source.next()).toEqual({ done: true, value: undefined });
});

test('one that was never read never begins', async () => {
  const left: string[] = [];
  const source = numbersThenSilence(left);
  await source.return?.();
  expect(await source.next()).toEqual({ done: true, value: undefined });
  expect(left).toEqual([]);
});

test('its own failures are told, also after a return()', async () => {
  const failing = pullable<number>(async function* () {
    yield 1;
    throw new Error('broken');
  });
  await failing.next();
  await expect(failing.next()).rejects.toThrow('broken');
});

test('what is at hand goes before what comes', async () => {
  const left: string[] = [];
  const all = concat([-1, 0], numbersThenSilence(left));
  const got: number[] = [];
  for await (const item of all) {
    got.push(item);
    if (item === 2) break;
  }
  expect(got).toEqual([-1, 0, 1, 2]);
  expect(left).toEqual(['let go']);
});

test('return() drops what is at hand too', async () => {
  const all = concat([1, 2, 3], numbersThenSilence([]));
  await all.next();
  await all.return?.();
  expect(await all.next()).toEqual({ done: true, value: undefined });
});
