import type { Clock } from '../lib/clock.ts';
import type { Rate } from '../lib/units.ts';

/** Most keys remembered at a time; beyond it the oldest window is forgotten first. */
const MAX_KEYS = 100_000;

/** Counters that each start with a key's first event and end one window later. */
export interface Windows {
  /** 0 while the key has something left, else ms until its window ends. */
  waitMs(key: string): number;
  take(key: string): void;
  giveBack(key: string): void;
  clear(key: string): void;
}

/** Fixed windows in memory, bounded. */
export const createWindows = ({ count, windowMs }: Rate, clock: Clock, maxKeys = MAX_KEYS): Windows => {
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

  return {
    waitMs(key) {
      const window = current(key);
      return window && window.taken >= count ? window.endsAtMs - clock.now() : 0;
    },
    take(key) {
      const window = current(key);
      if (window) {
        window.taken += 1;
        return;
      }
      windows.delete(key);
      dropEnded();
      windows.set(key, { taken: 1, endsAtMs: clock.now() + windowMs });
    },
    giveBack(key) {
      const window = current(key);
      if (window && window.taken > 0) window.taken -= 1;
    },
    clear: (key) => {
      windows.delete(key);
    },
  };
};
