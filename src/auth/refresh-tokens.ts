import { createHash, createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import type { WrappingKey } from '../lib/keys.ts';
import type { Random } from '../lib/random.ts';

/** Tells a refresh token from everything else, also for the log's scrubber. */
const PREFIX = 'qgr_';
const SHAPE = /^qgr_[\w-]{43}$/;
const TOKEN_BYTES = 32;

/** Makes and follows refresh tokens: opaque, 256 bits each. */
export interface RefreshTokens {
  /** A new family's first token. */
  first(): string;
  /** The token that follows `token`, the same every time. */
  successorOf(token: string): string;
  /** The token that followed `token`, known by its hash, whichever key of the ring it was derived with. */
  recallSuccessor(token: string, successorHash: string): string | undefined;
}

/** What is stored of a token: its SHA-256, base64url. A fast hash is enough for 256 random bits. */
export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

/** True for what may be a refresh token at all. */
export function isRefreshToken(text: string): boolean {
  return SHAPE.test(text);
}

/**
 * Successors are an HMAC of their parent under a server key, so a lost answer can be given once more although
 * no token is ever stored. The keys come from the encryption ring by HKDF (RFC 5869): the first key derives, all
 * recall, so a rotation of the ring breaks no answer.
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
