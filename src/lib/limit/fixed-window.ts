import type { Clock } from '../clock.ts';
import type { Rate } from '../units.ts';

/** Most keys remembered at a time; beyond it the oldest window is forgotten first. */
const MAX_KEYS = 100_000;

/**
 * Counters that each start with a key's first event and end one window later. Asynchronous, so that replicas can share
 * them. Those that do throw SharedUnavailable.
 */
export interface FixedWindow {
  /** 0 while the key has something left, else ms until its window ends. */
  waitMs(key: string): Promise<number>;
  /** Takes one and answers 0; when nothing is left, takes nothing and answers ms until the window ends. */
  take(key: string): Promise<number>;
  refund(key: string): Promise<void>;
  clear(key: string): Promise<void>;
}

/** Makes windows of one kind; equal names mean the same counters wherever they are shared. */
export type CreateFixedWindow = (name: string, rate: Rate) => FixedWindow;

/** Fixed windows in memory, bounded. */
export function createFixedWindow({ count, windowMs }: Rate, clock: Clock, maxKeys = MAX_KEYS): FixedWindow {
  // A window is set once and never moved, so the map's order is the order in which windows end.
  const windows = new Map<string, { taken: number; endsAtMs: number }>();

  const dropEnded = (): void => {
    for (const [key, window] of windows) {
      if (window.endsAtMs > clock.now() && windows.size < maxKeys) return;
      windows.delete(key);
    }
  };
  const current = (key: string) => {
    const window = windows.get(key);
    return window && window.endsAtMs > clock.now() ? window : undefined;
  };
  const waitMs = (key: string): number => {
    const window = current(key);
    return window && window.taken >= count ? window.endsAtMs - clock.now() : 0;
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
        windows.set(key, { taken: 1, endsAtMs: clock.now() + windowMs });
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
