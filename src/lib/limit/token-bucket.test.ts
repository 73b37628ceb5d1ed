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

test('a bucket that is slowed down has half the burst and half the rate, and recovers within a minute', async () => {
  const clock = createManualClock();
  const bucket = createTokenBucket({ ratePerSecond: 10, burst: 60, clock });
  bucket.slowDown(clock.steadyMs());
  expect([bucket.capacity(), Math.floor(bucket.available())]).toEqual([30, 30]);
  for (let taken = 0; taken < 30; taken += 1) bucket.take();
  // Half the rate at first: 200 ms for a token. In 10 s it has grown by a twelfth: 10 s * 10 * (1/2 + 1/12 / 2).
  expect(bucket.waitMs(1)).toBe(200);
  await clock.advance(10_000);
  expect(bucket.capacity()).toBeCloseTo(35);
  bucket.take();
  expect(bucket.available()).toBeCloseTo(34);
  for (let taken = 0; taken < 34; taken += 1) bucket.take();
  await clock.advance(50_000);
  expect([bucket.capacity(), bucket.isFresh()]).toEqual([60, true]);
  for (let taken = 0; taken < 60; taken += 1) bucket.take();
  expect(bucket.waitMs(1)).toBe(100);
});

test('of a slowed bucket, the time until a token is exact', async () => {
  const clock = createManualClock();
  const bucket = createTokenBucket({ ratePerSecond: 2, burst: 10, clock });
  bucket.slowDown(clock.steadyMs());
  for (let taken = 0; taken < 5; taken += 1) bucket.take();
  for (const wanted of [1, 4]) {
    const waitMs = bucket.waitMs(wanted);
    await clock.advance(waitMs - 1);
    expect(bucket.available()).toBeLessThan(wanted);
    await clock.advance(1);
    expect(bucket.available()).toBeGreaterThanOrEqual(wanted);
  }
});

test('answers to calls that began before the rate was halved do not halve it again; later ones do, to a sixteenth', async () => {
  const clock = createManualClock();
  const bucket = createTokenBucket({ ratePerSecond: 10, burst: 160, clock });
  const calledAtMs = clock.steadyMs();
  await clock.advance(1_000);
  for (let n = 0; n < 16; n += 1) bucket.slowDown(calledAtMs);
  expect(bucket.capacity()).toBe(80);
  bucket.slowDown(clock.steadyMs());
  expect(bucket.capacity()).toBe(40);
  for (let n = 0; n < 16; n += 1) bucket.slowDown(clock.steadyMs());
  expect(bucket.capacity()).toBe(10);
});
