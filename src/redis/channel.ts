import type { Channel } from '../lib/channel.ts';
import type { Random } from '../lib/random.ts';
import type { Redis } from './connection.ts';

/** Longer messages are ignored; the gateway's own are ids. */
const MAX_LENGTH = 1_000;

/** A channel over Redis. Each message begins with the id of its sender, so that a process can ignore its own. */
export function createChannel(redis: Redis, name: string, random: Random): Channel {
  const ownPrefix = `${random.uuid()} `;
  return {
    publish(message) {
      // A lost message only delays its receivers, which also check at intervals. The outage itself is logged.
      redis.publish(name, ownPrefix + message).catch(() => undefined);
    },
    subscribe: ({ onMessage, onResumed }) =>
      redis.subscribe(name, {
        onMessage(message) {
          if (message.startsWith(ownPrefix) || message.length > MAX_LENGTH) return;
          if (message[ownPrefix.length - 1] !== ' ') return;
          onMessage(message.slice(ownPrefix.length));
        },
        onResumed,
      }),
  };
}
