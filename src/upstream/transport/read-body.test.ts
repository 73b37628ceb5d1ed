import { expect, test } from 'vitest';
import { readJson } from './read-body.ts';

function nested(levels: number): string {
  return `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
}

function levelsOf(value: unknown): number {
  let levels = 0;
  for (let at = value; typeof at === 'object' && at !== null; at = Object.values(at)[0]) levels += 1;
  return levels;
}

test.each([
  [1, 1],
  [80, 80],
  [81, 80],
  [200_000, 80],
])('of %d levels %d come, and what is beside them', (levels, come) => {
  const text = `{"deep":${nested(levels - 1)},"beside":{"b":[2]}}`;
  const body = readJson(text) as { isJson: true; value: Record<string, unknown> };
  expect(levelsOf(body.value)).toBe(come);
  expect(body.value.beside).toEqual({ b: [2] });
});

test('brackets in text are no levels', () => {
  const text = JSON.stringify({ a: `${'['.repeat(200)}"${'{'.repeat(200)}`, b: [[1]] });
  expect(readJson(text)).toMatchObject({ isJson: true, value: JSON.parse(text) });
});

test.each([
  ['written out', '{"__proto__":{"a":1},"b":2}'],
  ['with an escape', String.raw`{"\u005f_proto__":{"a":1},"b":2}`],
  ['with another escape', String.raw`{"__\u0070roto__":{"a":1},"b":2}`],
  ['as a constructor', '{"constructor":{"prototype":{"a":1}},"b":2}'],
  // cspell:ignore onstructor
  ['as a constructor with an escape', String.raw`{"\u0063onstructor":{"prototype":{"a":1}},"b":2}`],
])('a key that reaches a prototype, %s, is removed', (_case, text) => {
  const body = readJson(text) as { isJson: true; value: object };
  expect(Object.getOwnPropertyNames(body.value)).toEqual(['b']);
});
