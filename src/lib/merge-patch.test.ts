import { expect, test } from 'vitest';
import { holdsPatch, mergePatch } from './merge-patch.ts';

// The examples of RFC 7396, appendix A, whose target and patch are objects.
test.each([
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
])('%j patched with %j is %j', (target, patch, merged) => {
  expect(mergePatch(target, patch)).toEqual(merged);
  expect(holdsPatch(merged, patch)).toBe(true);
  expect(holdsPatch(target, patch)).toBe(false);
});

test('the order of members does not matter, and a patch cannot change a prototype', () => {
  expect(holdsPatch({ b: { y: 1, x: 2 }, a: 1 }, { a: 1, b: { x: 2 } })).toBe(true);
  expect(holdsPatch({ a: { b: 1 } }, { a: { c: null } })).toBe(true);
  const merged = mergePatch({}, JSON.parse('{"__proto__": {"polluted": true}}'));
  expect(Object.keys(merged)).toEqual(['__proto__']);
  expect({}).not.toHaveProperty('polluted');
});
