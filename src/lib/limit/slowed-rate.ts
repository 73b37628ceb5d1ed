/** How long a rate takes to recover after it was halved. */
export const RECOVERY_MS = 60_000;
/** A rate that is halved again and again stays at least at this part of its full value. */
export const MIN_FACTOR = 1 / 16;

/**
 * A rate that was slowed down to `factor` times its full value, and recovers in a straight line (additive increase,
 * multiplicative decrease, as in RFC 5681). Times are milliseconds since it was slowed down.
 */
export interface SlowedRate {
  factor: number;
}

/** The part of the full rate that holds after `sinceMs`. */
export function factorAt({ factor }: SlowedRate, sinceMs: number): number {
  return factor + (1 - factor) * Math.min(1, Math.max(0, sinceMs) / RECOVERY_MS);
}

/** The time in which the full rate gives as much as this one has given after `sinceMs`, in milliseconds. */
export function fullRateMs(slowed: SlowedRate, sinceMs: number): number {
  const slowMs = Math.min(sinceMs, RECOVERY_MS);
  const meanFactor = (slowed.factor + factorAt(slowed, slowMs)) / 2;
  return meanFactor * slowMs + sinceMs - slowMs;
}

/** After how many milliseconds `fullRateMs` reaches `fullMs`. */
export function sinceMsOf(slowed: SlowedRate, fullMs: number): number {
  const { factor } = slowed;
  const afterMs = fullMs - fullRateMs(slowed, RECOVERY_MS);
  if (afterMs >= 0 || factor === 1) return RECOVERY_MS + afterMs;
  const perMs = (1 - factor) / RECOVERY_MS;
  return (Math.sqrt(factor * factor + 2 * perMs * fullMs) - factor) / perMs;
}
