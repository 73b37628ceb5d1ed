import type { Random } from './random.ts';

/** Bounds of an exponential backoff, in milliseconds. */
export interface BackoffBounds {
  /** The longest first pause; it doubles from retry to retry. */
  baseMs: number;
  /** No pause is longer than this. */
  capMs: number;
}

/**
 * Exponential backoff with full jitter: uniform in [0, min(cap, base · 2^retry)), so that callers who
 * failed together do not come back together.
 * @param retry 0 for the first retry
 */
export function fullJitterMs(retry: number, bounds: BackoffBounds, random: Random): number {
  return random.fraction() * Math.min(bounds.capMs, bounds.baseMs * 2 ** retry);
}
