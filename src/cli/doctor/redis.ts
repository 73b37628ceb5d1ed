import { assertRedisUsable } from '../../composition/redis-refusals.ts';
import type { Runtime } from '../../composition/runtime.ts';
import type { Config } from '../../config.ts';
import { addressOf } from '../../lib/start-error.ts';
import { createRedis, RedisUnavailable } from '../../redis/connection.ts';
import { createLogger } from '../../telemetry/logger.ts';
import { type Check, checksOf } from './check.ts';

/** More than the gateway waits for one command, because this command has no request that waits. */
const TIMEOUT_MS = 2_000;

/** Whether Redis does everything that it is used for. @throws StartError when it can never be used */
export async function checkRedis({ redisUrl, redisPrefix }: Config, runtime: Runtime): Promise<Check[]> {
  const { ok, fail } = checksOf('redis');
  if (redisUrl === undefined) return [ok('REDIS_URL is not set; none is used')];
  const address = addressOf(redisUrl, 6379);
  // What goes wrong is a check of this command, not also a line of the log.
  const logger = createLogger({ level: 'silent', destination: { write: () => undefined } });
  const redis = createRedis(redisUrl, { ...runtime, logger, prefix: redisPrefix, timeoutMs: TIMEOUT_MS });
  try {
    await assertRedisUsable(redis, redisUrl);
    await redis.check();
    return [ok(`Redis at ${address} runs scripts and passes messages on`)];
  } catch (error) {
    if (!(error instanceof RedisUnavailable)) throw error;
    const reason = (await redis.settled) ?? error.cause;
    return [fail(`Redis at ${address} cannot be used (${reasonOf(reason)}): start it, or correct REDIS_URL`)];
  } finally {
    await redis.close();
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && error.message === '') return String(error.code);
  return error instanceof Error ? error.message : 'no answer';
}
