/** The simulator's own time. Nothing in the simulator asks the machine for the time elsewhere. */
export interface SimulatorClock {
  /** Milliseconds that drive the life of deployments. Never goes back. */
  now(): number;
  /** What the simulator believes the date is: `now()` plus the skew. Drives `Date` and timestamp checks. */
  wall(): number;
  /** Moves both forward; a manual clock moves in no other way. */
  advance(ms: number): void;
  /** Makes the simulator's date differ from its clients', without touching any life cycle. */
  setSkew(skewMs: number): void;
}

export interface ClockOptions {
  /** A manual clock stands still until `advance`. @default false */
  manual?: boolean;
  /** @default the machine's time at the start */
  startMs?: number;
  /** @default 0 */
  skewMs?: number;
}

/** Makes a clock; a running one still obeys `advance`, which jumps it ahead. */
export function createClock(options: ClockOptions = {}): SimulatorClock {
  const bornMs = Date.now();
  const startMs = options.startMs ?? bornMs;
  const origin = process.hrtime.bigint();
  const elapsedMs = options.manual ? () => 0 : () => Number((process.hrtime.bigint() - origin) / 1_000_000n);
  let advancedMs = 0;
  let skewMs = options.skewMs ?? 0;
  const now = () => startMs + advancedMs + elapsedMs();

  return {
    now,
    wall: () => now() + skewMs,
    advance(ms) {
      if (!Number.isFinite(ms) || ms < 0)
        throw new RangeError('a clock advances by a number of ms, 0 or more');
      advancedMs += ms;
    },
    setSkew(ms) {
      if (!Number.isFinite(ms)) throw new RangeError('a skew is a number of ms');
      skewMs = ms;
    },
  };
}
