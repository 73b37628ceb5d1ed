import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { Random } from '../lib/random.ts';

/** What differs between production and tests: clock, randomness and logger; and the version. */
export interface Runtime {
  /** Our own version, for the `User-Agent`. */
  version: string;
  clock: Clock;
  random: Random;
  logger: Logger;
}
