import type { Clock } from '../clock.ts';
import type { Rate } from '../units.ts';

/** Bounds the memory: beyond this number of keys, the oldest windows are dropped. */
const MAX_KEYS = 100_000;

/** The state of a caller's window after one more request. */
export interface RequestQuota {
  /** Requests that are left in the window. */
  remaining: number;
  /** Milliseconds until the window ends. */
  resetMs: number;
  /** True when this request is beyond the limit. */
  isOver: boolean;
}

/** Counts requests by caller in fixed windows, without a promise: every request passes here. */
export interface RequestRate {
  rate: Rate;
  /** Counts one request. */
  take(caller: string): RequestQuota;
}

/** Counts in this process (docs/decisions/0041-request-rate-per-process.md). A window begins with a caller's first request. */
export function createRequestRate(
  rate: Rate,
  clock: Pick<Clock, 'steadyMs'>,
  maxKeys = MAX_KEYS,
): RequestRate {
  // A window is deleted before it is begun anew, so the map's order is the order in which windows end.
  const windows = new Map<string, { taken: number; endsAtMs: number }>();

  const dropEnded = (nowMs: number): void => {
    for (const [caller, { endsAtMs }] of windows) {
      if (endsAtMs > nowMs && windows.size < maxKeys) return;
      windows.delete(caller);
    }
  };

  return {
    rate,
    take(caller) {
      const nowMs = clock.steadyMs();
      let window = windows.get(caller);
      if (window === undefined || window.endsAtMs <= nowMs) {
        windows.delete(caller);
        dropEnded(nowMs);
        window = { taken: 0, endsAtMs: nowMs + rate.windowMs };
        windows.set(caller, window);
      }
      const isOver = window.taken >= rate.count;
      if (!isOver) window.taken += 1;
      return { remaining: rate.count - window.taken, resetMs: window.endsAtMs - nowMs, isOver };
    },
  };
}
