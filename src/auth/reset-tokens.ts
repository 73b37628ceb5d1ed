import type { Random } from '../lib/random.ts';

/** Marks tokens that set a password; the scrubber of the log finds them by it. */
const PREFIX = 'qgp_';
const TOKEN_BYTES = 32;

/** How long such a token serves, if it is not used before. */
export const RESET_TTL_MS = 3_600_000;

/** A new token: 256 random bits, so that a fast hash is enough to store it. */
export function newResetToken(random: Random): string {
  return PREFIX + random.bytes(TOKEN_BYTES).toString('base64url');
}
