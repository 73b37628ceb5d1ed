import { createHash } from 'node:crypto';
import type { Random } from '../../lib/random.ts';

/** The id of a run: with a key it follows from that, so that a run begun before a crash is found again. */
export function runIdFor(
  random: Random,
  ownerId: string,
  operation: string,
  key: string | null | undefined,
): string {
  return key == null ? random.uuid() : uuidOf([ownerId, operation, key]);
}

/** A UUID that follows from some words (RFC 9562, version 8). */
function uuidOf(words: readonly string[]): string {
  const hex = createHash('sha256').update(JSON.stringify(words)).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
