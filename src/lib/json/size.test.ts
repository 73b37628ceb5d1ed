import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sizeOfJson } from './size.ts';

test.each([['text'], [['a', 'b']], [{ name: 'Heron', turns: 12, tools: [] }], [null], [7]])(
  'the size of %j is at most that of its text, and not far below',
  (value) => {
    const { length } = JSON.stringify(value);
    expect(sizeOfJson(value)).toBeLessThanOrEqual(length + 2);
    expect(sizeOfJson(value)).toBeGreaterThan(length / 2);
  },
);

test('an undefined member counts as little as a number', () => {
  expect(sizeOfJson(undefined)).toBe(1);
});

test('deep nesting does not overflow the stack', () => {
  let deep: unknown = 'end';
  for (let level = 0; level < 200_000; level += 1) deep = [deep];
  expect(sizeOfJson(deep)).toBeGreaterThan(200_000);
});

test('sizes of any values of JSON are close to those of their texts', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const bytes = Buffer.byteLength(JSON.stringify(value));
      expect(sizeOfJson(value)).toBeLessThanOrEqual(2 * bytes + 2);
    }),
  );
});
