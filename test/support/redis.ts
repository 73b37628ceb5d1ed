import { randomBytes } from 'node:crypto';
import { Redis as Client } from 'ioredis';
import { systemClock } from '../../src/lib/clock.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { createRedis, type Redis } from '../../src/redis/connection.ts';

/** A server on which tests may create keys. */
export const redisUrl = process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:6379';

/** A key prefix of a server, whose keys are deleted at disposal. */
export interface TemporaryRedis extends AsyncDisposable {
  prefix: string;
  /** A connection as a replica has it, closed at disposal. Its timeouts are long, for busy machines. */
  connect(more?: { url?: string; timeoutMs?: number; lines?: string[] }): Promise<Redis>;
  /** Every key, without the prefix, with its value. */
  contents(): Promise<Map<string, string>>;
  /** Publishes a message that no replica would send. */
  forge(channel: string, message: string): Promise<void>;
  forget(): Promise<void>;
  /** Runs a command as its administrator. */
  command(name: string, ...args: string[]): Promise<unknown>;
}

function openAdmin(): Client {
  return new Client(redisUrl, { lazyConnect: true, connectTimeout: 2_000, retryStrategy: () => null });
}

/** Creates a random prefix. */
export async function temporaryRedis(): Promise<TemporaryRedis> {
  const prefix = `quantgate-test:${randomBytes(8).toString('hex')}:`;
  const admin = openAdmin();
  admin.on('error', () => undefined);
  await admin.connect();
  const opened: Redis[] = [];

  const keys = async (): Promise<string[]> => {
    const found: string[] = [];
    for await (const some of admin.scanStream({ match: `${prefix}*`, count: 1_000 })) found.push(...some);
    return found;
  };
  const forget = async (): Promise<void> => {
    const all = await keys();
    if (all.length > 0) await admin.del(all);
  };

  return {
    prefix,
    async connect({ url = redisUrl, timeoutMs = 10_000, lines = [] } = {}) {
      const write = (fields: object, message: string): void =>
        void lines.push(`${message} ${JSON.stringify(fields)}`);
      const logger = { debug: write, info: write, warn: write, error: write };
      const redis = createRedis(url, { prefix, logger, clock: systemClock, random: systemRandom, timeoutMs });
      opened.push(redis);
      await redis.settled;
      return redis;
    },
    async contents() {
      const all = await keys();
      const dump = async (key: string): Promise<[string, string]> => [
        key.slice(prefix.length),
        (await admin.type(key)) === 'hash'
          ? JSON.stringify(await admin.hgetall(key))
          : String(await admin.get(key)),
      ];
      return new Map(await Promise.all(all.map(dump)));
    },
    async forge(channel, message) {
      await admin.publish(prefix + channel, message);
    },
    forget,
    command: (name, ...args) => admin.call(name, ...args),
    async [Symbol.asyncDispose]() {
      await Promise.all(opened.map((redis) => redis.close()));
      await forget();
      admin.disconnect();
    },
  };
}

/**
 * True if no server answers: tests that need Redis are skipped. On CI it is always false, so that they fail there.
 */
export const isRedisMissing: boolean =
  !process.env.CI &&
  (await temporaryRedis().then(
    async (redis) => {
      await redis[Symbol.asyncDispose]();
      return false;
    },
    () => true,
  ));
