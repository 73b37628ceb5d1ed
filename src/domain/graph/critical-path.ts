import { components } from './components.ts';
import type { TaskVertex } from './graph.ts';

interface Link {
  vertex: TaskVertex;
  length: number;
  before: Link | undefined;
}

function longer(one: Link | undefined, other: Link): Link {
  if (!one || other.length > one.length) return other;
  return other.length === one.length && other.vertex.place < one.vertex.place ? other : one;
}

/**
 * The longest chain among these tasks, first prerequisite first. Whatever is in a cycle or behind one has no
 * length and is left out. Of equally long chains the one that ends in the earliest task of the input, and
 * again so for the task before it.
 */
export function longestChain(vertices: readonly TaskVertex[]): TaskVertex[] {
  const inside = new Set(vertices);
  const linkOf = new Map<TaskVertex, Link>();
  let longest: Link | undefined;
  for (const group of components(vertices, ({ needs }) => needs.filter((need) => inside.has(need)))) {
    // In prerequisites-first order, a need without a link is a task's own circle or one further down.
    for (const vertex of group) {
      const link = linkAfter(vertex, inside, linkOf);
      if (!link) continue;
      linkOf.set(vertex, link);
      longest = longer(longest, link);
    }
  }
  const chain: TaskVertex[] = [];
  for (let link = longest; link; link = link.before) chain.push(link.vertex);
  return chain.reverse();
}

function linkAfter(
  vertex: TaskVertex,
  inside: ReadonlySet<TaskVertex>,
  linkOf: ReadonlyMap<TaskVertex, Link>,
): Link | undefined {
  let before: Link | undefined;
  for (const need of vertex.needs) {
    const link = linkOf.get(need);
    if (link) before = longer(before, link);
    else if (inside.has(need)) return undefined;
  }
  return { vertex, length: (before?.length ?? 0) + 1, before };
}
