import { type GatewayError, rateLimited } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import { createOwnerShares, SharesFull } from '../lib/limit/owner-shares.ts';
import { networkOf } from '../lib/net/network.ts';
import type { Random } from '../lib/random.ts';
import type { Hasher } from './hasher.ts';

/** Hashing blocks a thread of Node's pool of four. Two stay free for file and DNS work. */
const MAX_CONCURRENT_HASHES = 2;
/** Of one network: about half a second of work. */
const MAX_WAITING_HASHES = 20;
/** Of all networks: those that wait are served in turn, so this bounds the wait of one that has just come. */
const MAX_WAITING_IN_ALL = 200;
const RETRY_AFTER_SECONDS = 1;

/** The result of checking a password. */
export interface PasswordCheck {
  matches: boolean;
  /** The password's hash with today's parameters; set when it matches and the stored hash has weaker ones. */
  rehashed?: string | undefined;
}

/**
 * Hashes and checks passwords, few at a time. The networks that wait are served in turn, so that one that signs in without
 * end does not delay another. Both throw GatewayError `RATE_LIMITED` when too many wait.
 */
export interface Passwords {
  /** A PHC string of argon2id. @param address of the client */
  hash(password: string, address: string): Promise<string>;
  /**
   * Checks a password against a stored hash. Without a stored hash (no such account) a dummy hash is checked, so that
   * the answer takes as long.
   * @param address of the client
   */
  verify(stored: string | undefined, password: string, address: string): Promise<PasswordCheck>;
}

/** Resolves once the dummy hash is made. */
export async function createPasswords(deps: {
  hasher: Hasher;
  random: Random;
  clock: Clock;
}): Promise<Passwords> {
  const { hasher, random, clock } = deps;
  const shares = createOwnerShares({
    places: MAX_CONCURRENT_HASHES,
    placesPerOwner: MAX_CONCURRENT_HASHES,
    maxWaitingPerOwner: MAX_WAITING_HASHES,
    clock,
  });
  let inAll = 0;
  const dummyHash = await hasher.hash(random.bytes(32).toString('base64'));

  const inTurn = async <T>(address: string, work: () => Promise<T>): Promise<T> => {
    if (inAll >= MAX_WAITING_IN_ALL + MAX_CONCURRENT_HASHES) throw tooMany();
    inAll += 1;
    try {
      const release = await shares.acquire(networkOf(address)).catch((error: unknown) => {
        throw error instanceof SharesFull ? tooMany() : error;
      });
      try {
        return await work();
      } finally {
        release();
      }
    } finally {
      inAll -= 1;
    }
  };

  return {
    hash: (password, address) => inTurn(address, () => hasher.hash(normalize(password))),
    verify: (stored, password, address) =>
      inTurn(address, async () => {
        const matches =
          (await hasher.verify(stored ?? dummyHash, normalize(password))) && stored !== undefined;
        const rehashed =
          matches && hasher.isOutdated(stored) ? await hasher.hash(normalize(password)) : undefined;
        return { matches, rehashed };
      }),
  };
}

function tooMany(): GatewayError {
  return rateLimited('Too many sign-ins at once', RETRY_AFTER_SECONDS);
}

/** NFKC, so that a password gives the same bytes whichever keyboard it was typed on (NIST SP 800-63B, 5.1.1.2). */
function normalize(password: string): string {
  return password.normalize('NFKC');
}
