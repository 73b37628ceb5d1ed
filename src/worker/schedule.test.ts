import fc from 'fast-check';
import { expect, test } from 'vitest';
import { afterFailure, afterSuccess } from './schedule.ts';

const NOW = 1_700_000_000_000;
const LIMITS = { minMs: 2_000, maxMs: 30_000 };

const fraction = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const limits = fc
  .tuple(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 0, max: 100_000 }))
  .map(([minMs, more]) => ({ minMs, maxMs: minMs + more }));

test('a pause is never shorter or longer than allowed, whatever chance adds', () => {
  fc.assert(
    fc.property(
      limits,
      fc.integer({ min: 0, max: 200_000 }),
      fc.boolean(),
      fraction,
      (range, pause, lively, chance) => {
        const plan = afterSuccess(NOW, pause, lively, chance, range);
        for (const ms of [plan.pauseMs, plan.nextLookAt - NOW]) {
          expect(ms).toBeGreaterThanOrEqual(range.minMs);
          expect(ms).toBeLessThanOrEqual(range.maxMs);
        }
      },
    ),
  );
});

test('pauses grow by half while nothing moves, and are short once something does', () => {
  const quiet = [2_000, 3_000, 20_000, 30_000].map(
    (pause) => afterSuccess(NOW, pause, false, 0, LIMITS).pauseMs,
  );
  expect(quiet).toEqual([3_000, 4_500, 30_000, 30_000]);
  expect(afterSuccess(NOW, 30_000, true, 0, LIMITS)).toEqual({ pauseMs: 2_000, nextLookAt: NOW + 2_000 });
});

test('watches at the longest pause do not look in step either', () => {
  const looks = [0, 0.5, 0.999].map(
    (chance) => afterSuccess(NOW, 30_000, false, chance, LIMITS).nextLookAt - NOW,
  );
  expect(looks).toEqual([25_000, 27_500, 29_995]);
});

test('failures double the pause, half of it by chance', () => {
  const pauses = [0, 1, 2, 3, 50].map(
    (failures) => afterFailure(NOW, failures, 0, 0.5, LIMITS).nextLookAt - NOW,
  );
  expect(pauses).toEqual([1_500, 3_000, 6_000, 12_000, 22_500]);
});

test('what the upstream asked for is waited for in any case', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 60 }),
      fc.integer({ min: 0, max: 86_400_000 }),
      fraction,
      (failures, asked, chance) => {
        expect(afterFailure(NOW, failures, asked, chance, LIMITS).nextLookAt).toBeGreaterThanOrEqual(
          NOW + asked,
        );
      },
    ),
  );
});
