import { timingSafeEqual } from 'node:crypto';
import type { Random } from '../lib/random.ts';
import { hashOf } from './refresh-tokens.ts';

/** Tells a service's secret from everything else, also for the log's scrubber. */
const PREFIX = 'qgs_';
const SECRET_BYTES = 32;

/** A new secret: 256 random bits. */
export function newServiceSecret(random: Random): string {
  return PREFIX + random.bytes(SECRET_BYTES).toString('base64url');
}

/**
 * Which of the stored hashes an offered secret has. Each is compared in constant time; SHA-256 is enough, as there
 * is nothing to guess in 256 random bits.
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
