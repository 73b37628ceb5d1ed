import { expect, test } from 'vitest';
import { parseBytes, parseDurationMs, parseRate } from './units.ts';

test.each([
  ['250ms', 250],
  ['10s', 10_000],
  ['10m', 600_000],
  ['2h', 7_200_000],
  ['30d', 2_592_000_000],
  [' 0s ', 0],
])('%s lasts %i ms', (text, ms) => {
  expect(parseDurationMs(text)).toBe(ms);
});

test.each(['', '10', 's', '-1s', '1.5s', '1 s', '10S', '10sec', '1e3s', '9999999999999999d', 'Infinitys'])(
  '"%s" is not a duration',
  (text) => {
    expect(parseDurationMs(text)).toBeUndefined();
  },
);

test.each([
  ['0', 0],
  ['512', 512],
  ['128kb', 131_072],
  ['5mb', 5_242_880],
  ['1GB', 1_073_741_824],
])('%s are %i bytes', (text, bytes) => {
  expect(parseBytes(text)).toBe(bytes);
});

test.each(['', 'kb', '-1kb', '1.5mb', '1 mb', '5tb', '99999999999999999mb'])('"%s" is not a size', (text) => {
  expect(parseBytes(text)).toBeUndefined();
});

test('a rate is a count in a window', () => {
  expect(parseRate('10/1m')).toEqual({ count: 10, windowMs: 60_000 });
});

test.each(['', '10', '/1m', '10/', '0/1m', '-1/1m', '1.5/1m', '10/0s', '10/1m/1m', 'ten/1m'])(
  '"%s" is not a rate',
  (text) => {
    expect(parseRate(text)).toBeUndefined();
  },
);
