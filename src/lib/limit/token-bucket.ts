import type { Clock } from '../clock.ts';

/** So many tokens a second, and at most `burst` saved up. */
export interface TokenBucketOptions {
  ratePerSecond: number;
  burst: number;
  clock: Clock;
}

/** Tokens that come back with time; starts full. */
export interface TokenBucket {
  /** As many as it holds when full. */
  readonly burst: number;
  /** Tokens there now, fractions included. */
  available(): number;
  /** Takes one; the owner asks `available` first. */
  take(): void;
  /** Milliseconds until `tokens` are there if none is taken meanwhile; 0 when they are. */
  waitMs(tokens: number): number;
}

/** Sums of fractions of a token fall short of whole ones by less than this. */
const ROUNDING = 1e-9;

/** Makes a bucket. A clock that goes back adds nothing and takes nothing. */
export function createTokenBucket({ ratePerSecond, burst, clock }: TokenBucketOptions): TokenBucket {
  let tokens = burst;
  let filledAtMs = clock.now();

  const refill = (): number => {
    const nowMs = clock.now();
    const elapsedMs = Math.max(0, nowMs - filledAtMs);
    filledAtMs = nowMs;
    tokens = Math.min(burst, tokens + (elapsedMs * ratePerSecond) / 1_000);
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
