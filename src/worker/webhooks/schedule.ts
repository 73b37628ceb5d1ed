/** Pauses after the first failures, in seconds; each later one is twice the one before. */
const FIRST_PAUSES_S = [1, 2, 4, 8, 15, 30, 60];

const LONGEST_PAUSE_MS = 6 * 3_600_000;

/** A webhook that fails for so long is disabled. */
export const GIVE_UP_AFTER_MS = 3 * 86_400_000;

/** Pauses differ by up to a fifth, so that receivers of many webhooks are not met by all at once. */
const JITTER = 0.2;

/**
 * The pause until the next try, in ms.
 * @param failures failed tries in a row, 1 at least
 * @param fraction random, from 0 to 1
 */
export function pauseAfter(failures: number, fraction: number): number {
  const last = FIRST_PAUSES_S.length - 1;
  const listed = FIRST_PAUSES_S[Math.min(failures - 1, last)] ?? 1;
  const doublings = Math.min(32, Math.max(0, failures - 1 - last));
  const pauseMs = Math.min(LONGEST_PAUSE_MS, listed * 1_000 * 2 ** doublings);
  return Math.round(pauseMs * (1 + JITTER * (2 * fraction - 1)));
}
