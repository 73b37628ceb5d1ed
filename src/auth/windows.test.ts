import { expect, test } from 'vitest';
import { createManualClock } from '../../test/support/manual-clock.ts';
import { createWindows } from './windows.ts';

test('a window starts with the first event and ends as a whole', async () => {
  const clock = createManualClock();
  const windows = createWindows({ count: 2, windowMs: 1_000 }, clock);
  windows.take('a');
  await clock.advance(900);
  windows.take('a');
  expect(windows.waitMs('a')).toBe(100);
  expect(windows.waitMs('b')).toBe(0);
  await clock.advance(100);
  expect(windows.waitMs('a')).toBe(0);
});

test('no more keys are kept than allowed, and the oldest is forgotten first', () => {
  const windows = createWindows({ count: 1, windowMs: 1_000 }, createManualClock(), 3);
  for (const key of ['a', 'b', 'c', 'd']) windows.take(key);
  expect(['a', 'b', 'c', 'd'].map((key) => windows.waitMs(key) > 0)).toEqual([false, true, true, true]);
});

test('a key whose window ended counts as the newest when it comes again', async () => {
  const clock = createManualClock();
  const windows = createWindows({ count: 1, windowMs: 1_000 }, clock, 2);
  windows.take('a');
  await clock.advance(600);
  windows.take('b');
  await clock.advance(600);
  windows.take('a');
  windows.take('c');
  expect(['a', 'b', 'c'].map((key) => windows.waitMs(key) > 0)).toEqual([true, false, true]);
});
