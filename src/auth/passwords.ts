import { rateLimited } from '../errors.ts';
import { createSemaphore } from '../lib/limit/semaphore.ts';
import type { Random } from '../lib/random.ts';
import type { Hasher } from './hasher.ts';

/** Hashing blocks a thread of Node's pool of four. Two stay free for file and DNS work. */
const MAX_CONCURRENT_HASHES = 2;
/** About half a second of work. */
const MAX_WAITING_HASHES = 20;
const RETRY_AFTER_SECONDS = 1;

/** The result of checking a password. */
export interface PasswordCheck {
  matches: boolean;
  /** The password's hash with today's parameters; set when it matches and the stored hash has weaker ones. */
  rehashed?: string | undefined;
}

/** Hashes and checks passwords, few at a time. Both throw GatewayError `RATE_LIMITED` when too many wait. */
export interface Passwords {
  /** A PHC string of argon2id. */
  hash(password: string): Promise<string>;
  /**
   * Checks a password against a stored hash. Without a stored hash (no such account) a dummy hash is checked, so that
   * the answer takes as long.
   */
  verify(stored: string | undefined, password: string): Promise<PasswordCheck>;
}

/** Resolves once the dummy hash is made. */
export async function createPasswords(deps: { hasher: Hasher; random: Random }): Promise<Passwords> {
  const { hasher, random } = deps;
  const semaphore = createSemaphore({
    maxRunning: MAX_CONCURRENT_HASHES,
    maxWaiting: MAX_WAITING_HASHES,
    whenFull: () => rateLimited('Too many sign-ins at once', RETRY_AFTER_SECONDS),
  });
  const dummyHash = await hasher.hash(random.bytes(32).toString('base64'));

  return {
    hash: (password) => semaphore.run(() => hasher.hash(normalize(password))),
    verify: (stored, password) =>
      semaphore.run(async () => {
        const matches =
          (await hasher.verify(stored ?? dummyHash, normalize(password))) && stored !== undefined;
        const rehashed =
          matches && hasher.isOutdated(stored) ? await hasher.hash(normalize(password)) : undefined;
        return { matches, rehashed };
      }),
  };
}

/** NFKC, so that a password gives the same bytes whichever keyboard it was typed on (NIST SP 800-63B, 5.1.1.2). */
function normalize(password: string): string {
  return password.normalize('NFKC');
}
