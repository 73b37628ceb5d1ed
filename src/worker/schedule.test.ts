import fc from 'fast-check';
import { expect, test } from 'vitest';
import { afterFailure, afterSuccess } from './schedule.ts';

const LIMITS = { minMs: 2_000, maxMs: 30_000 };

const fraction = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const limits = fc
  .tuple(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 0, max: 100_000 }))
  .map(([minMs, more]) => ({ minMs, maxMs: minMs + more }));

test('a pause stays within its limits, jitter included', () => {
  fc.assert(
    fc.property(
      limits,
      fc.integer({ min: 0, max: 200_000 }),
      fc.boolean(),
      fraction,
      (range, pauseMs, hasChanges, random) => {
        const next = afterSuccess(pauseMs, hasChanges, random, range);
        for (const ms of [next.pauseMs, next.delayMs]) {
          expect(ms).toBeGreaterThanOrEqual(range.minMs);
          expect(ms).toBeLessThanOrEqual(range.maxMs);
        }
      },
    ),
  );
});

test('pauses grow by half without changes, and are the shortest after a change', () => {
  const quiet = [2_000, 3_000, 20_000, 30_000].map((pause) => afterSuccess(pause, false, 0, LIMITS).pauseMs);
  expect(quiet).toEqual([3_000, 4_500, 30_000, 30_000]);
  expect(afterSuccess(30_000, true, 0, LIMITS)).toEqual({ pauseMs: 2_000, delayMs: 2_000 });
});

test('watches at the longest pause are spread too', () => {
  const delays = [0, 0.5, 0.999].map((random) => afterSuccess(30_000, false, random, LIMITS).delayMs);
  expect(delays).toEqual([25_000, 27_500, 29_995]);
});

test('each failure doubles the pause, half of which is random', () => {
  const pauses = [0, 1, 2, 3, 50].map((failures) => afterFailure(failures, 0, 0.5, LIMITS).delayMs);
  expect(pauses).toEqual([1_500, 3_000, 6_000, 12_000, 22_500]);
});

test('the wait that the upstream asked for is kept in any case', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 60 }),
      fc.integer({ min: 0, max: 86_400_000 }),
      fraction,
      (failures, retryAfterMs, random) => {
        expect(afterFailure(failures, retryAfterMs, random, LIMITS).delayMs).toBeGreaterThanOrEqual(
          retryAfterMs,
        );
      },
    ),
  );
});
