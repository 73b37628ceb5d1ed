/**
 * Carries hints: a stream has reached a position. A hint may come twice, late or never, so a follower reads the store, and
 * reads it from time to time without a hint.
 */
export interface Bus {
  publish(stream: string, position: number): void;
  /** Calls `listener` for each hint of the stream. @returns ends the subscription */
  subscribe(stream: string, listener: (position: number) => void): () => void;
}

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
  const listeners = new Map<string, Set<(position: number) => void>>();
  return {
    publish(stream, position) {
      for (const listener of listeners.get(stream) ?? []) listener(position);
    },
    subscribe(stream, listener) {
      const own = (position: number): void => listener(position);
      const group = listeners.get(stream) ?? new Set();
      listeners.set(stream, group.add(own));
      return () => {
        group.delete(own);
        if (group.size === 0 && listeners.get(stream) === group) listeners.delete(stream);
      };
    },
  };
}
