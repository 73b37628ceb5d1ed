import { expect, test } from 'vitest';
import { createManualClock } from '../../../test/support/manual-clock.ts';
import { SharedUnavailable } from '../shared-unavailable.ts';
import { createFixedWindow, type FixedWindow } from './fixed-window.ts';
import { layerFixedWindows } from './layered-fixed-window.ts';

const RATE = { count: 2, windowMs: 1_000 };

/** Windows whose every method throws the error. */
function failing(error: Error): FixedWindow {
  const fail = async (): Promise<never> => {
    throw error;
  };
  return { waitMs: fail, take: fail, refund: fail, clear: fail };
}

test('an event that either layer refuses is counted in neither', async () => {
  const clock = createManualClock();
  const [local, shared] = [createFixedWindow(RATE, clock), createFixedWindow(RATE, clock)];
  const both = layerFixedWindows(local, shared);
  await shared.take('ada');
  await shared.take('ada');
  expect([await both.waitMs('ada'), await both.take('ada'), await both.take('ada')]).toEqual([
    1_000, 1_000, 1_000,
  ]);
  await shared.clear('ada');
  expect([await both.take('ada'), await both.take('ada')]).toEqual([0, 0]);
  await shared.clear('ada');
  expect([await both.waitMs('ada'), await both.take('ada')]).toEqual([1_000, 1_000]);
  expect([await shared.take('ada'), await shared.take('ada')]).toEqual([0, 0]);
});

test('refund and clear act on both layers', async () => {
  const clock = createManualClock();
  const [local, shared] = [createFixedWindow(RATE, clock), createFixedWindow(RATE, clock)];
  const both = layerFixedWindows(local, shared);
  for (const undo of ['refund', 'clear'] as const) {
    await both.clear('ada');
    while ((await both.take('ada')) === 0);
    await both[undo]('ada');
    expect([await local.waitMs('ada'), await shared.waitMs('ada')]).toEqual([0, 0]);
  }
});

test('the local layer limits while the shared one is unavailable', async () => {
  const both = layerFixedWindows(
    createFixedWindow(RATE, createManualClock()),
    failing(new SharedUnavailable('away')),
  );
  expect([await both.take('ada'), await both.take('ada'), await both.take('ada')]).toEqual([0, 0, 1_000]);
  await both.refund('ada');
  expect(await both.waitMs('ada')).toBe(0);
  await both.clear('ada');
  expect([await both.take('ada'), await both.take('ada')]).toEqual([0, 0]);
});

test('an error other than SharedUnavailable is thrown', async () => {
  const both = layerFixedWindows(
    createFixedWindow(RATE, createManualClock()),
    failing(new TypeError('a mistake')),
  );
  await expect(both.take('ada')).rejects.toThrow(TypeError);
});
