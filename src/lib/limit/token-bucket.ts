import type { Clock } from '../clock.ts';
import { factorAt, fullRateMs, MIN_FACTOR, RECOVERY_MS, sinceMsOf } from './slowed-rate.ts';

export interface TokenBucketOptions {
  ratePerSecond: number;
  burst: number;
  clock: Pick<Clock, 'steadyMs'>;
}

/** A bucket that starts with `burst` tokens and refills at `ratePerSecond` up to `burst`. */
export interface TokenBucket {
  /** Tokens in a full bucket: the burst, or less after it was slowed down. */
  capacity(): number;
  /** The tokens in the bucket, including fractions. */
  available(): number;
  /** Takes one token. The caller checks `available` first. */
  take(): void;
  /** Milliseconds until the bucket holds `tokens`, if none is taken before; 0 when it does. */
  waitMs(tokens: number): number;
  /**
   * Halves rate and burst, which recover over a minute. Calls that began before they were halved last say nothing new.
   * @param calledAtMs when the call began that shows that the rate is too high, by `Clock.steadyMs`
   */
  slowDown(calledAtMs: number): void;
  /** True when a fresh bucket would behave the same. */
  isFresh(): boolean;
}

/** Larger than the rounding error of summed fractions, so that ten tenths count as one token. */
const ROUNDING = 1e-9;

/** It is filled by steady time: setting the clock neither adds nor removes tokens. */
export function createTokenBucket({ ratePerSecond, burst, clock }: TokenBucketOptions): TokenBucket {
  let tokens = burst;
  let filledAtMs = clock.steadyMs();
  let slowed = { factor: 1, atMs: filledAtMs };
  const perMs = ratePerSecond / 1_000;

  const sinceMs = (): number => clock.steadyMs() - slowed.atMs;
  const capacity = (): number => Math.max(1, burst * factorAt(slowed, sinceMs()));

  const refill = (): number => {
    const gainedMs = fullRateMs(slowed, sinceMs()) - fullRateMs(slowed, filledAtMs - slowed.atMs);
    tokens = Math.min(capacity(), tokens + gainedMs * perMs);
    filledAtMs = clock.steadyMs();
    return tokens + ROUNDING;
  };

  return {
    capacity,
    available: refill,
    take: () => {
      tokens = refill() - ROUNDING - 1;
    },
    waitMs: (wanted) => {
      const missing = wanted - refill();
      if (missing <= 0) return 0;
      const readyMs = sinceMsOf(slowed, fullRateMs(slowed, sinceMs()) + missing / perMs);
      return Math.max(1, Math.ceil(readyMs - sinceMs() - ROUNDING));
    },
    slowDown: (calledAtMs) => {
      if (slowed.factor < 1 && calledAtMs < slowed.atMs) return;
      refill();
      const factor = Math.max(MIN_FACTOR, factorAt(slowed, sinceMs()) / 2);
      slowed = { factor, atMs: clock.steadyMs() };
      tokens = Math.min(tokens, capacity());
    },
    isFresh: () => (slowed.factor === 1 || sinceMs() >= RECOVERY_MS) && refill() >= burst,
  };
}
