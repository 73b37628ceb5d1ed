import type { Clock } from './clock.ts';
import type { Random } from './random.ts';

/** UUIDs of version 7 (RFC 9562, section 5.7). As text they sort in the order of creation. */
export interface SortableIds {
  next(): string;
}

/** Ids per millisecond that the 12-bit counter can order. */
const PER_MILLISECOND = 0x1000;

/** Ids sort within one process. When its clock steps back, ids go on from the latest time seen. */
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
      // A random UUID has the variant and random bits at the same places.
      return `${time.slice(0, 8)}-${time.slice(8)}-7${counter}${deps.random.uuid().slice(18)}`;
    },
  };
}
