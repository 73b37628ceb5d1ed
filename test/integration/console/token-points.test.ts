import { expect, test } from 'vitest';
import { pointsOf } from '../../../packages/console/src/views/deployments/points.ts';

const AT = '2026-03-01T10:00:00Z';
const USED = { inputTokens: 30, outputTokens: 4 };

test('a run that began and ended in the same second: its plot is a second wide', () => {
  const points = pointsOf({ startedAt: AT, createdAt: AT, endedAt: AT }, USED, []);
  expect(points).toEqual([
    { atMs: Date.parse(AT), inputTokens: 0, outputTokens: 0 },
    { atMs: Date.parse(AT) + 1_000, ...USED },
  ]);
});

test('a run that ended before the page was opened: its total stands at its end', () => {
  const endedAt = '2026-03-01T10:05:00Z';
  const points = pointsOf({ startedAt: AT, createdAt: AT, endedAt }, USED, []);
  expect(points.map(({ atMs }) => atMs)).toEqual([Date.parse(AT), Date.parse(endedAt)]);
});
