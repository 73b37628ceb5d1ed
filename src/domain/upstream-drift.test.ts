import { expect, test } from 'vitest';
import { toStoredPath } from './upstream-drift.ts';

test.each([
  ['tasks[].status', 'tasks[].status'],
  ['tasks.*.status', 'tasks.*.status'],
  ['node.cpu_count.x-y.$ref', 'node.cpu_count.x-y.$ref'],
  ['graph.7d1f0c52-3f0e-4a37-9a55-0f6a2f1f7e01.title', 'graph.*.title'],
  ['graph.bd1f0c52-3f0e-4a37-9a55-0f6a2f1f7e01', 'graph.*'],
  ['owners.ada@example', 'owners.*'],
  [`token.${'a'.repeat(64)}`, 'token.*'],
  ['a b.ü..', '*.*.*.*'],
  [Array.from({ length: 30 }, () => 'a').join('.'), Array.from({ length: 12 }, () => 'a').join('.')],
])('the path %s is stored as %s', (path, stored) => {
  expect(toStoredPath(path)).toBe(stored);
});
