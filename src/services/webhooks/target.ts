import { isIP } from 'node:net';
import type { FieldProblem } from '../../errors.ts';
import { isLoopbackName, isSpecialAddress } from '../../lib/net/special-addresses.ts';
import { check } from '../common/input.ts';

/** Looks a name up. @throws Error when it cannot be resolved */
export type ResolveHost = (hostname: string) => Promise<readonly { address: string }[]>;

export interface TargetRules {
  /** `WEBHOOK_ALLOW_PRIVATE` */
  allowsPrivate: boolean;
  resolve: ResolveHost;
}

/** Most characters of a URL. */
const MAX_URL = 2_000;

/**
 * A problem with the URL of a webhook. A host that cannot be resolved yet is taken: the addresses are checked again at each
 * connection, which is what protects the network.
 */
export async function checkTarget(
  text: string,
  { allowsPrivate, resolve }: TargetRules,
): Promise<FieldProblem | undefined> {
  const wrong = (message: string): FieldProblem => ({ path: 'url', message });
  if (text.length > MAX_URL) return wrong(`must have at most ${MAX_URL} characters`);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    return wrong('must be a URL like https://example.com/hook');
  if (url.protocol !== 'https:' && !allowsPrivate) return wrong('must begin with https:');
  if (url.username !== '' || url.password !== '') return wrong('must not contain credentials');
  if (allowsPrivate) return undefined;
  return check(await isReachable(url.hostname, resolve), 'url', 'must not name a private or special address');
}

async function isReachable(hostname: string, resolve: ResolveHost): Promise<boolean> {
  if (isLoopbackName(hostname)) return false;
  const address = hostname.replace(/^\[(.*)\]$/, '$1');
  if (isIP(address) !== 0) return !isSpecialAddress(address);
  const found = await resolve(hostname).catch(() => []);
  return found.every((one) => !isSpecialAddress(one.address));
}
