import type { Random } from './random.ts';

/** Bounds of an exponential backoff, in milliseconds. */
export interface BackoffBounds {
  /** Upper bound of the first pause; it doubles with each retry. */
  baseMs: number;
  /** Upper bound of every pause. */
  capMs: number;
}

/**
 * Exponential backoff with full jitter: a pause in milliseconds, uniform in [0, min(cap, base · 2^retry)), so that
 * callers that failed at the same time do not retry at the same time.
 * @param retry 0 for the first retry
 */
export function fullJitterMs(retry: number, bounds: BackoffBounds, random: Random): number {
  return random.fraction() * Math.min(bounds.capMs, bounds.baseMs * 2 ** retry);
}
