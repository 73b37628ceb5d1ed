import type { Redis } from './connection.ts';
import { script } from './script.ts';

export interface RedisBudgetOptions {
  redis: Redis;
  ratePerSecond: number;
  burst: number;
  /** Hashes a key, so that Redis does not learn it. */
  hashKey: (key: string) => string;
  /** For tests; Redis' own time by default. */
  now?: () => number;
}

/**
 * Takes a token from a bucket that may go below zero. A caller can take a token that is not there yet, and gets the
 * time until it will be. So callers need not ask again, and all replicas together serve them in order of arrival. A
 * full bucket has no key. A clock that steps back neither adds nor removes tokens.
 */
const TAKE = script(`
  local rate, burst, reserve, maxWait = tonumber(ARGV[1]) / 1000, tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
  local now = tonumber(ARGV[5])
  if not now then
    local time = redis.call('TIME')
    now = time[1] * 1000 + math.floor(time[2] / 1000)
  end
  local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at')
  local elapsed = math.max(0, now - (tonumber(kept[2]) or now))
  local tokens = math.min(burst, (tonumber(kept[1]) or burst) + elapsed * rate)
  -- The small constant absorbs the rounding error of summed fractions.
  local wait = math.max(0, math.ceil((1 + reserve - tokens) / rate - 0.000001))
  if wait > maxWait then return { 0, wait } end
  tokens = tokens - 1
  redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', string.format('%d', now))
  redis.call('PEXPIRE', KEYS[1], math.ceil((burst - tokens) / rate) + 1000)
  return { 1, wait }
`);

/** Larger numbers would lose digits in Lua. */
const MAX_WAIT_MS = 1e9;

/** One token bucket per credential, in Redis, for all replicas. */
export function createRedisBudget({ redis, ratePerSecond, burst, hashKey, now }: RedisBudgetOptions) {
  return {
    async take(
      credentialId: string,
      reserve: number,
      maxWaitMs: number,
    ): Promise<{ isTaken: boolean; waitMs: number }> {
      const maxWait = Math.floor(Math.min(maxWaitMs, MAX_WAIT_MS));
      const answer = await redis.run(
        TAKE,
        [`budget:${hashKey(credentialId)}`],
        [ratePerSecond, burst, reserve, maxWait, now?.() ?? ''],
      );
      const [isTaken, waitMs] = Array.isArray(answer) ? answer : [];
      return { isTaken: isTaken === 1, waitMs: Number(waitMs) };
    },
  };
}
