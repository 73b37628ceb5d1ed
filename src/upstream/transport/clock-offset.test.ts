import { expect, test } from 'vitest';
import { createClockOffset } from './clock-offset.ts';

const NOW_MS = Date.UTC(2026, 10, 22, 12, 0, 0);

function sample(aheadMs: number, roundTripMs = 0) {
  return {
    dateHeader: new Date(NOW_MS + aheadMs).toUTCString(),
    sentAtMs: NOW_MS - roundTripMs / 2,
    headersAtMs: NOW_MS + roundTripMs / 2,
  };
}

test.each([600_000, -600_000])('learns a difference of %s ms to the second', (aheadMs) => {
  const offset = createClockOffset();
  offset.learn(sample(aheadMs), true);
  expect(Math.abs(offset.offsetMs() - aheadMs)).toBeLessThanOrEqual(500);
});

test.each([0, 900, -900])('%s ms is within what whole seconds can tell', (aheadMs) => {
  const offset = createClockOffset();
  offset.learn(sample(aheadMs), true);
  expect(offset.offsetMs()).toBe(0);
});

test('a slow answer proves less', () => {
  const offset = createClockOffset();
  offset.learn(sample(4_000, 8_000), true);
  expect(offset.offsetMs()).toBe(0);
});

test.each([undefined, '', 'yesterday', 'Thu, 01 Jan 1970 00:00:00 GMT'])(
  '%s changes nothing',
  (dateHeader) => {
    const offset = createClockOffset();
    offset.learn(sample(60_000), true);
    const beforeMs = offset.offsetMs();
    offset.learn({ ...sample(0), dateHeader }, true);
    expect(offset.offsetMs()).toBe(beforeMs);
  },
);

test('a clock that was set right is believed again', () => {
  const offset = createClockOffset();
  offset.learn(sample(600_000), true);
  offset.learn(sample(0), true);
  expect(offset.offsetMs()).toBe(0);
});

test('a large difference is trusted once a corrected signature was accepted', () => {
  const offset = createClockOffset();
  expect(offset.isTrusted()).toBe(true);
  offset.learn(sample(600_000), true);
  expect(offset.isTrusted()).toBe(false);
  offset.confirm(0);
  expect(offset.isTrusted()).toBe(false);
  offset.confirm(offset.offsetMs());
  expect(offset.isTrusted()).toBe(true);
  offset.learn(sample(-600_000), true);
  expect(offset.isTrusted()).toBe(false);
});

test('one wrong date on a successful answer changes nothing, two in a row do', () => {
  const offset = createClockOffset();
  offset.learn(sample(-3_600_000), false);
  expect(offset.offsetMs()).toBe(0);
  offset.learn(sample(0), false);
  offset.learn(sample(-3_600_000), false);
  expect(offset.offsetMs()).toBe(0);
  offset.learn(sample(-3_600_000), false);
  expect(offset.offsetMs()).toBe(-3_599_500);
});
