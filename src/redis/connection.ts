import type { ChannelListener } from '../lib/channel.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { Random } from '../lib/random.ts';
import { SharedUnavailable } from '../lib/shared-unavailable.ts';
import { closeClient, openClient } from './client.ts';
import { createOutage } from './outage.ts';
import type { Script } from './script.ts';
import { createSelfTest } from './self-test.ts';
import { createSubscriber } from './subscriber.ts';

/** Redis cannot be reached, does not answer in time, or refuses a command. */
export class RedisUnavailable extends SharedUnavailable {
  override readonly name = 'RedisUnavailable';

  constructor(cause: unknown) {
    super('Redis is not available', { cause });
  }
}

/** The use of Redis. Every method but `close` throws RedisUnavailable after `timeoutMs` at the latest. */
export interface Redis {
  /** Resolves when the first attempt to connect has succeeded or failed; with the reason when it failed. */
  settled: Promise<unknown>;
  /** Runs a script. It may have run although this throws, so callers must tolerate that. */
  run(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown>;
  publish(channel: string, message: string): Promise<void>;
  /** Subscribes to a channel, at once or when connected; returns the function that removes the listener. */
  subscribe(channel: string, listener: ChannelListener): () => void;
  /** Resolves when everything works that Redis is used for: a script has written, and a message has arrived. */
  check(): Promise<void>;
  /** What the server says of itself, as `INFO server` answers. */
  info(): Promise<string>;
  close(): Promise<void>;
}

export interface RedisOptions {
  logger: Logger;
  clock: Clock;
  random: Random;
  /** Prefix of every key and channel. @default `quantgate:` */
  prefix?: string;
  /** Time limit of each command. @default 250 ms */
  timeoutMs?: number;
}

/** Interval of pings, by which the loss of an idle connection is noticed. */
const HEARTBEAT_MS = 5_000;

/** Connects and reconnects for ever: one connection for commands, one for subscriptions. */
export function createRedis(url: string, options: RedisOptions): Redis {
  const { logger, clock, random, prefix = 'quantgate:', timeoutMs = 250 } = options;
  const outage = createOutage(logger);
  const settled = Promise.withResolvers<unknown>();
  const commands = openClient(url, random);
  const channels = openClient(url, random);
  let isClosing = false;
  let heartbeat: Timer;

  const onLost = (reason?: unknown): void => {
    if (!isClosing) outage.onLost(reason);
    settled.resolve(reason ?? new Error('the connection was closed'));
  };
  const onRestored = (): void => {
    if (commands.status !== 'ready' || !subscriber.isSubscribed()) return;
    outage.onRestored();
    settled.resolve(undefined);
  };

  const withTimeout = async <T>(work: Promise<T>): Promise<T> => {
    let timer: Timer | undefined;
    const timedOut = new Promise<never>((_resolve, reject) => {
      const giveUp = (): void => reject(new Error(`no answer within ${timeoutMs} ms`));
      // The event loop may have been busy: read an answer that has already arrived before giving up.
      timer = clock.after(timeoutMs, () => setImmediate(giveUp));
    });
    try {
      return await Promise.race([work, timedOut]);
    } catch (cause) {
      if (commands.status === 'ready' && isRefusal(cause)) outage.onRefusal(cause);
      throw new RedisUnavailable(cause);
    } finally {
      timer?.cancel();
    }
  };

  const subscriber = createSubscriber(channels, { withTimeout, onRestored, onLost });

  commands.on('ready', onRestored);
  for (const client of [commands, channels]) {
    let reason: unknown;
    client.on('error', (error) => {
      reason = error;
    });
    client.on('ready', () => {
      reason = undefined;
    });
    client.on('close', () => onLost(reason));
    // The failure is handled by 'error' and 'close', and the client reconnects by itself.
    client.connect().catch(() => undefined);
  }

  const ping = (): void => {
    // The socket timeout closes a connection that does not answer; the result of the ping is not needed.
    for (const client of [commands, channels]) client.ping().catch(() => undefined);
    heartbeat = clock.after(HEARTBEAT_MS, ping);
  };
  heartbeat = clock.after(HEARTBEAT_MS, ping);

  const evaluate = async ({ lua, sha }: Script, ...rest: [number, ...(string | number)[]]) => {
    try {
      return await commands.evalsha(sha, ...rest);
    } catch (error) {
      if (!(isRefusal(error) && error.message.startsWith('NOSCRIPT'))) throw error;
      return commands.eval(lua, ...rest);
    }
  };

  const run = (script: Script, keys: readonly string[], args: readonly (string | number)[]) =>
    withTimeout(evaluate(script, keys.length, ...keys.map((key) => prefix + key), ...args));
  const publish = async (channel: string, message: string): Promise<void> => {
    await withTimeout(commands.publish(prefix + channel, message));
  };
  const subscribe = (channel: string, listener: ChannelListener) =>
    subscriber.subscribe(prefix + channel, listener);
  const selfTest = createSelfTest({
    run,
    publish,
    subscribe: (channel, onMessage) => void subscribe(channel, { onMessage, onResumed: () => undefined }),
    withTimeout,
    random,
  });

  return {
    settled: settled.promise,
    run,
    publish,
    subscribe,
    async check() {
      await selfTest();
      if (!subscriber.isSubscribed())
        throw new RedisUnavailable(new Error('not every channel is subscribed'));
    },
    info: () => withTimeout(commands.info('server')),
    async close() {
      isClosing = true;
      heartbeat.cancel();
      await Promise.all([closeClient(commands), closeClient(channels)]);
      settled.resolve(undefined);
    },
  };
}

/** True for an error reply of Redis, as opposed to a lost connection. */
function isRefusal(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError';
}
