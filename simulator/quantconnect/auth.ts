import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Answer } from '../upstream.ts';
import type { Account } from './accounts.ts';
import type { Behavior } from './behavior.ts';

/** The values of a request's `Authorization` and `Timestamp` headers, not checked yet. */
export interface Credentials {
  userId: string;
  hash: string;
  timestamp: string;
}

/**
 * Reads `Basic base64(<userId>:<sha256 hex>)` (docs/upstream/quantconnect.md, Signing); missing parts
 * are empty text.
 */
export function readCredentials(headers: IncomingHttpHeaders): Credentials {
  const timestamp = typeof headers.timestamp === 'string' ? headers.timestamp : '';
  const encoded = /^Basic ([A-Za-z0-9+/]+={0,2})$/.exec(headers.authorization ?? '')?.[1] ?? '';
  const decoded = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  const padded = encoded.length % 4 === 0;
  if (colon < 0 || !padded) return { userId: '', hash: '', timestamp };
  return { userId: decoded.slice(0, colon), hash: decoded.slice(colon + 1), timestamp };
}

/** Lower-case hex SHA-256 of `<apiToken>:<timestamp>` (docs/upstream/quantconnect.md, Signing). */
function signature(apiToken: string, timestamp: string): string {
  return createHash('sha256').update(`${apiToken}:${timestamp}`, 'utf8').digest('hex');
}

/**
 * The account that signed the request, within the signature's lifetime (docs/upstream/quantconnect.md, Signature
 * lifetime); `undefined` when none did.
 */
export function authenticate(
  credentials: Credentials,
  accounts: ReadonlyMap<string, Account>,
  behavior: Behavior,
  wallMs: number,
): Account | undefined {
  const { userId, hash, timestamp } = credentials;
  const account = accounts.get(userId);
  if (!account || !/^\d{1,15}$/.test(timestamp)) return undefined;
  const expected = Buffer.from(signature(account.apiToken, timestamp));
  const given = Buffer.from(hash);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  const ageSeconds = Math.floor(wallMs / 1_000) - Number(timestamp);
  const fresh = ageSeconds <= behavior.maxAgeSeconds && -ageSeconds <= behavior.maxFutureSkewSeconds;
  return fresh ? account : undefined;
}

/** The three shapes in which credentials are refused (docs/upstream/quantconnect.md, Refused signatures). */
export function refuseCredentials(shape: Behavior['authFailure'], credentials: Credentials): Answer {
  const { userId, hash, timestamp } = credentials;
  switch (shape) {
    case 'http401':
      return { status: 401, headers: { www_authenticate: 'Basic realm="QuantConnect"' }, text: '' };
    case 'http500':
      return { status: 500, text: '' };
    case 'hash200': {
      const message = `Hash doesn't match. UID: ${userId} Hash: ${hash} Timestamp: '${timestamp}'`;
      return { status: 200, json: { errors: [message], success: false } };
    }
  }
}
