import fc from 'fast-check';
import type { Rewrite } from './rewriting-proxy.ts';

/** Puts a value in place of one member of each answer, wherever `seed` hits. */
export function replacingOneMember(seed: number, value: unknown): Rewrite {
  return (exchange) => {
    const places: [object: Record<string, unknown>, name: string][] = [];
    const visit = (inner: unknown): void => {
      if (typeof inner !== 'object' || inner === null) return;
      for (const name of Object.keys(inner)) {
        places.push([inner as Record<string, unknown>, name]);
        visit((inner as Record<string, unknown>)[name]);
      }
    };
    visit(exchange.json);
    const [object, name] = places[seed % Math.max(1, places.length)] ?? [];
    if (object !== undefined && name !== undefined) object[name] = value;
  };
}

/** A place and a value of any JSON type. */
export const anyReplacement = fc.tuple(
  fc.nat(100_000),
  fc.oneof(
    fc.constantFrom(null, '', 'text', 17, true, [], {}, [null], ['x'], { a: { b: [1] } }, '{"a":1}'),
    fc.jsonValue({ maxDepth: 2 }),
  ),
);
