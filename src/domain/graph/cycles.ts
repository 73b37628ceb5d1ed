import { components, type NeedsOf } from './components.ts';

/** The shortest way from `start` back to it, each item depending on the next and the last on `start`. */
export function cycleFrom<T>(start: T, needsOf: NeedsOf<T>): T[] | undefined {
  const cameFrom = new Map<T, T | undefined>([[start, undefined]]);
  for (const [item] of cameFrom) {
    for (const need of needsOf(item)) {
      if (need === start) return walkBack(item, cameFrom);
      if (!cameFrom.has(need)) cameFrom.set(need, item);
    }
  }
  return undefined;
}

function walkBack<T>(last: T, cameFrom: ReadonlyMap<T, T | undefined>): T[] {
  const path: T[] = [];
  for (let item: T | undefined = last; item !== undefined; item = cameFrom.get(item)) path.push(item);
  return path.reverse();
}

/**
 * For each knot of items that depend on one another, a shortest cycle through the first of them. The circle an
 * item makes with itself is told only of an item that is in no other.
 */
export function cyclesOf<T>(items: readonly T[], needsOf: NeedsOf<T>): T[][] {
  const knotOf = new Map<T, ReadonlySet<T>>();
  for (const group of components(items, needsOf)) {
    const knot = new Set(group);
    for (const item of group) knotOf.set(item, knot);
  }
  const told = new Set<ReadonlySet<T>>();
  return items.flatMap((start) => {
    const knot = knotOf.get(start);
    if (!knot || told.has(knot)) return [];
    told.add(knot);
    const needsInside = (item: T): T[] =>
      [...needsOf(item)].filter((need) => knot.has(need) && (need !== item || knot.size === 1));
    const cycle = cycleFrom(start, needsInside);
    return cycle ? [cycle] : [];
  });
}
