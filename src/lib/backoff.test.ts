import { expect, test } from 'vitest';
import { fullJitterMs } from './backoff.ts';
import { systemRandom } from './random.ts';

const bounds = { baseMs: 200, capMs: 1_000 };

function at(fraction: number) {
  return { ...systemRandom, fraction: () => fraction };
}

test('the bound doubles with each retry up to the cap', () => {
  expect([0, 1, 2, 3, 60].map((retry) => fullJitterMs(retry, bounds, at(1)))).toEqual([
    200, 400, 800, 1_000, 1_000,
  ]);
});

test('pauses spread over the whole range', () => {
  expect([0, 0.25, 0.5].map((fraction) => fullJitterMs(1, bounds, at(fraction)))).toEqual([0, 100, 200]);
});
