import type { Clock } from '../../lib/clock.ts';
import { MAX_RETRY_AFTER_SECONDS } from '../failure.ts';

const MAX_PAUSE_MS = MAX_RETRY_AFTER_SECONDS * 1_000;
/** For how long other calls are refused while a probe is under way. */
const PROBE_MS = 5_000;

/** What a call has shown: `throttled` with the wait that the upstream asked for, in milliseconds; the rest as in a breaker. */
export type PauseOutcome = { throttledMs: number } | 'up' | 'down' | 'unknown';

/**
 * The pause of one credential after a `Retry-After` (RFC 9110, section 10.2.3). Up to a minute is waited for. After a
 * longer one, one call a minute is let through as a probe until one succeeds or the time is over: a wrong header must not
 * end all watching for a day.
 */
export interface Pause {
  /** Milliseconds until a call may be tried, at most a minute; 0 when it may go through now. */
  retryInMs(): number;
  /** Starts a call, as the probe if one is due. The returned function must be called once, with the outcome. */
  begin(): (outcome: PauseOutcome) => void;
  /** True when a fresh pause would behave the same. */
  isIdle(): boolean;
}

export function createPause(clock: Pick<Clock, 'steadyMs'>): Pause {
  let askedUntilMs = 0;
  let nextTryAtMs = 0;
  let isProbing = false;

  const isOver = (): boolean => clock.steadyMs() >= askedUntilMs;

  const retryInMs = (): number => {
    if (isOver()) return 0;
    if (isProbing) return PROBE_MS;
    return Math.max(0, nextTryAtMs - clock.steadyMs());
  };

  return {
    retryInMs,
    begin: () => {
      const isProbe = !isOver() && !isProbing && retryInMs() === 0;
      if (isProbe) isProbing = true;
      return (outcome) => {
        if (isProbe) isProbing = false;
        const nowMs = clock.steadyMs();
        if (typeof outcome === 'object') {
          askedUntilMs = Math.max(askedUntilMs, nowMs + outcome.throttledMs);
          nextTryAtMs = Math.min(nowMs + MAX_PAUSE_MS, Math.max(nextTryAtMs, nowMs + outcome.throttledMs));
        } else if (isProbe && outcome === 'up') askedUntilMs = 0;
        else if (isProbe && outcome === 'down') nextTryAtMs = nowMs + MAX_PAUSE_MS;
      };
    },
    isIdle: () => isOver() && !isProbing,
  };
}
