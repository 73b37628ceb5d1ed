import type { KeyObject } from 'node:crypto';
import type { WrappingKey } from '../lib/keys.ts';

/** The wrapping keys of this process: the first one wraps, every one unwraps. */
export interface KeyRing {
  primary: WrappingKey;
  /** The key of a `kid`, if the ring holds it. */
  find(kid: string): KeyObject | undefined;
  kids(): string[];
}

/** @throws Error when there is no key or a kid is named twice. */
export function createKeyRing(keys: readonly WrappingKey[]): KeyRing {
  const [primary] = keys;
  if (!primary) throw new Error('The key ring is empty: ENCRYPTION_KEYS must hold at least one key');
  const byKid = new Map(keys.map((entry) => [entry.kid, entry.key]));
  if (byKid.size !== keys.length) throw new Error('The key ring names one kid twice');
  return { primary, find: (kid) => byKid.get(kid), kids: () => [...byKid.keys()] };
}
