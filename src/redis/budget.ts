import type { Redis } from './connection.ts';
import { script } from './script.ts';

/** What a shared budget is made of. */
export interface RedisBudgetOptions {
  redis: Redis;
  ratePerSecond: number;
  burst: number;
  /** Makes of a key what Redis may see. */
  hide: (key: string) => string;
  /** Redis' own time, unless a test brings another. */
  now?: () => number;
}

/**
 * A bucket that may be drawn below nothing: whoever takes a token that is still to come is told when it will be there,
 * so those who wait need not ask again and are served in the order they came, whichever replica they came to. A full
 * bucket is no key at all. A clock that goes back adds nothing and takes nothing.
 */
const TAKE = script(`
  local rate, burst, reserve, patience = tonumber(ARGV[1]) / 1000, tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
  local now = tonumber(ARGV[5])
  if not now then
    local time = redis.call('TIME')
    now = time[1] * 1000 + math.floor(time[2] / 1000)
  end
  local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at')
  local elapsed = math.max(0, now - (tonumber(kept[2]) or now))
  local tokens = math.min(burst, (tonumber(kept[1]) or burst) + elapsed * rate)
  -- Sums of fractions of a token fall a little short of whole ones.
  local wait = math.max(0, math.ceil((1 + reserve - tokens) / rate - 0.000001))
  if wait > patience then return { 0, wait } end
  tokens = tokens - 1
  redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', string.format('%d', now))
  redis.call('PEXPIRE', KEYS[1], math.ceil((burst - tokens) / rate) + 1000)
  return { 1, wait }
`);

/** Numbers larger than this would lose digits on their way through Lua. */
const MAX_PATIENCE_MS = 1e9;

/** One token bucket a credential, in Redis, for all replicas. */
export function createRedisBudget({ redis, ratePerSecond, burst, hide, now }: RedisBudgetOptions) {
  return {
    async take(
      credentialId: string,
      reserve: number,
      patienceMs: number,
    ): Promise<{ isTaken: boolean; waitMs: number }> {
      const patience = Math.floor(Math.min(patienceMs, MAX_PATIENCE_MS));
      const answer = await redis.run(
        TAKE,
        [`budget:${hide(credentialId)}`],
        [ratePerSecond, burst, reserve, patience, now?.() ?? ''],
      );
      const [isTaken, waitMs] = Array.isArray(answer) ? answer : [];
      return { isTaken: isTaken === 1, waitMs: Number(waitMs) };
    },
  };
}
