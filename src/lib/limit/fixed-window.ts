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

/** The state of a key's window. */
export interface Quota {
  /** Events that are left in the window. */
  remaining: number;
  /** Milliseconds until the window ends; its length when there is none. */
  resetMs: number;
  /** True at the limit: one more event is not counted. After `take`: this one was not. */
  isOver: boolean;
}

/** Fixed windows in memory, without a promise: every request passes one. */
export interface LocalWindow {
  rate: Rate;
  /** Counts nothing. */
  look(key: string): Quota;
  /** Counts an event. */
  take(key: string): Quota;
  /** As in `FixedWindow`. */
  refund(key: string): void;
  clear(key: string): void;
}

export function createLocalWindow(
  rate: Rate,
  clock: Pick<Clock, 'steadyMs'>,
  maxKeys = MAX_KEYS,
): LocalWindow {
  const { count, windowMs } = rate;
  // The key is deleted before it is set again, so the map's order is the order in which the windows end.
  const windows = new Map<string, { taken: number; endsAtMs: number }>();

  const dropEnded = (nowMs: number): void => {
    for (const [key, { endsAtMs }] of windows) {
      if (endsAtMs > nowMs && windows.size < maxKeys) return;
      windows.delete(key);
    }
  };
  const current = (key: string) => {
    const window = windows.get(key);
    return window && window.endsAtMs > clock.steadyMs() ? window : undefined;
  };
  const begin = (key: string) => {
    const nowMs = clock.steadyMs();
    windows.delete(key);
    dropEnded(nowMs);
    const window = { taken: 0, endsAtMs: nowMs + windowMs };
    windows.set(key, window);
    return window;
  };

  return {
    rate,
    look(key) {
      const window = current(key);
      if (window === undefined) return { remaining: count, resetMs: windowMs, isOver: count <= 0 };
      const remaining = count - window.taken;
      return { remaining, resetMs: window.endsAtMs - clock.steadyMs(), isOver: remaining <= 0 };
    },
    take(key) {
      const window = current(key) ?? begin(key);
      const isOver = window.taken >= count;
      if (!isOver) window.taken += 1;
      return { remaining: count - window.taken, resetMs: window.endsAtMs - clock.steadyMs(), isOver };
    },
    refund(key) {
      const window = current(key);
      if (window) window.taken -= 1;
      if (window?.taken === 0) windows.delete(key);
    },
    clear: (key) => void windows.delete(key),
  };
}

/** Fixed windows in memory. */
export function createFixedWindow(rate: Rate, clock: Clock, maxKeys = MAX_KEYS): FixedWindow {
  const local = createLocalWindow(rate, clock, maxKeys);
  const waitMs = ({ isOver, resetMs }: Quota): number => (isOver ? resetMs : 0);
  return {
    waitMs: async (key) => waitMs(local.look(key)),
    take: async (key) => waitMs(local.take(key)),
    refund: async (key) => local.refund(key),
    clear: async (key) => local.clear(key),
  };
}
