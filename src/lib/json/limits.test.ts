import { expect, test } from 'vitest';
import { hasInexactNumber, isDeeperThan } from './limits.ts';

function nested(levels: number): unknown {
  return JSON.parse(`${'{"a":['.repeat(levels / 2)}${'{}'.repeat(levels % 2)}${']}'.repeat(levels / 2)}`);
}

test.each([
  [1, 0, false],
  ['text', 1, false],
  [{}, 1, false],
  [[], 1, false],
  [{ a: 1 }, 1, false],
  [{ a: {} }, 1, true],
  [[[]], 1, true],
  [nested(63), 63, false],
  [nested(64), 63, true],
  [nested(1_000_000), 63, true],
])('nesting %#', (value, levels, isDeeper) => {
  expect(isDeeperThan(value, levels)).toBe(isDeeper);
});

test.each([
  [{ a: [1, 0.1, -0, 1e-300, 2 ** 53 - 1] }, false],
  [{ a: { b: [2 ** 53] } }, true],
  [[-(2 ** 53)], true],
  [{ a: Number.POSITIVE_INFINITY }, true],
  [1e300, true],
  ['9007199254740993', false],
])('a number without its digits in %j: %s', (value, isInexact) => {
  expect(hasInexactNumber(value)).toBe(isInexact);
});
