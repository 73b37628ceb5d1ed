import { expect, test } from 'vitest';
import { createManualClock } from '../../../test/support/manual-clock.ts';
import { createFixedWindow, createLocalWindow, type FixedWindow } from './fixed-window.ts';

function areFull(windows: FixedWindow, keys: readonly string[]): Promise<boolean[]> {
  return Promise.all(keys.map(async (key) => (await windows.waitMs(key)) > 0));
}

test('a window starts with the first event and ends for all its events at once', async () => {
  const clock = createManualClock();
  const windows = createFixedWindow({ count: 2, windowMs: 1_000 }, clock);
  await windows.take('a');
  await clock.advance(900);
  await windows.take('a');
  expect(await windows.waitMs('a')).toBe(100);
  expect(await windows.waitMs('b')).toBe(0);
  await clock.advance(100);
  expect(await windows.waitMs('a')).toBe(0);
});

test('beyond the maximum of keys the oldest window is dropped', async () => {
  const windows = createFixedWindow({ count: 1, windowMs: 1_000 }, createManualClock(), 3);
  for (const key of ['a', 'b', 'c', 'd']) await windows.take(key);
  expect(await areFull(windows, ['a', 'b', 'c', 'd'])).toEqual([false, true, true, true]);
});

test('a key with a new window is dropped last', async () => {
  const clock = createManualClock();
  const windows = createFixedWindow({ count: 1, windowMs: 1_000 }, clock, 2);
  await windows.take('a');
  await clock.advance(600);
  await windows.take('b');
  await clock.advance(600);
  await windows.take('a');
  await windows.take('c');
  expect(await areFull(windows, ['a', 'b', 'c'])).toEqual([true, false, true]);
});

test.for([-3_600_000, 3_600_000])(
  'a clock set by %i ms neither ends nor extends a window',
  async (stepMs) => {
    const clock = createManualClock();
    const windows = createFixedWindow({ count: 1, windowMs: 1_000 }, clock);
    await windows.take('a');
    clock.set(clock.now() + stepMs);
    expect(await windows.waitMs('a')).toBe(1_000);
    await clock.advance(1_000);
    expect(await windows.waitMs('a')).toBe(0);
  },
);

const RATE = { count: 2, windowMs: 1_000 };

test('a caller has its quota in each window, and others have their own', async () => {
  const clock = createManualClock();
  const { take } = createLocalWindow(RATE, clock);
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
  const { take } = createLocalWindow(RATE, clock, 10);
  take('ada');
  take('ada');
  for (let n = 0; n < 9; n += 1) take(`u${n}`);
  expect(take('ada').isOver).toBe(true);
  for (let n = 0; n < 1_000; n += 1) take(`v${n}`);
  expect(take('ada').isOver).toBe(false);
});
