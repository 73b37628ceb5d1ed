import { expect, test } from 'vitest';
import { systemRandom } from '../../lib/random.ts';
import { runIdFor } from './run-ids.ts';

test('a key always gives the same id, a UUID of version 8', () => {
  const id = runIdFor(systemRandom, 'ada', 'runAiTask', 'key');
  expect(runIdFor(systemRandom, 'ada', 'runAiTask', 'key')).toBe(id);
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test('owner, operation and key each change the id', () => {
  const ids = [
    runIdFor(systemRandom, 'ada', 'runAiTask', 'key'),
    runIdFor(systemRandom, 'grace', 'runAiTask', 'key'),
    runIdFor(systemRandom, 'ada', 'runAiTaskList', 'key'),
    runIdFor(systemRandom, 'ada', 'runAiTask', 'other'),
  ];
  expect(new Set(ids).size).toBe(4);
});

test('without a key every id is new', () => {
  const ids = [null, undefined].map((key) => runIdFor(systemRandom, 'ada', 'runAiTask', key));
  expect(new Set(ids).size).toBe(2);
});
