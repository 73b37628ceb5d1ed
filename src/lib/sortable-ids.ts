import type { Clock } from './clock.ts';
import type { Random } from './random.ts';

/** UUIDs of version 7 (RFC 9562, 5.7): their order as text is the order in which they were made. */
export interface SortableIds {
  next(): string;
}

/** How many ids of one millisecond keep their order. */
const PER_MILLISECOND = 0x1000;

/** Makes the ids of one process. Where its clock steps back, the ids stay with the latest time seen. */
export function createSortableIds(deps: {
  clock: Pick<Clock, 'now'>;
  random: Pick<Random, 'uuid'>;
}): SortableIds {
  let lastMs = 0;
  let count = 0;
  return {
    next() {
      const nowMs = Math.max(lastMs, deps.clock.now());
      count = nowMs === lastMs ? count + 1 : 0;
      lastMs = nowMs + Math.floor(count / PER_MILLISECOND);
      count %= PER_MILLISECOND;
      const time = lastMs.toString(16).padStart(12, '0');
      const counter = count.toString(16).padStart(3, '0');
      // The variant and the random rest come from a random UUID, which has them in the same place.
      return `${time.slice(0, 8)}-${time.slice(8)}-7${counter}${deps.random.uuid().slice(18)}`;
    },
  };
}
