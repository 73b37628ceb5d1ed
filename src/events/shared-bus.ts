import type { Channel } from '../lib/channel.ts';
import { type Bus, createMemoryBus } from './bus.ts';

/** The most characters of topics in a message. A hint about more is sent without topics. */
const MAX_TOPICS_LENGTH = 600;

/**
 * The bus of one of several processes. Listeners of this process are called at once, those of others through the channel.
 * A message is `[stream, position]` or `[stream, position, topics]`; a forged one only causes one more read of the store.
 */
export function createSharedBus(channel: Channel): Bus {
  const local = createMemoryBus();
  const listening = new Map<string, number>();

  const count = (stream: string, change: 1 | -1): void => {
    const left = (listening.get(stream) ?? 0) + change;
    if (left > 0) listening.set(stream, left);
    else listening.delete(stream);
  };

  channel.subscribe({
    onMessage(message) {
      const hint = parse(message);
      if (hint) local.publish(...hint);
    },
    onResumed() {
      for (const stream of [...listening.keys()]) local.publish(stream, 0);
    },
  });

  return {
    publish(stream, position, topics) {
      local.publish(stream, position, topics);
      channel.publish(write(stream, position, topics));
    },
    subscribe(stream, listener) {
      const stop = local.subscribe(stream, listener);
      let isOn = true;
      count(stream, 1);
      return () => {
        if (isOn) count(stream, -1);
        isOn = false;
        stop();
      };
    },
  };
}

function write(stream: string, position: number, topics: readonly string[] | undefined): string {
  const text = topics === undefined ? '' : JSON.stringify(topics);
  const isSent = text !== '' && text.length <= MAX_TOPICS_LENGTH;
  return isSent ? `[${JSON.stringify(stream)},${position},${text}]` : JSON.stringify([stream, position]);
}

function parse(message: string): [stream: string, position: number, topics?: string[]] | undefined {
  let hint: unknown;
  try {
    hint = JSON.parse(message);
  } catch {
    return undefined;
  }
  if (!Array.isArray(hint) || hint.length < 2 || hint.length > 3) return undefined;
  const [stream, position, topics]: unknown[] = hint;
  if (typeof stream !== 'string') return undefined;
  if (typeof position !== 'number' || !Number.isSafeInteger(position) || position < 0) return undefined;
  if (hint.length === 2) return [stream, position];
  if (!Array.isArray(topics) || !topics.every((topic) => typeof topic === 'string')) return undefined;
  return [stream, position, topics];
}
