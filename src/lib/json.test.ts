import { expect, test } from 'vitest';
import { asJsonObject, isJsonObject, parseJson, toJson } from './json.ts';

test.each([[{}], [{ a: 1 }], [Object.create(null)]])('%j is a JSON object', (value) => {
  expect(isJsonObject(value)).toBe(true);
  expect(asJsonObject(value)).toBe(value);
});

test.each([[null], [undefined], ['text'], [1], [true], [[]], [[{}]]])('%j is not a JSON object', (value) => {
  expect(isJsonObject(value)).toBe(false);
  expect(asJsonObject(value)).toEqual({});
});

test('a value keeps its content and type from toJson to parseJson', () => {
  const text = toJson({ id: 'a', sizes: [1, 2] });
  const { id, sizes } = parseJson(text);
  expect([id.length, sizes.map((size) => size + 1)]).toEqual([1, [2, 3]]);
});
