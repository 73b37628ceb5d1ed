import { timingSafeEqual } from 'node:crypto';
import type { Random } from '../lib/random.ts';
import { hashOf } from './refresh-tokens.ts';

/** Marks secrets of service accounts; the scrubber of the log finds them by it. */
const PREFIX = 'qgs_';
const SECRET_BYTES = 32;

/** A new secret: 256 random bits. */
export function newServiceSecret(random: Random): string {
  return PREFIX + random.bytes(SECRET_BYTES).toString('base64url');
}

/**
 * The stored secret that equals the offered one; undefined when none does. All are compared, each in constant time. A
 * fast hash is enough for 256 random bits.
 */
export function matchSecret<T extends { hash: string }>(
  stored: readonly T[],
  offered: string,
): T | undefined {
  const digest = Buffer.from(hashOf(offered), 'base64url');
  let match: T | undefined;
  for (const candidate of stored) {
    if (timingSafeEqual(digest, Buffer.from(candidate.hash, 'base64url'))) match = candidate;
  }
  return match;
}
