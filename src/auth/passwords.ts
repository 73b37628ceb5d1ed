import { createSemaphore } from '../lib/limit/semaphore.ts';
import type { Random } from '../lib/random.ts';
import type { Hasher } from './hasher.ts';

/** Hashing occupies a thread of Node's pool of four: two at most, or file and DNS work would wait behind it. */
const HASHES_AT_ONCE = 2;
/** About half a second of work. */
const HASHES_WAITING = 20;

/** What became of a try. */
export interface Verdict {
  matches: boolean;
  /** The password's hash by today's parameters, when the stored one is weaker. */
  rehashed?: string | undefined;
}

/** Hashes and checks passwords, a few at a time. Both throw `RATE_LIMITED` when too many wait. */
export interface Passwords {
  /** A PHC string of argon2id. */
  hash(password: string): Promise<string>;
  /**
   * Checks a try. Without a stored hash (no such account) a dummy one is checked, so both cost the same.
   * @param onTurn runs when the try is about to be judged; if it throws, nothing is
   */
  verify(stored: string | undefined, password: string, onTurn?: () => void | Promise<void>): Promise<Verdict>;
}

/** Makes the password checker; hashes once, to have the dummy ready. */
export async function createPasswords(deps: { hasher: Hasher; random: Random }): Promise<Passwords> {
  const { hasher, random } = deps;
  const turns = createSemaphore({
    maxRunning: HASHES_AT_ONCE,
    maxWaiting: HASHES_WAITING,
    refusal: 'Too many sign-ins at once',
    retryAfterSeconds: 1,
  });
  const dummy = await hasher.hash(random.bytes(32).toString('base64'));

  return {
    hash: (password) => turns.run(() => hasher.hash(normalize(password))),
    verify: (stored, password, onTurn) =>
      turns.run(async () => {
        await onTurn?.();
        const matches = (await hasher.verify(stored ?? dummy, normalize(password))) && stored !== undefined;
        const rehashed =
          matches && hasher.isOutdated(stored) ? await hasher.hash(normalize(password)) : undefined;
        return { matches, rehashed };
      }),
  };
}

/** The same keys pressed give the same bytes on every device (NIST SP 800-63B, 5.1.1.2). */
function normalize(password: string): string {
  return password.normalize('NFKC');
}
