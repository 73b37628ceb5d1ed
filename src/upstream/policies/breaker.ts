import type { Clock } from '../../lib/clock.ts';

/** `probing`: one call is under way that decides whether the breaker closes. */
type State = { is: 'closed'; failures: number } | { is: 'open'; untilMs: number } | { is: 'probing' };

/** Outcome of a call; `unknown`: aborted, or refused by the gateway itself. */
export type Verdict = 'up' | 'down' | 'unknown';

/** A circuit breaker: it opens after a number of failures in a row, and closes when one probe succeeds. */
export interface Breaker {
  /** Milliseconds until a call may be tried; 0 when it may go through now. */
  retryInMs(): number;
  /** Starts a call, as the probe if one is due. The returned function must be called once, with the outcome. */
  begin(): (verdict: Verdict) => void;
  /** True while calls are refused, or one decides whether they are. */
  isOpen(): boolean;
  /** True when a fresh breaker would behave the same. */
  isIdle(): boolean;
}

/** When the breaker opens, and for how long. */
export interface BreakerOptions {
  failuresToOpen: number;
  openMs: number;
  clock: Clock;
}

export function createBreaker({ failuresToOpen, openMs, clock }: BreakerOptions): Breaker {
  let state: State = { is: 'closed', failures: 0 };
  let inFlight = 0;

  const open = (): State => ({ is: 'open', untilMs: clock.steadyMs() + openMs });

  const afterVerdict = (verdict: Verdict, wasProbe: boolean): State => {
    if (wasProbe && verdict === 'down') return open();
    // The outcome of this probe is not known, so the next call may be a probe at once.
    if (wasProbe && verdict === 'unknown') return { is: 'open', untilMs: clock.steadyMs() };
    if (verdict === 'up') return { is: 'closed', failures: 0 };
    if (verdict === 'unknown' || state.is !== 'closed') return state;
    const failures = state.failures + 1;
    return failures >= failuresToOpen ? open() : { is: 'closed', failures };
  };

  return {
    retryInMs: () => {
      if (state.is === 'closed') return 0;
      return state.is === 'probing' ? openMs : Math.max(0, state.untilMs - clock.steadyMs());
    },
    begin: () => {
      const isProbe = state.is === 'open';
      if (isProbe) state = { is: 'probing' };
      inFlight += 1;
      return (verdict) => {
        inFlight -= 1;
        state = afterVerdict(verdict, isProbe);
      };
    },
    isOpen: () => state.is !== 'closed',
    isIdle: () => state.is === 'closed' && state.failures === 0 && inFlight === 0,
  };
}
