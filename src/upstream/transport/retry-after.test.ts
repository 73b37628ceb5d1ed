import { expect, test } from 'vitest';
import { parseRetryAfter } from './retry-after.ts';

const NOW_MS = Date.UTC(2026, 10, 22, 12, 0, 0);
const DATE = 'Sun, 22 Nov 2026 12:00:00 GMT';

test.each([
  ['120', 120],
  [' 7 ', 7],
  ['0', 1],
  ['999999999', 86_400],
  ['Sun, 22 Nov 2026 12:01:30 GMT', 90],
  ['Sun, 22 Nov 2026 11:00:00 GMT', 1],
  ['Sun, 22 Nov 2099 11:00:00 GMT', 86_400],
  ['-3', undefined],
  ['1.5', undefined],
  ['soon', undefined],
  ['', undefined],
  [undefined, undefined],
])('%s is %s s', (header, seconds) => {
  expect(parseRetryAfter(header, DATE, 0)).toBe(seconds);
});

test("a date is compared with the response's Date, and without one with our clock", () => {
  const until = 'Sun, 22 Nov 2026 12:10:10 GMT';
  expect(parseRetryAfter(until, 'Sun, 22 Nov 2026 12:10:00 GMT', NOW_MS)).toBe(10);
  expect(parseRetryAfter(until, undefined, NOW_MS)).toBe(610);
});
