import type { Random } from '../lib/random.ts';
import { script } from './script.ts';

/** Writes a key, so a server that only reads, or that serves only a part of the keys, fails the test. */
const WRITE = script(`return redis.call('SET', KEYS[1], ARGV[1], 'PX', 10000)`);

export interface SelfTestDeps {
  run(lua: typeof WRITE, keys: readonly string[], args: readonly string[]): Promise<unknown>;
  publish(channel: string, message: string): Promise<void>;
  subscribe(channel: string, onMessage: (message: string) => void): void;
  /** Rejects when the work takes too long. */
  withTimeout<T>(work: Promise<T>): Promise<T>;
  random: Random;
}

/**
 * Tests that Redis does what it is used for: a script runs and writes, and a published message arrives. The key and the
 * channel belong to this process.
 */
export function createSelfTest({ run, publish, subscribe, withTimeout, random }: SelfTestDeps) {
  const name = `self-test:${random.uuid()}`;
  const waiting = new Map<string, () => void>();
  subscribe(name, (message) => waiting.get(message)?.());

  return async (): Promise<void> => {
    const message = random.uuid();
    const arrived = new Promise<void>((resolve) => {
      waiting.set(message, resolve);
    });
    try {
      await run(WRITE, [name], [message]);
      await publish(name, message);
      await withTimeout(arrived);
    } finally {
      waiting.delete(message);
    }
  };
}
