import type { Channel } from '../lib/channel.ts';
import type { Random } from '../lib/random.ts';
import type { Redis } from './connection.ts';

/** Longest message that is listened to; ours are ids. */
const MAX_LENGTH = 1_000;

/** A channel of one Redis. Every message begins with its sender, by which a process knows its own. */
export function createChannel(redis: Redis, name: string, random: Random): Channel {
  const own = `${random.uuid()} `;
  return {
    publish(message) {
      // Whoever depends on it looks by itself now and then; that Redis is away is in the log.
      redis.publish(name, own + message).catch(() => undefined);
    },
    subscribe: ({ onMessage, onResumed }) =>
      redis.subscribe(name, {
        onMessage(message) {
          if (message.startsWith(own) || message.length > MAX_LENGTH) return;
          if (message[own.length - 1] !== ' ') return;
          onMessage(message.slice(own.length));
        },
        onResumed,
      }),
  };
}
