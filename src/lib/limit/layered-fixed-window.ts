import { SharedUnavailable } from '../shared-unavailable.ts';
import type { FixedWindow } from './fixed-window.ts';

/**
 * Windows that count here and for all replicas together, and let through what both let through. While the shared ones
 * are away, and after they have forgotten everything, those of this process hold.
 */
export function layerFixedWindows(local: FixedWindow, shared: FixedWindow): FixedWindow {
  return {
    async waitMs(key) {
      const [here, everywhere] = await Promise.all([local.waitMs(key), orElse(0, shared.waitMs(key))]);
      return Math.max(here, everywhere);
    },
    async take(key) {
      const here = await local.take(key);
      if (here > 0) return here;
      const everywhere = await orElse(0, shared.take(key));
      if (everywhere > 0) await local.refund(key);
      return everywhere;
    },
    async refund(key) {
      await Promise.all([local.refund(key), orElse(undefined, shared.refund(key))]);
    },
    async clear(key) {
      await Promise.all([local.clear(key), orElse(undefined, shared.clear(key))]);
    },
  };
}

async function orElse<T>(otherwise: T, shared: Promise<T>): Promise<T> {
  try {
    return await shared;
  } catch (error) {
    if (!(error instanceof SharedUnavailable)) throw error;
    return otherwise;
  }
}
