import { SharedUnavailable } from '../shared-unavailable.ts';
import type { FixedWindow } from './fixed-window.ts';

/**
 * Counts each event in this process and for all replicas; both must allow it. While the shared counters are unavailable
 * or after they were lost, the local ones still limit this process.
 */
export function layerFixedWindows(local: FixedWindow, shared: FixedWindow): FixedWindow {
  return {
    async waitMs(key) {
      const [localMs, sharedMs] = await Promise.all([
        local.waitMs(key),
        unlessUnavailable(0, shared.waitMs(key)),
      ]);
      return Math.max(localMs, sharedMs);
    },
    async take(key) {
      const localMs = await local.take(key);
      if (localMs > 0) return localMs;
      const sharedMs = await unlessUnavailable(0, shared.take(key));
      if (sharedMs > 0) await local.refund(key);
      return sharedMs;
    },
    async refund(key) {
      await Promise.all([local.refund(key), unlessUnavailable(undefined, shared.refund(key))]);
    },
    async clear(key) {
      await Promise.all([local.clear(key), unlessUnavailable(undefined, shared.clear(key))]);
    },
  };
}

async function unlessUnavailable<T>(fallback: T, shared: Promise<T>): Promise<T> {
  try {
    return await shared;
  } catch (error) {
    if (!(error instanceof SharedUnavailable)) throw error;
    return fallback;
  }
}
