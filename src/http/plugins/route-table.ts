import { decodePercent } from '../../lib/text.ts';

/** The methods that each path has. Fastify's router can only tell whether a path has one given method. */
export interface RouteTable {
  add(pattern: string, methods: string | readonly string[]): void;
  /** The sorted methods of the path of a URL, with `OPTIONS`, which every path has; empty for an unknown path. */
  methodsOf(url: string): string[];
}

/** Creates an empty table. Patterns have the router's syntax: `/a/:id/b`, and `*` at the end. */
export function createRouteTable(): RouteTable {
  const routes: { segments: string[]; methods: readonly string[] }[] = [];
  return {
    add(pattern, methods) {
      routes.push({ segments: pattern.split('/'), methods: [methods].flat() });
    },
    methodsOf(url) {
      const [path = ''] = url.split('?', 1);
      const segments = path.split('/').map((segment) => decodePercent(segment) ?? segment);
      const methods = routes
        .filter((route) => matches(route.segments, segments))
        .flatMap((route) => route.methods);
      return methods.length === 0 ? [] : [...new Set([...methods, 'OPTIONS'])].sort();
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
