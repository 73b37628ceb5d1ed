import type { NextPoll } from '../events/writers/watch-health.ts';

/** Bounds of the pause between two polls. */
export interface ScheduleLimits {
  minMs: number;
  maxMs: number;
}

/** Factor of the pause after a poll that found no change. */
const GROWTH = 1.5;

/** Largest part of the pause that is added at random, so that watches are not all polled at the same time. */
const JITTER = 0.2;

/**
 * The next poll after one that succeeded: after the shortest pause when it found changes, else after a pause that grows.
 * @param pauseMs the pause before this poll
 * @param fraction random, in [0, 1)
 */
export function afterSuccess(
  pauseMs: number,
  hasChanges: boolean,
  fraction: number,
  limits: ScheduleLimits,
): NextPoll {
  const nextPauseMs = clamp(hasChanges ? limits.minMs : pauseMs * GROWTH, limits);
  // The longest pause leaves room for jitter too: most watches have it.
  const shortestMs = Math.min(nextPauseMs, limits.maxMs / (1 + JITTER));
  return {
    pauseMs: nextPauseMs,
    delayMs: clamp(shortestMs * (1 + JITTER * fraction), limits),
  };
}

/**
 * The next poll after one that failed: the pause doubles with each failure in a row, and half of it is random. It is never
 * shorter than the upstream's `Retry-After` (RFC 9110, section 10.2.3).
 * @param failures failures in a row before this one
 * @param fraction random, in [0, 1)
 */
export function afterFailure(
  failures: number,
  retryAfterMs: number,
  fraction: number,
  limits: ScheduleLimits,
): NextPoll {
  const ceilingMs = clamp(limits.minMs * 2 ** Math.min(failures, 20), limits);
  const pauseMs = Math.round(ceilingMs / 2 + (ceilingMs / 2) * fraction);
  return { pauseMs: ceilingMs, delayMs: Math.max(pauseMs, retryAfterMs) };
}

/** Longest wait that an upstream can ask for; then it is asked again. */
const LONGEST_WAIT_MS = 60_000;

/** The longest time until a next poll. A poll that is further ahead was scheduled before the clock went back. */
export function findLongestDelayMs({ maxMs }: ScheduleLimits): number {
  return Math.max(maxMs, LONGEST_WAIT_MS);
}

function clamp(valueMs: number, { minMs, maxMs }: ScheduleLimits): number {
  return Math.min(maxMs, Math.max(minMs, Math.round(valueMs)));
}
