import { components, type NeedsOf } from './components.ts';

/** A shortest cycle through `start`: each item depends on the next, and the last on `start`. */
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
 * For each strongly connected component, a shortest cycle through its first item. An item's dependency on itself counts
 * as a cycle only when the item is in no other cycle.
 */
export function cyclesOf<T>(items: readonly T[], needsOf: NeedsOf<T>): T[][] {
  const componentOf = new Map<T, ReadonlySet<T>>();
  for (const group of components(items, needsOf)) {
    const component = new Set(group);
    for (const item of group) componentOf.set(item, component);
  }
  const reported = new Set<ReadonlySet<T>>();
  return items.flatMap((start) => {
    const component = componentOf.get(start);
    if (!component || reported.has(component)) return [];
    reported.add(component);
    const needsInside = (item: T): T[] =>
      [...needsOf(item)].filter((need) => component.has(need) && (need !== item || component.size === 1));
    const cycle = cycleFrom(start, needsInside);
    return cycle ? [cycle] : [];
  });
}
