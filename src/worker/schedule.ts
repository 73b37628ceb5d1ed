import type { NextPoll } from '../events/writers/watch-health.ts';

/** Bounds of the pause between two looks. */
export interface ScheduleLimits {
  minMs: number;
  maxMs: number;
}

/** How much longer the pause gets after a look that found nothing new. */
const GROWTH = 1.5;

/** Part of the pause that chance adds, so that many watches do not look in step. */
const JITTER = 0.2;

function clamp(valueMs: number, { minMs, maxMs }: ScheduleLimits): number {
  return Math.min(maxMs, Math.max(minMs, Math.round(valueMs)));
}

/**
 * The next look after one that worked: soon while things move, more and more slowly while they do not.
 * @param fraction uniform in [0, 1)
 */
export function afterSuccess(
  now: number,
  pauseMs: number,
  hasChanges: boolean,
  fraction: number,
  limits: ScheduleLimits,
): NextPoll {
  const next = clamp(hasChanges ? limits.minMs : pauseMs * GROWTH, limits);
  // The longest pause leaves room for chance too: that is where the most watches meet.
  const shortest = Math.min(next, limits.maxMs / (1 + JITTER));
  return { pauseMs: next, nextLookAt: now + clamp(shortest * (1 + JITTER * fraction), limits) };
}

/**
 * The next look after one that failed: the pause doubles with each failure in a row, half of it by chance.
 * What the upstream asked for (`Retry-After`) is waited for in any case.
 */
export function afterFailure(
  now: number,
  failures: number,
  retryAfterMs: number,
  fraction: number,
  limits: ScheduleLimits,
): NextPoll {
  const ceiling = clamp(limits.minMs * 2 ** Math.min(failures, 20), limits);
  const pauseMs = Math.round(ceiling / 2 + (ceiling / 2) * fraction);
  return { pauseMs: ceiling, nextLookAt: now + Math.max(pauseMs, retryAfterMs) };
}
