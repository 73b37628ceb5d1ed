import { afterEach, beforeEach, expect, test } from 'vitest';
import { createManualClock } from '../../test/support/manual-clock.ts';
import { openStore, type Store } from '../store/store.ts';
import { createClockCheck } from './clock-check.ts';

const NOW = 1_700_000_000_000;
const MINUTE_MS = 60_000;

let store: Store;
beforeEach(async () => {
  store = await openStore(':memory:');
});
afterEach(() => store.close());

/** A check against a shared database whose clock is right, in a process whose clock is ahead. */
function setUp(offsetMs: number, isShared = true) {
  const lines: string[] = [];
  const log = (_fields: object, message: string): void => void lines.push(message);
  const clock = createManualClock(NOW);
  const setOffset = (ms: number): void => clock.set(clock.steadyMs() + ms);
  setOffset(offsetMs);
  const check = createClockCheck({
    store: { db: store.db, time: () => store.time(clock.steadyMs()), isShared },
    clock,
    logger: { debug: log, info: log, warn: log, error: log },
  });
  return { check, clock, lines, setOffset };
}

test.each([
  [0, true, 0],
  [999, true, 0],
  [-1_000, true, 1],
  [4_999, true, 1],
  [5_000, false, 1],
  [-3_600_000, false, 1],
])(
  'a clock that is ahead by %i ms at the start: ready is %s, with %i warnings',
  async (offsetMs, isReady, count) => {
    const { check, lines } = setUp(offsetMs);
    await check.start();
    expect(check.readiness()).toMatchObject({ isReady, warnings: { length: count } });
    expect(lines).toHaveLength(count);
    check.stop();
  },
);

test('the clock is compared every minute, and each change is logged once', async () => {
  const { check, clock, lines, setOffset } = setUp(0);
  await check.start();
  setOffset(20_000);
  await clock.advance(MINUTE_MS);
  await clock.advance(MINUTE_MS);
  expect(check.readiness().isReady).toBe(false);
  setOffset(0);
  await clock.advance(MINUTE_MS);
  expect(check.readiness()).toEqual({ isReady: true, warnings: [] });
  expect(lines).toEqual([
    'clock differs from that of the database; not ready until it is set',
    'clock agrees with the database again',
  ]);
  check.stop();
  expect(clock.pending()).toBe(0);
});

test('the embedded store is not compared: it has the clock of the process', async () => {
  const { check, clock } = setUp(20_000, false);
  await check.start();
  expect(check.readiness()).toEqual({ isReady: true, warnings: [] });
  expect(clock.pending()).toBe(0);
});
