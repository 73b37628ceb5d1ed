/** The edges of a graph: what an item depends on. */
export type NeedsOf<T> = (item: T) => Iterable<T>;

interface Visit<T> {
  item: T;
  needs: Iterator<T>;
  order: number;
  /** The earliest visit known to be reachable from here and still open. */
  low: number;
  /** Where in the pile of open visits it lies. */
  openAt: number;
  isOpen: boolean;
}

/**
 * The strongly connected components, each after all those it depends on: Tarjan's walk, in linear time.
 * It keeps its path in a list, not on the call stack, as a chain may be longer than the stack is deep.
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
