import { components } from './components.ts';
import type { TaskVertex } from './graph.ts';

interface Link {
  vertex: TaskVertex;
  length: number;
  before: Link | undefined;
}

function longer(one: Link | undefined, other: Link): Link {
  if (!one || other.length > one.length) return other;
  return other.length === one.length && other.vertex.rank < one.vertex.rank ? other : one;
}

/**
 * The longest chain among these tasks, in the order of execution. Tasks in a cycle, or depending on one, are left out.
 * Of equally long chains, the one whose last task comes first in the input is chosen; if that is equal too, the task
 * before it decides.
 */
export function longestChain(vertices: readonly TaskVertex[]): TaskVertex[] {
  const inside = new Set(vertices);
  const linkOf = new Map<TaskVertex, Link>();
  let longest: Link | undefined;
  for (const group of components(vertices, ({ needs }) => needs.filter((need) => inside.has(need)))) {
    // Components come after their prerequisites, so a prerequisite without a link is in a cycle or depends on one.
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
