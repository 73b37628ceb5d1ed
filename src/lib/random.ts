import { randomBytes, randomUUID } from 'node:crypto';

/** Randomness, passed in so that tests can repeat a run. */
export interface Random {
  /** Uniform in [0, 1); for jitter only. */
  fraction(): number;
  /** Unpredictable bytes, for secrets. */
  bytes(length: number): Buffer;
  /** A random UUID. */
  uuid(): string;
}

/** The real source. */
export const systemRandom: Random = { fraction: Math.random, bytes: randomBytes, uuid: randomUUID };
