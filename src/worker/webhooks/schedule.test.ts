import { expect, test } from 'vitest';
import { pauseAfter } from './schedule.ts';

test('pauses are 1, 2, 4, 8, 15, 30 and 60 s, then twice as long each, up to 6 h', () => {
  const pauses = Array.from({ length: 17 }, (_, index) => pauseAfter(index + 1, 0.5) / 1_000);
  expect(pauses).toEqual([
    ...[1, 2, 4, 8, 15, 30, 60, 120, 240, 480, 960, 1_920, 3_840, 7_680, 15_360],
    ...[21_600, 21_600],
  ]);
  expect(pauseAfter(10_000, 0.5)).toBe(21_600_000);
});

test('a pause differs by a fifth at most', () => {
  expect([pauseAfter(1, 0), pauseAfter(1, 1), pauseAfter(7, 0)]).toEqual([800, 1_200, 48_000]);
});
