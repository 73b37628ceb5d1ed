import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isJsonObject } from '../json.ts';
import { parseExactJson } from './exact.ts';

test('every number is written back with the digits it came with', () => {
  const text = '{"a":9007199254740993,"b":1.10,"c":1e400,"d":[-0,1.0,12,{"e":0.1000000000000000055}]}';
  expect(JSON.stringify(parseExactJson(text))).toBe(text);
});

test('a number that has lost nothing is a number, any other no object', () => {
  const { a, b } = parseExactJson('{"a":12.5,"b":1.10}') as Record<string, unknown>;
  expect(a).toBe(12.5);
  expect(isJsonObject(b)).toBe(false);
});

test('any other JSON is as JSON.parse gives it', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(JSON.stringify(parseExactJson(text))).toBe(
        JSON.stringify(parseExactJson(JSON.stringify(parseExactJson(text)))),
      );
    }),
  );
});
