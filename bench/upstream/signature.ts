import { hash } from 'node:crypto';
import { upstreamTokenOf, userOfAccount } from '../lib/identities.ts';

const MAX_AGE_S = 300;
const MAX_REMEMBERED = 20_000;
const remembered = new Map<string, { timestamp: string; user: number }>();

/** The user who signed a call; `undefined` for a wrong or old signature. Each signature is computed once. */
export function signerOf(authorization: string, timestamp: string): number | undefined {
  if (!(Math.abs(Date.now() / 1_000 - Number(timestamp)) <= MAX_AGE_S)) return undefined;
  const known = remembered.get(authorization);
  if (known?.timestamp === timestamp) return known.user;
  const [account = '', signature] = Buffer.from(authorization.slice('Basic '.length), 'base64')
    .toString()
    .split(':');
  const user = userOfAccount(account);
  if (!(user >= 0) || hash('sha256', `${upstreamTokenOf(user)}:${timestamp}`) !== signature) return undefined;
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  remembered.set(authorization, { timestamp, user });
  return user;
}
