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

test('a clock that steps back neither adds nor removes tokens', () => {
  let nowMs = 10_000;
  const clock = { ...createManualClock(), now: () => nowMs };
  const bucket = createTokenBucket({ ratePerSecond: 1, burst: 2, clock });
  bucket.take();
  nowMs = 0;
  expect(Math.floor(bucket.available())).toBe(1);
  nowMs = 1_000;
  expect(Math.floor(bucket.available())).toBe(2);
});
