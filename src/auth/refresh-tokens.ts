import { createHash, createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import type { WrappingKey } from '../lib/keys.ts';
import type { Random } from '../lib/random.ts';

/** Marks refresh tokens; the scrubber of the log finds them by it. */
const PREFIX = 'qgr_';
const SHAPE = /^qgr_[\w-]{43}$/;
const TOKEN_BYTES = 32;

/** Makes refresh tokens: opaque, 256 bits each. */
export interface RefreshTokens {
  /** The first token of a new family. */
  first(): string;
  /** The successor of a token; always the same for the same token and key. */
  successorOf(token: string): string;
  /** The successor with this hash, derived with any key of the ring; undefined when none fits. */
  recallSuccessor(token: string, successorHash: string): string | undefined;
}

/** The stored form of a token: SHA-256, base64url. A fast hash is enough for 256 random bits. */
export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

/** True for text with the form of a refresh token. */
export function isRefreshToken(text: string): boolean {
  return SHAPE.test(text);
}

/**
 * A successor is an HMAC of its parent under a server key. So a lost answer can be repeated although only hashes of
 * tokens are stored. The HMAC keys are derived from the encryption ring by HKDF (RFC 5869). The first key derives new
 * successors and every key recalls old ones, so refreshes go on working after the ring is rotated.
 */
export function createRefreshTokens(deps: { keys: readonly WrappingKey[]; random: Random }): RefreshTokens {
  const keys = deps.keys.map(({ key }) =>
    createSecretKey(Buffer.from(hkdfSync('sha256', key, '', 'refresh-successor', TOKEN_BYTES))),
  );
  const [primary] = keys;
  if (!primary) throw new Error('Refresh tokens need at least one encryption key');
  return {
    first: () => PREFIX + deps.random.bytes(TOKEN_BYTES).toString('base64url'),
    successorOf: (token) => derive(primary, token),
    recallSuccessor: (token, successorHash) =>
      keys.map((key) => derive(key, token)).find((candidate) => hashOf(candidate) === successorHash),
  };
}

function derive(key: KeyObject, token: string): string {
  return PREFIX + createHmac('sha256', key).update(token).digest('base64url');
}
