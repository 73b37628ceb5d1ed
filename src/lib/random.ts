import { randomBytes, randomUUID } from 'node:crypto';

/** Randomness, passed in so that tests can be repeatable. */
export interface Random {
  /** Uniform in [0, 1). Not for secrets. */
  fraction(): number;
  /** Cryptographically secure bytes. */
  bytes(length: number): Buffer;
  /** A UUID of version 4. */
  uuid(): string;
}

/** The system's randomness. */
export const systemRandom: Random = { fraction: Math.random, bytes: randomBytes, uuid: randomUUID };
