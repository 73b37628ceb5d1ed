import { expect, test } from 'vitest';
import { createLru } from './lru.ts';

test('keeps what was used last, and no more than it may', () => {
  const recent = createLru<string, number>(2);
  recent.set('a', 1);
  recent.set('b', 2);
  expect(recent.get('a')).toBe(1);
  recent.set('c', 3);

  expect([recent.get('a'), recent.get('b'), recent.get('c')]).toEqual([1, undefined, 3]);
});

test('a newer value takes the place of the older one', () => {
  const recent = createLru<string, number>(2);
  for (const value of [1, 2, 3]) recent.set('a', value);
  recent.set('b', 4);
  expect([recent.get('a'), recent.get('b')]).toEqual([3, 4]);
});
