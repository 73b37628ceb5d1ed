import { MIN_FACTOR, RECOVERY_MS } from '../lib/limit/slowed-rate.ts';
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
 * The bucket as it is now: `tokens`, which may be below zero, and the factor by which rate and burst are slowed down
 * (`lib/limit/slowed-rate.ts`, in Lua). A full bucket has no key. A clock that steps back neither adds nor removes tokens.
 */
const BUCKET = `
  local rate, burst = tonumber(ARGV[1]) / 1000, tonumber(ARGV[2])
  local now = tonumber(ARGV[3])
  if not now then
    local time = redis.call('TIME')
    now = time[1] * 1000 + math.floor(time[2] / 1000)
  end
  local RECOVERY = ${RECOVERY_MS}
  local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at', 'factor', 'slowed')
  local at = math.min(now, tonumber(kept[2]) or now)
  local factor, slowed = tonumber(kept[3]) or 1, tonumber(kept[4]) or at
  local function factorAt(since)
    return factor + (1 - factor) * math.min(1, math.max(0, since) / RECOVERY)
  end
  local function fullRateMs(since)
    local slow = math.min(since, RECOVERY)
    return (factor + factorAt(slow)) / 2 * slow + since - slow
  end
  local function sinceOf(full)
    local after = full - fullRateMs(RECOVERY)
    if after >= 0 or factor == 1 then return RECOVERY + after end
    local perMs = (1 - factor) / RECOVERY
    return (math.sqrt(factor * factor + 2 * perMs * full) - factor) / perMs
  end
  local since = now - slowed
  local capacity = math.max(1, burst * factorAt(since))
  local gained = (fullRateMs(since) - fullRateMs(at - slowed)) * rate
  local tokens = math.min(capacity, (tonumber(kept[1]) or burst) + gained)
  local function keep()
    redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', string.format('%d', now))
    local slow = factor < 1 and math.max(0, RECOVERY - (now - slowed)) or 0
    redis.call('PEXPIRE', KEYS[1], math.ceil(slow + (burst - tokens) / rate) + 1000)
  end
`;

/**
 * Takes a token from a bucket that may go below zero. A caller can take a token that is not there yet, and gets the
 * time until it will be. So callers need not ask again, and all replicas together serve them in order of arrival.
 */
const TAKE = script(`${BUCKET}
  local reserve, maxWait = tonumber(ARGV[4]), tonumber(ARGV[5])
  local missing = 1 + math.min(capacity - 1, reserve * capacity / burst) - tokens
  local wait = 0
  -- The small constant absorbs the rounding error of summed fractions.
  if missing > 0 then
    wait = math.max(1, math.ceil(sinceOf(fullRateMs(since) + missing / rate) - since - 0.000001))
  end
  if wait > maxWait then return { 0, wait } end
  tokens = tokens - 1
  keep()
  return { 1, wait }
`);

/** Halves rate and burst, unless that was done since the call began that shows that they are too high. */
const SLOW_DOWN = script(`${BUCKET}
  if factor < 1 and now - tonumber(ARGV[4]) < slowed then return 0 end
  factor, slowed = math.max(${MIN_FACTOR}, factorAt(since) / 2), now
  tokens = math.min(tokens, math.max(1, burst * factor))
  redis.call('HSET', KEYS[1], 'factor', tostring(factor), 'slowed', string.format('%d', slowed))
  keep()
  return 1
`);

/** Larger numbers would lose digits in Lua. */
const MAX_WAIT_MS = 1e9;

/** One token bucket for each account of each owner, in Redis, for all replicas. */
export function createRedisBudget({ redis, ratePerSecond, burst, hashKey, now }: RedisBudgetOptions) {
  const keyOf = (ownedAccount: string): [string] => [`budget:${hashKey(ownedAccount)}`];
  const bucket = () => [ratePerSecond, burst, now?.() ?? ''];
  return {
    async take(
      ownedAccount: string,
      reserve: number,
      maxWaitMs: number,
    ): Promise<{ isTaken: boolean; waitMs: number }> {
      const maxWait = Math.floor(Math.min(maxWaitMs, MAX_WAIT_MS));
      const answer = await redis.run(TAKE, keyOf(ownedAccount), [...bucket(), reserve, maxWait]);
      const [isTaken, waitMs] = Array.isArray(answer) ? answer : [];
      return { isTaken: isTaken === 1, waitMs: Number(waitMs) };
    },
    async slowDown(ownedAccount: string, calledMsAgo: number): Promise<void> {
      await redis.run(SLOW_DOWN, keyOf(ownedAccount), [...bucket(), Math.ceil(calledMsAgo)]);
    },
  };
}
