import { createHash } from 'node:crypto';
import type { Random } from '../../lib/random.ts';

/** The id of a new run. With an idempotency key it is derived from the key, so that a retry after a crash finds the run. */
export function runIdFor(
  random: Random,
  ownerId: string,
  operation: string,
  key: string | null | undefined,
): string {
  return key == null ? random.uuid() : toUuid([ownerId, operation, key]);
}

/** A UUID that is derived from texts: version 8 of RFC 9562, section 5.8. */
function toUuid(texts: readonly string[]): string {
  const hex = createHash('sha256').update(JSON.stringify(texts)).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
