import { expect, test } from 'vitest';
import { systemRandom } from './random.ts';
import { createSortableIds } from './sortable-ids.ts';

test('ids sort in the order they were made, within a millisecond and when the clock steps back', () => {
  let nowMs = 1_700_000_000_000;
  const ids = createSortableIds({ clock: { now: () => nowMs }, random: systemRandom });
  const made = Array.from({ length: 5_000 }, ids.next);
  nowMs += 1;
  made.push(ids.next());
  nowMs -= 60_000;
  made.push(ids.next());
  expect(made.toSorted()).toEqual(made);
  expect(new Set(made).size).toBe(made.length);
  for (const id of made) {
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  }
});
