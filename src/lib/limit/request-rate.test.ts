import { expect, test } from 'vitest';
import { createManualClock } from '../../../test/support/manual-clock.ts';
import { createRequestRate } from './request-rate.ts';

const RATE = { count: 2, windowMs: 1_000 };

test('a caller has its quota in each window, and others have their own', async () => {
  const clock = createManualClock();
  const { take } = createRequestRate(RATE, clock);
  expect(take('ada')).toEqual({ remaining: 1, resetMs: 1_000, isOver: false });
  await clock.advance(400);
  expect(take('ada')).toEqual({ remaining: 0, resetMs: 600, isOver: false });
  expect(take('ada')).toEqual({ remaining: 0, resetMs: 600, isOver: true });
  expect(take('bob').isOver).toBe(false);
  await clock.advance(600);
  expect(take('ada')).toEqual({ remaining: 1, resetMs: 1_000, isOver: false });
});

test('a million callers take no more memory than the limit of keys', () => {
  const clock = createManualClock();
  const { take } = createRequestRate(RATE, clock, 10);
  take('ada');
  take('ada');
  for (let n = 0; n < 9; n += 1) take(`u${n}`);
  expect(take('ada').isOver).toBe(true);
  for (let n = 0; n < 1_000; n += 1) take(`v${n}`);
  expect(take('ada').isOver).toBe(false);
});
