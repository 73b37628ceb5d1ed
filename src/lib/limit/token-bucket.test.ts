import { expect, test } from 'vitest';
import { createManualClock } from '../../../test/support/manual-clock.ts';
import { createTokenBucket } from './token-bucket.ts';

test('a bucket starts full, empties by taking, and refills up to its burst', async () => {
  const clock = createManualClock();
  const bucket = createTokenBucket({ ratePerSecond: 5, burst: 3, clock });
  for (let taken = 0; taken < 3; taken += 1) bucket.take();
  expect(Math.floor(bucket.available())).toBe(0);
  expect(bucket.waitMs(1)).toBe(200);
  await clock.advance(200);
  expect(bucket.waitMs(1)).toBe(0);
  await clock.advance(60_000);
  expect(Math.floor(bucket.available())).toBe(3);
});

test.for([-3_600_000, 3_600_000])('a clock set by %i ms neither adds nor removes tokens', async (stepMs) => {
  const clock = createManualClock();
  const bucket = createTokenBucket({ ratePerSecond: 1, burst: 2, clock });
  bucket.take();
  clock.set(clock.now() + stepMs);
  expect(bucket.waitMs(2)).toBe(1_000);
  await clock.advance(1_000);
  expect(bucket.waitMs(2)).toBe(0);
});
