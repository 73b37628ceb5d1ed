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
import { createRedisBudget } from '../redis/budget.ts';
import { createChannel } from '../redis/channel.ts';
import { createRedis } from '../redis/connection.ts';
import { createRedisFixedWindow } from '../redis/fixed-window.ts';
import type { SharedBudget } from '../upstream/policies/shared-budget.ts';

/** All that replicas share besides the store; in a process of its own, what stands in for it. */
export interface Shared {
  bus: Bus;
  /** For the limits on guessing. */
  loginWindows: CreateFixedWindow;
  /** For `createUpstreams`; without it every process has a budget of its own. */
  upstreamBudget: SharedBudget | undefined;
  /** The one place endings are announced in. @param endedAmong asks the store, so that nobody has to be believed */
  revocations(endedAmong: FindRevoked): SessionRevocations;
  /** Whether it can be reached right now; nothing here depends on that. */
  isUp(): Promise<boolean>;
  close(): Promise<void>;
}

/** Part of the configuration; `redisPrefix` is for tests that share one Redis. */
export interface SharedConfig {
  redisUrl?: string | undefined;
  redisPrefix?: string | undefined;
  upstream: { ratePerSecond: number; burst: number };
}

export interface SharedRuntime {
  /** The ring of encryption keys, the same for all replicas. */
  keys: { encryptionKeys: readonly WrappingKey[] };
  clock: Clock;
  random: Random;
  logger: Logger;
}

/** What stands in for sharing where one process is alone. */
export function createLocal(clock: Clock): Shared {
  return {
    bus: createMemoryBus(),
    loginWindows: (_name, rate) => createFixedWindow(rate, clock),
    upstreamBudget: undefined,
    revocations: createSessionRevocations,
    isUp: async () => true,
    close: async () => undefined,
  };
}

/**
 * Connects to Redis if there is one. Resolves after the first try, whether or not it has succeeded: Redis may be away
 * at any time, the start included.
 */
export async function createShared(config: SharedConfig, around: SharedRuntime): Promise<Shared> {
  const { redisUrl, redisPrefix: prefix, upstream } = config;
  const { keys, clock, random, logger } = around;
  if (redisUrl === undefined) return createLocal(clock);

  const redis = createRedis(redisUrl, { prefix, logger, clock, random });
  const hide = createHide(keys.encryptionKeys);
  const bus = createSharedBus(createChannel(redis, 'hints', random));
  const endingsChannel = createChannel(redis, 'revocations', random);
  await redis.settled;

  return {
    bus,
    loginWindows: (name, rate) =>
      layerFixedWindows(createFixedWindow(rate, clock), createRedisFixedWindow({ redis, name, rate, hide })),
    upstreamBudget: createRedisBudget({ redis, ...upstream, hide }),
    revocations: (findRevoked) =>
      createSharedSessionRevocations({ channel: endingsChannel, findRevoked, logger }),
    isUp: () =>
      redis.ping().then(
        () => true,
        () => false,
      ),
    close: redis.close,
  };
}

/**
 * E-mails and addresses are few enough to be guessed from a plain hash, so theirs is keyed. The key comes from the first
 * of the ring by HKDF (RFC 5869); when that changes, counters begin anew.
 */
function createHide([first]: readonly WrappingKey[]): (text: string) => string {
  if (!first) throw new Error('What Redis is not to see needs an encryption key');
  const key = createSecretKey(Buffer.from(hkdfSync('sha256', first.key, '', 'redis-keys', 32)));
  return (text) => createHmac('sha256', key).update(text).digest('base64url');
}
