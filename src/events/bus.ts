/**
 * Says that a stream has reached a position, and nothing else. A hint may come twice, late or never:
 * whoever follows a stream reads the store, and looks by itself now and then.
 */
export interface Bus {
  publish(stream: string, position: number): void;
  /** Calls `listener` with each hint of the stream until the returned function is called. */
  subscribe(stream: string, listener: (position: number) => void): () => void;
}

/** The stream of an owner's event log. */
export function eventStream(ownerId: string): string {
  return `events:${ownerId}`;
}

/** The stream of a deployment's messages. */
export function messageStream(ownerId: string, deploymentId: string): string {
  return `messages:${ownerId}:${deploymentId}`;
}

/** Something is to be looked at sooner than planned. */
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
