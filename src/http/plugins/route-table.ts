/** Which methods a path answers to; the router itself only knows whether one method matches. */
export interface RouteTable {
  add(pattern: string, methods: string | readonly string[]): void;
  /** The methods of a request's path, sorted; empty for an unknown path. */
  methodsOf(url: string): string[];
}

/** Makes an empty table. Patterns are the router's: `/a/:id/b`, and `*` at the end. */
export function createRouteTable(): RouteTable {
  const routes: { segments: string[]; methods: readonly string[] }[] = [];
  return {
    add(pattern, methods) {
      routes.push({ segments: pattern.split('/'), methods: [methods].flat() });
    },
    methodsOf(url) {
      const [path = ''] = url.split('?', 1);
      const segments = path.split('/');
      const matching = routes.filter((route) => matches(route.segments, segments));
      return [...new Set(matching.flatMap((route) => route.methods))].sort();
    },
  };
}

function matches(pattern: readonly string[], path: readonly string[]): boolean {
  const isOpenEnded = pattern.at(-1) === '*';
  const fixed = isOpenEnded ? pattern.slice(0, -1) : pattern;
  if (isOpenEnded ? path.length < fixed.length : path.length !== fixed.length) return false;
  return fixed.every((segment, index) =>
    segment.startsWith(':') ? path[index] !== '' : segment === path[index],
  );
}
