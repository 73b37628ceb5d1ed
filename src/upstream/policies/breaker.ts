import type { Clock } from '../../lib/clock.ts';

/** Each state owns its data; `probing` means the one probe is on its way. */
type State = { is: 'closed'; failures: number } | { is: 'open'; untilMs: number } | { is: 'probing' };

/** How a call went; `unknown` (aborted, refused by ourselves) proves nothing. */
export type Verdict = 'up' | 'down' | 'unknown';

/** A circuit breaker: open after so many failures in a row, closed again by one probe that works. */
export interface Breaker {
  /** Milliseconds until it makes sense to ask again; 0 when a call may go through now. */
  closedForMs(): number;
  /** Takes the call in, as the probe if one is due; the answer, called once, tells how it went. */
  begin(): (verdict: Verdict) => void;
  /** True when a fresh breaker would behave the same. */
  isIdle(): boolean;
}

/** When to open, and for how long. */
export interface BreakerOptions {
  failuresToOpen: number;
  openMs: number;
  clock: Clock;
}

/** Makes a closed breaker. */
export function createBreaker({ failuresToOpen, openMs, clock }: BreakerOptions): Breaker {
  let state: State = { is: 'closed', failures: 0 };
  let inFlight = 0;

  const open = (): State => ({ is: 'open', untilMs: clock.now() + openMs });

  const afterVerdict = (verdict: Verdict, wasProbe: boolean): State => {
    if (wasProbe && verdict === 'down') return open();
    // A probe that proved nothing leaves the way free for the next one at once.
    if (wasProbe && verdict === 'unknown') return { is: 'open', untilMs: clock.now() };
    if (verdict === 'up') return { is: 'closed', failures: 0 };
    if (verdict === 'unknown' || state.is !== 'closed') return state;
    const failures = state.failures + 1;
    return failures >= failuresToOpen ? open() : { is: 'closed', failures };
  };

  return {
    closedForMs: () => {
      if (state.is === 'closed') return 0;
      return state.is === 'probing' ? openMs : Math.max(0, state.untilMs - clock.now());
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
    isIdle: () => state.is === 'closed' && state.failures === 0 && inFlight === 0,
  };
}
