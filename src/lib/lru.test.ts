import { expect, test } from 'vitest';
import { createLru } from './lru.ts';

test('the least recently used entry is dropped beyond the limit', () => {
  const recent = createLru<string, number>(2);
  recent.set('a', 1);
  recent.set('b', 2);
  expect(recent.get('a')).toBe(1);
  recent.set('c', 3);

  expect([recent.get('a'), recent.get('b'), recent.get('c')]).toEqual([1, undefined, 3]);
});

test('setting a key again replaces its value and adds no entry', () => {
  const recent = createLru<string, number>(2);
  for (const value of [1, 2, 3]) recent.set('a', value);
  recent.set('b', 4);
  expect([recent.get('a'), recent.get('b')]).toEqual([3, 4]);
});
