import { createHmac, createSecretKey, hkdfSync } from 'node:crypto';
import {
  createSessionRevocations,
  type FindRevoked,
  type SessionRevocations,
} from '../auth/session-revocations.ts';
import { createSharedSessionRevocations } from '../auth/shared-session-revocations.ts';
import { type Bus, createMemoryBus } from '../events/bus.ts';
import { createSharedBus } from '../events/shared-bus.ts';
import type { Clock } from '../lib/clock.ts';
import type { WrappingKey } from '../lib/keys.ts';
import { type CreateFixedWindow, createFixedWindow } from '../lib/limit/fixed-window.ts';
import { layerFixedWindows } from '../lib/limit/layered-fixed-window.ts';
import type { Logger } from '../lib/logger.ts';
import type { Random } from '../lib/random.ts';
import type { ReadinessWarning } from '../lib/readiness.ts';
import { createRedisBudget } from '../redis/budget.ts';
import { createChannel } from '../redis/channel.ts';
import { createRedisFixedWindow } from '../redis/fixed-window.ts';
import type { SharedBudget } from '../upstream/policies/shared-budget.ts';

/** What replicas share besides the store, over Redis; or its equivalent within one process. */
export interface Shared {
  bus: Bus;
  /** For the limits of sign-ins, registrations and verifications of credentials. */
  loginWindows: CreateFixedWindow;
  /** For `createUpstreams`; undefined when each process has its own budget. */
  upstreamBudget: SharedBudget | undefined;
  /** Announces revocations to all processes. @param findRevoked asks the store, as announcements may be forged */
  revocations(findRevoked: FindRevoked): SessionRevocations;
  /** Checks that Redis works. Requests are served without it, so a failure is a warning. */
  warnings(): Promise<ReadinessWarning[]>;
  close(): Promise<void>;
}

/** Part of `Config`. `redisPrefix` separates gateways that use one Redis. */
export interface SharedConfig {
  redisUrl?: string | undefined;
  redisPrefix?: string | undefined;
  upstream: { ratePerSecond: number; burst: number };
}

export interface SharedRuntime {
  /** Encryption keys, the same for all replicas. */
  keys: { encryptionKeys: readonly WrappingKey[] };
  clock: Clock;
  random: Random;
  logger: Logger;
}

/** The equivalent for a process without Redis. */
export function createUnshared(clock: Clock): Shared {
  return {
    bus: createMemoryBus(),
    loginWindows: (_name, rate) => createFixedWindow(rate, clock),
    upstreamBudget: undefined,
    revocations: createSessionRevocations,
    warnings: async () => [],
    close: async () => undefined,
  };
}

const REDIS_UNUSABLE: ReadinessWarning = {
  name: 'redis',
  detail:
    'Redis cannot be used: events of other replicas arrive up to 5 s later, and limits cover only this process',
};

/**
 * Connects to Redis if one is configured. Resolves after the first try, successful or not: the gateway also starts and
 * works while Redis is unreachable.
 * @throws StartError when the server can never be used
 */
export async function createShared(config: SharedConfig, runtime: SharedRuntime): Promise<Shared> {
  const { redisUrl, redisPrefix: prefix, upstream } = config;
  const { keys, clock, random, logger } = runtime;
  if (redisUrl === undefined) return createUnshared(clock);

  // The client is loaded only where Redis is used.
  const [{ createRedis }, { assertRedisUsable }] = await Promise.all([
    import('../redis/connection.ts'),
    import('./redis-refusals.ts'),
  ]);
  const redis = createRedis(redisUrl, { prefix, logger, clock, random });
  const hashKey = createKeyedHash(keys.encryptionKeys);
  const bus = createSharedBus(createChannel(redis, 'hints', random));
  const revocationsChannel = createChannel(redis, 'revocations', random);
  try {
    await assertRedisUsable(redis, redisUrl);
  } catch (error) {
    await redis.close();
    throw error;
  }

  return {
    bus,
    loginWindows: (name, rate) =>
      layerFixedWindows(
        createFixedWindow(rate, clock),
        createRedisFixedWindow({ redis, name, rate, hashKey }),
      ),
    upstreamBudget: createRedisBudget({ redis, ...upstream, hashKey }),
    revocations: (findRevoked) =>
      createSharedSessionRevocations({ channel: revocationsChannel, findRevoked, logger }),
    // The connection logs the reason, once for each outage.
    warnings: () =>
      redis.check().then(
        () => [],
        () => [REDIS_UNUSABLE],
      ),
    close: redis.close,
  };
}

/**
 * The hash under which Redis keys hold e-mails and addresses. It is keyed, as they could be guessed from a plain hash.
 * Its key is derived from the first encryption key by HKDF (RFC 5869); when that changes, all counters restart.
 */
function createKeyedHash([first]: readonly WrappingKey[]): (text: string) => string {
  if (!first) throw new Error('Redis needs an encryption key to hash what its keys hold');
  const key = createSecretKey(Buffer.from(hkdfSync('sha256', first.key, '', 'redis-keys', 32)));
  return (text) => createHmac('sha256', key).update(text).digest('base64url');
}
