import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { Random } from '../lib/random.ts';

/** What a process runs on: time, chance and a place to write to; and what it is called upstream. */
export interface Runtime {
  /** Our own version, for the `User-Agent`. */
  version: string;
  clock: Clock;
  random: Random;
  logger: Logger;
}
