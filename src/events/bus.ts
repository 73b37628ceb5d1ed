/**
 * Carries hints: a stream has reached a position, and what the new entries are about. A hint may come twice, late or never,
 * so a follower reads the store, and looks from time to time without a hint. The position 0 says that nothing was added,
 * but that something which followers depend on may have changed.
 */
export interface Bus {
  /** @param topics what the new entries are about; without it, anything */
  publish(stream: string, position: number, topics?: readonly string[]): void;
  /** Calls `listener` for each hint of the stream. @returns ends the subscription */
  subscribe(stream: string, listener: HintListener): () => void;
}

export type HintListener = (position: number, topics?: readonly string[]) => void;

/** The stream of an owner's event log. */
export function eventStream(ownerId: string): string {
  return `events:${ownerId}`;
}

/** The stream of a deployment's messages, or of the thread of one of its sub-agents. */
export function messageStream(ownerId: string, deploymentId: string, callableId?: string): string {
  const stream = `messages:${ownerId}:${deploymentId}`;
  return callableId === undefined ? stream : `${stream}:${callableId}`;
}

/** Hints on this stream say that an owner's credentials have changed. */
export function credentialStream(ownerId: string): string {
  return `credentials:${ownerId}`;
}

/** Hints on this stream wake the poller: a watch may be due earlier than it has planned for. */
export const WATCH_STREAM = 'watches';

/** The bus of a single process. */
export function createMemoryBus(): Bus {
  const listeners = new Map<string, Set<HintListener>>();
  return {
    publish(stream, position, topics) {
      for (const listener of listeners.get(stream) ?? []) listener(position, topics);
    },
    subscribe(stream, listener) {
      const own: HintListener = (position, topics) => listener(position, topics);
      const group = listeners.get(stream) ?? new Set();
      listeners.set(stream, group.add(own));
      return () => {
        group.delete(own);
        if (group.size === 0 && listeners.get(stream) === group) listeners.delete(stream);
      };
    },
  };
}
