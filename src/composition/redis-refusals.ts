import { addressOf, StartError } from '../lib/start-error.ts';
import { type Redis, RedisUnavailable } from '../redis/connection.ts';

/** Error replies to a connection that waiting does not cure, and what to do about each. */
const REFUSALS: Record<string, string> = {
  WRONGPASS: 'refused the user name or the password of REDIS_URL',
  NOAUTH: 'asks for a password, and REDIS_URL has none',
  NOPERM:
    'does not permit what is needed; the user of REDIS_URL needs EVAL, EVALSHA, PUBLISH, SUBSCRIBE and INFO',
};

/** Modes in which one address is not enough. The gateway keeps hints and counters there, for which one server will do. */
const MODES: Record<string, string> = {
  sentinel: 'a Redis Sentinel, which is not supported; it needs the address of the Redis server itself',
  cluster: 'a Redis Cluster, which is not supported; it needs a server without cluster mode',
};

/**
 * Refuses a server that can never be used. One that cannot be reached is no reason: the gateway works without Redis, and
 * uses it as soon as it is there.
 * @throws StartError
 */
export async function assertRedisUsable(redis: Redis, url: string): Promise<void> {
  const failure = await redis.settled;
  const refusal = REFUSALS[firstWordOf(failure)];
  if (refusal !== undefined) throw new StartError(`Redis at ${addressOf(url, 6379)} ${refusal}`);
  const mode = MODES[await readMode(redis)];
  if (mode !== undefined) throw new StartError(`REDIS_URL leads to ${mode} (${addressOf(url, 6379)})`);
}

function firstWordOf(failure: unknown): string {
  return failure instanceof Error && failure.name === 'ReplyError'
    ? (failure.message.split(' ')[0] ?? '')
    : '';
}

/** The mode that the server names; empty when it cannot be asked, or hides it. */
async function readMode(redis: Redis): Promise<string> {
  try {
    return /^redis_mode:(\w+)/m.exec(await redis.info())?.[1] ?? '';
  } catch (error) {
    if (error instanceof RedisUnavailable) return '';
    throw error;
  }
}
