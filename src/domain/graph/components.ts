/** The edges of a graph: the items that an item depends on. */
export type NeedsOf<T> = (item: T) => Iterable<T>;

interface Visit<T> {
  item: T;
  needs: Iterator<T>;
  order: number;
  /** The lowest `order` of an open visit that is known to be reachable from here. */
  low: number;
  /** Index in the stack of open visits. */
  openAt: number;
  isOpen: boolean;
}

/**
 * The strongly connected components, each after those it depends on, by Tarjan's algorithm in linear time. The path is
 * kept in a list instead of the call stack, because a chain can be longer than the stack allows.
 */
export function components<T>(items: Iterable<T>, needsOf: NeedsOf<T>): T[][] {
  const visits = new Map<T, Visit<T>>();
  const path: Visit<T>[] = [];
  const open: Visit<T>[] = [];
  const found: T[][] = [];

  const enter = (item: T): void => {
    const order = visits.size;
    const needs = needsOf(item)[Symbol.iterator]();
    const visit = { item, needs, order, low: order, openAt: open.length, isOpen: true };
    visits.set(item, visit);
    path.push(visit);
    open.push(visit);
  };

  const leave = (visit: Visit<T>): void => {
    path.pop();
    const below = path.at(-1);
    if (below) below.low = Math.min(below.low, visit.low);
    if (visit.low < visit.order) return;
    const members = open.splice(visit.openAt);
    for (const member of members) member.isOpen = false;
    found.push(members.map(({ item }) => item));
  };

  const step = (visit: Visit<T>): void => {
    const next = visit.needs.next();
    if (next.done) {
      leave(visit);
      return;
    }
    const seen = visits.get(next.value);
    if (!seen) enter(next.value);
    else if (seen.isOpen) visit.low = Math.min(visit.low, seen.order);
  };

  for (const item of items) {
    if (!visits.has(item)) enter(item);
    for (let visit = path.at(-1); visit; visit = path.at(-1)) step(visit);
  }
  return found;
}
