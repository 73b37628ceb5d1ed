import type { Redis as Client } from 'ioredis';
import type { ChannelListener } from '../lib/channel.ts';

/** Whoever hears channels over one connection. */
export interface Subscriber {
  subscribe(channel: string, listener: ChannelListener): () => void;
  /** True while every channel asked for is heard. */
  isHearing(): boolean;
}

/** Where a subscriber tells how it goes. */
export interface SubscriberDeps {
  /** Fails when an answer takes too long. */
  within<T>(work: Promise<T>): Promise<T>;
  found(): void;
  lost(reason?: unknown): void;
}

/** Asks for its channels again whenever the connection is new, and then tells that something may have been missed. */
export function createSubscriber(client: Client, { within, found, lost }: SubscriberDeps): Subscriber {
  const listeners = new Map<string, Set<ChannelListener>>();
  let isOpen = false;
  /** Requests for channels that have not been answered. */
  let asking = 0;

  const hear = async (channels: readonly string[]): Promise<void> => {
    const { stream } = client;
    asking += 1;
    try {
      if (channels.length > 0) await within(client.subscribe(...channels));
    } catch (error) {
      lost(error);
      // Of a connection that is gone already a new one is on its way.
      if (client.stream === stream) client.disconnect(true);
      return;
    } finally {
      asking -= 1;
    }
    if (client.stream !== stream || !isOpen) return;
    found();
    for (const channel of channels) {
      for (const listener of listeners.get(channel) ?? []) listener.onResumed();
    }
  };

  client.on('ready', () => {
    isOpen = true;
    void hear([...listeners.keys()]);
  });
  client.on('close', () => {
    isOpen = false;
  });
  client.on('message', (channel, message) => {
    for (const listener of listeners.get(channel) ?? []) listener.onMessage(message);
  });

  return {
    subscribe(channel, listener) {
      const known = listeners.get(channel);
      listeners.set(channel, (known ?? new Set()).add(listener));
      if (!known && isOpen) void hear([channel]);
      return () => listeners.get(channel)?.delete(listener);
    },
    isHearing: () => isOpen && asking === 0,
  };
}
