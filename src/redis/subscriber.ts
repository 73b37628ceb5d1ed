import type { Redis as Client } from 'ioredis';
import type { ChannelListener } from '../lib/channel.ts';

/** Subscribes to channels over one connection. */
export interface Subscriber {
  /** Returns the function that removes the listener. */
  subscribe(channel: string, listener: ChannelListener): () => void;
  /** True while all channels are subscribed. */
  isSubscribed(): boolean;
}

export interface SubscriberDeps {
  /** Rejects when the work takes too long. */
  withTimeout<T>(work: Promise<T>): Promise<T>;
  onRestored(): void;
  onLost(reason?: unknown): void;
}

/** Subscribes again on each new connection, and then calls `onResumed`, because messages may have been lost. */
export function createSubscriber(
  client: Client,
  { withTimeout, onRestored, onLost }: SubscriberDeps,
): Subscriber {
  const listeners = new Map<string, Set<ChannelListener>>();
  let isOpen = false;
  /** Number of subscribe commands without an answer. */
  let unanswered = 0;

  const requestChannels = async (channels: readonly string[]): Promise<void> => {
    const { stream } = client;
    unanswered += 1;
    try {
      if (channels.length > 0) await withTimeout(client.subscribe(...channels));
    } catch (error) {
      onLost(error);
      // If the connection has already been replaced, the new one must not be closed.
      if (client.stream === stream) client.disconnect(true);
      return;
    } finally {
      unanswered -= 1;
    }
    if (client.stream !== stream || !isOpen) return;
    onRestored();
    for (const channel of channels) {
      for (const listener of listeners.get(channel) ?? []) listener.onResumed();
    }
  };

  client.on('ready', () => {
    isOpen = true;
    void requestChannels([...listeners.keys()]);
  });
  client.on('close', () => {
    isOpen = false;
  });
  client.on('message', (channel, message) => {
    for (const listener of listeners.get(channel) ?? []) listener.onMessage(message);
  });

  return {
    subscribe(channel, listener) {
      const existing = listeners.get(channel);
      listeners.set(channel, (existing ?? new Set()).add(listener));
      if (!existing && isOpen) void requestChannels([channel]);
      return () => listeners.get(channel)?.delete(listener);
    },
    isSubscribed: () => isOpen && unanswered === 0,
  };
}
