import type { Clock } from '../clock.ts';

export interface TokenBucketOptions {
  ratePerSecond: number;
  burst: number;
  clock: Clock;
}

/** A bucket that starts with `burst` tokens and refills at `ratePerSecond` up to `burst`. */
export interface TokenBucket {
  /** Tokens in a full bucket. */
  readonly burst: number;
  /** The tokens in the bucket, including fractions. */
  available(): number;
  /** Takes one token. The caller checks `available` first. */
  take(): void;
  /** Milliseconds until the bucket holds `tokens`, if none is taken before; 0 when it does. */
  waitMs(tokens: number): number;
}

/** Larger than the rounding error of summed fractions, so that ten tenths count as one token. */
const ROUNDING = 1e-9;

/** It is filled by steady time: setting the clock neither adds nor removes tokens. */
export function createTokenBucket({ ratePerSecond, burst, clock }: TokenBucketOptions): TokenBucket {
  let tokens = burst;
  let filledAtMs = clock.steadyMs();

  const refill = (): number => {
    const nowMs = clock.steadyMs();
    tokens = Math.min(burst, tokens + ((nowMs - filledAtMs) * ratePerSecond) / 1_000);
    filledAtMs = nowMs;
    return tokens + ROUNDING;
  };

  return {
    burst,
    available: refill,
    take: () => {
      tokens = refill() - ROUNDING - 1;
    },
    waitMs: (wanted) => Math.max(0, Math.ceil(((wanted - refill()) * 1_000) / ratePerSecond)),
  };
}
