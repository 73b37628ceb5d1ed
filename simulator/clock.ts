/** The simulator's time. No other code of the simulator reads the machine's clock. */
export interface SimulatorClock {
  /** Milliseconds that the progress of deployments depends on. Never goes back. */
  now(): number;
  /** The simulator's date: `now()` plus the skew. Used for `Date` headers and timestamp checks. */
  wall(): number;
  /** Moves both forward. A manual clock moves in no other way. */
  advance(ms: number): void;
  /** Sets the difference between the simulator's date and its clients', without any effect on deployments. */
  setSkew(skewMs: number): void;
}

export interface ClockOptions {
  /** True for a clock that moves only with `advance`. @default false */
  manual?: boolean;
  /** @default the machine's time at the start */
  startMs?: number;
  /** @default 0 */
  skewMs?: number;
}

/** Creates a clock. `advance` also moves a running one. */
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
