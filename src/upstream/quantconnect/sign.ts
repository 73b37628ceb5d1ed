import { hash as digest } from 'node:crypto';

/** Both headers are secrets: the signature covers no method, path or body, so it could be replayed. */
export interface SignatureHeaders {
  authorization: string;
  timestamp: string;
}

/**
 * Signs a time: SHA-256 of `<apiToken>:<seconds>` in hex, sent with the user id as Basic credentials
 * (docs/upstream/quantconnect.md, Signing). Every attempt is signed anew, and signatures are not stored.
 * @param atMs the time by the upstream's clock, in milliseconds since the epoch
 */
export function sign(userId: string, apiToken: string, atMs: number): SignatureHeaders {
  const timestamp = String(Math.floor(atMs / 1_000));
  const hash = digest('sha256', `${apiToken}:${timestamp}`, 'hex');
  const basic = Buffer.from(`${userId}:${hash}`, 'utf8').toString('base64');
  return { authorization: `Basic ${basic}`, timestamp };
}

/** What a signature consists of: the Basic value, and the hash within it. */
export function secretsOf({ authorization }: SignatureHeaders): string[] {
  const basic = authorization.slice('Basic '.length);
  const [, hash = ''] = Buffer.from(basic, 'base64').toString().split(':');
  return [basic, hash];
}
