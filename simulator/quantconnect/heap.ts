/** A queue of entries that are due at a time; entries of equal times keep their order. */
export interface DueHeap<T> {
  push(atMs: number, item: T): void;
  peek(): { atMs: number; item: T } | undefined;
  pop(): void;
}

interface Node<T> {
  atMs: number;
  order: number;
  item: T;
}

/** A binary heap: push and pop take logarithmic time. */
export function createDueHeap<T>(): DueHeap<T> {
  const nodes: Node<T>[] = [];
  let order = 0;
  const before = (a: Node<T>, b: Node<T>) => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);

  /** Moves the node up from the hole to its place. */
  const rise = (node: Node<T>, from: number) => {
    let hole = from;
    while (hole > 0) {
      const above = (hole - 1) >> 1;
      const parent = nodes[above];
      if (!parent || !before(node, parent)) break;
      nodes[hole] = parent;
      hole = above;
    }
    nodes[hole] = node;
  };

  /** Moves the node down from the top to its place. */
  const sink = (node: Node<T>) => {
    let hole = 0;
    for (;;) {
      const left = nodes[2 * hole + 1];
      const right = nodes[2 * hole + 2];
      if (!left) break;
      const child = right && before(right, left) ? right : left;
      if (!before(child, node)) break;
      nodes[hole] = child;
      hole = 2 * hole + (child === left ? 1 : 2);
    }
    nodes[hole] = node;
  };

  return {
    push(atMs, item) {
      order += 1;
      rise({ atMs, order, item }, nodes.length);
    },
    peek: () => nodes[0],
    pop() {
      const last = nodes.pop();
      if (last && nodes.length > 0) sink(last);
    },
  };
}
