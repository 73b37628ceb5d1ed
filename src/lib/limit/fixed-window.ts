import type { Clock } from '../clock.ts';
import type { Rate } from '../units.ts';

/** Bounds the memory: beyond this number of keys, the oldest window is dropped. */
const MAX_KEYS = 100_000;

/**
 * Counts events per key. A window starts with a key's first event and ends `windowMs` later. Asynchronous, so that an
 * implementation can be shared by replicas; a shared one may throw SharedUnavailable.
 */
export interface FixedWindow {
  /** 0 while the key is below its limit, else the milliseconds until its window ends. */
  waitMs(key: string): Promise<number>;
  /** Counts an event and returns 0; at the limit, counts nothing and returns the milliseconds until the window ends. */
  take(key: string): Promise<number>;
  /** Takes one event back, if the window has not ended. */
  refund(key: string): Promise<void>;
  /** Resets the key's counter. */
  clear(key: string): Promise<void>;
}

/** Creates the counters of one kind. Replicas that use the same name share the counters. */
export type CreateFixedWindow = (name: string, rate: Rate) => FixedWindow;

/** Fixed windows in memory. */
export function createFixedWindow({ count, windowMs }: Rate, clock: Clock, maxKeys = MAX_KEYS): FixedWindow {
  // The key is deleted before it is set again, so the map's order is the order in which the windows end.
  const windows = new Map<string, { taken: number; endsAtMs: number }>();

  const dropEnded = (): void => {
    for (const [key, window] of windows) {
      if (window.endsAtMs > clock.steadyMs() && windows.size < maxKeys) return;
      windows.delete(key);
    }
  };
  const current = (key: string) => {
    const window = windows.get(key);
    return window && window.endsAtMs > clock.steadyMs() ? window : undefined;
  };
  const waitMs = (key: string): number => {
    const window = current(key);
    return window && window.taken >= count ? window.endsAtMs - clock.steadyMs() : 0;
  };

  return {
    waitMs: async (key) => waitMs(key),
    async take(key) {
      const wait = waitMs(key);
      if (wait > 0) return wait;
      const window = current(key);
      if (window) window.taken += 1;
      else {
        windows.delete(key);
        dropEnded();
        windows.set(key, { taken: 1, endsAtMs: clock.steadyMs() + windowMs });
      }
      return 0;
    },
    async refund(key) {
      const window = current(key);
      if (window) window.taken -= 1;
      if (window?.taken === 0) windows.delete(key);
    },
    async clear(key) {
      windows.delete(key);
    },
  };
}
