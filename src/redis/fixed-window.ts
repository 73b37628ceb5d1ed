import type { Rate } from '../lib/units.ts';
import type { Redis } from './connection.ts';
import { script } from './script.ts';

export interface RedisFixedWindowOptions {
  redis: Redis;
  /** Part of every key, so that windows of different kinds do not mix. */
  name: string;
  rate: Rate;
  /** Hashes a key, because Redis must not learn addresses. */
  hashKey: (key: string) => string;
}

/**
 * Windows expire by Redis' own time, so that replicas with different clocks agree. A counter without expiry was not
 * written by the gateway and is ignored: it would lock an account for ever.
 */
const COUNT = `
  local left = redis.call('PTTL', KEYS[1])
  local taken = left >= 0 and tonumber(redis.call('GET', KEYS[1])) or 0
`;

const LEFT = script(`${COUNT}
  if taken < tonumber(ARGV[1]) then return 0 end
  return math.max(1, left)
`);

const TAKE = script(`${COUNT}
  if taken >= tonumber(ARGV[1]) then return math.max(1, left) end
  if taken == 0 then redis.call('SET', KEYS[1], 1, 'PX', ARGV[2]) else redis.call('INCR', KEYS[1]) end
  return 0
`);

const REFUND = script(`${COUNT}
  if taken > 1 then redis.call('DECR', KEYS[1]) else redis.call('DEL', KEYS[1]) end
`);

const CLEAR = script(`redis.call('DEL', KEYS[1])`);

/** Fixed windows in Redis, shared by all replicas. */
export function createRedisFixedWindow({ redis, name, rate, hashKey }: RedisFixedWindowOptions) {
  const keysOf = (key: string): string[] => [`windows:${name}:${hashKey(key)}`];
  return {
    async waitMs(key: string): Promise<number> {
      return Number(await redis.run(LEFT, keysOf(key), [rate.count]));
    },
    async take(key: string): Promise<number> {
      return Number(await redis.run(TAKE, keysOf(key), [rate.count, rate.windowMs]));
    },
    async refund(key: string): Promise<void> {
      await redis.run(REFUND, keysOf(key), []);
    },
    async clear(key: string): Promise<void> {
      await redis.run(CLEAR, keysOf(key), []);
    },
  };
}
