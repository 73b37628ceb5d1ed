import type { ChannelListener } from '../lib/channel.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { Random } from '../lib/random.ts';
import { SharedUnavailable } from '../lib/shared-unavailable.ts';
import { hangUp, openClient } from './client.ts';
import { createOutage } from './outage.ts';
import type { Script } from './script.ts';
import { createSubscriber } from './subscriber.ts';

/** Redis is away, hangs, or refuses. */
export class RedisUnavailable extends SharedUnavailable {
  override readonly name = 'RedisUnavailable';

  constructor(cause: unknown) {
    super('Redis is not available', { cause });
  }
}

/** All that is asked of Redis. Everything but `close` throws RedisUnavailable, and soon. */
export interface Redis {
  /** Resolves once the first try to connect has succeeded or failed. */
  settled: Promise<void>;
  /** Runs a script; it must not matter if it ran although this fails. */
  run(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown>;
  publish(channel: string, message: string): Promise<void>;
  /** Hears a channel, now or as soon as that is possible, until the returned function is called. */
  subscribe(channel: string, listener: ChannelListener): () => void;
  /** Resolves when commands are answered and channels are heard. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** What a connection is made of. */
export interface RedisOptions {
  logger: Logger;
  clock: Clock;
  random: Random;
  /** Before every key and channel. @default `quantgate:` */
  prefix?: string;
  /** Nobody waits longer for an answer. @default 250 ms */
  timeoutMs?: number;
}

/** A connection nobody uses is tried this often, or its end would go unnoticed. */
const HEARTBEAT_MS = 5_000;

/** Connects, and goes on trying for ever: one connection for commands, one for channels. */
export function createRedis(url: string, options: RedisOptions): Redis {
  const { logger, clock, random, prefix = 'quantgate:', timeoutMs = 250 } = options;
  const outage = createOutage(logger);
  const settled = Promise.withResolvers<void>();
  const commands = openClient(url, random);
  const channels = openClient(url, random);
  let isClosing = false;
  let heartbeat: Timer;

  const lost = (reason?: unknown): void => {
    if (!isClosing) outage.away(reason);
    settled.resolve();
  };
  const found = (): void => {
    if (commands.status !== 'ready' || !subscriber.isHearing()) return;
    outage.back();
    settled.resolve();
  };

  const within = async <T>(work: Promise<T>): Promise<T> => {
    let timer: Timer | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      const giveUp = (): void => reject(new Error(`no answer within ${timeoutMs} ms`));
      // An answer that came while this process was busy is read before anybody gives up.
      timer = clock.after(timeoutMs, () => setImmediate(giveUp));
    });
    try {
      return await Promise.race([work, late]);
    } catch (cause) {
      if (commands.status === 'ready' && isRefusal(cause)) outage.refuses(cause);
      throw new RedisUnavailable(cause);
    } finally {
      timer?.cancel();
    }
  };

  const subscriber = createSubscriber(channels, { within, found, lost });

  commands.on('ready', found);
  for (const client of [commands, channels]) {
    let reason: unknown;
    client.on('error', (error) => {
      reason = error;
    });
    client.on('ready', () => {
      reason = undefined;
    });
    client.on('close', () => lost(reason));
    // Why it failed comes with 'error' and 'close'; the client tries again by itself.
    client.connect().catch(() => undefined);
  }

  const beat = (): void => {
    // A connection that does not answer is closed by its own time limit, which is what this is for.
    for (const client of [commands, channels]) client.ping().catch(() => undefined);
    heartbeat = clock.after(HEARTBEAT_MS, beat);
  };
  heartbeat = clock.after(HEARTBEAT_MS, beat);

  const evaluate = async ({ lua, sha }: Script, ...rest: [number, ...(string | number)[]]) => {
    try {
      return await commands.evalsha(sha, ...rest);
    } catch (error) {
      if (!(isRefusal(error) && error.message.startsWith('NOSCRIPT'))) throw error;
      return commands.eval(lua, ...rest);
    }
  };

  return {
    settled: settled.promise,
    run: (script, keys, args) =>
      within(evaluate(script, keys.length, ...keys.map((key) => prefix + key), ...args)),
    async publish(channel, message) {
      await within(commands.publish(prefix + channel, message));
    },
    subscribe: (channel, listener) => subscriber.subscribe(prefix + channel, listener),
    async ping() {
      await within(commands.ping());
      if (!subscriber.isHearing()) throw new RedisUnavailable(new Error('channels are not heard'));
    },
    async close() {
      isClosing = true;
      heartbeat.cancel();
      await Promise.all([hangUp(commands), hangUp(channels)]);
      settled.resolve();
    },
  };
}

/** An answer that says no. */
function isRefusal(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError';
}
