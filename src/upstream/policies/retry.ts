import { fullJitterMs } from '../../lib/backoff.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Random } from '../../lib/random.ts';
import { UpstreamFailure } from '../failure.ts';
import type { Pass, Policy, UpstreamCall } from './call.ts';

/** No call is sent more often than this (contract, section 2). */
const MAX_ATTEMPTS = 3;
const BACKOFF = { baseMs: 200, capMs: 2_000 };
/** Spreads those who were all told to come back at the same second. */
const SPREAD_MS = 100;

/** Milliseconds to pause before sending again, or `undefined` when it must not be sent again. */
function pauseMs(call: UpstreamCall, pass: Pass, failure: UpstreamFailure, random: Random) {
  const { again } = failure.facts;
  if (pass.attempt >= MAX_ATTEMPTS || again === 'never') return undefined;
  if (again === 'resigned') return 0;
  if (call.repeat === 'once') return undefined;
  if (again === 'soon') return fullJitterMs(pass.attempt - 1, BACKOFF, random);
  return (failure.details.retryAfter ?? 0) * 1_000 + 1 + random.fraction() * SPREAD_MS;
}

/**
 * Sends again what may be sent again, after a pause that fits into the deadline. What cannot be retried in
 * time is handed up as it came, with its `retryAfter`.
 */
export function retryReads(clock: Clock, random: Random): Policy {
  return async (call, firstPass, next) => {
    let pass = firstPass;
    let earlier: UpstreamFailure | undefined;
    for (;;) {
      try {
        return await next(pass);
      } catch (error) {
        // Refused on our own side before it was sent: what the attempt before met is the better answer.
        if (!(error instanceof UpstreamFailure)) throw earlier ?? error;
        const delayMs = pauseMs(call, pass, error, random);
        if (delayMs === undefined || clock.now() + delayMs >= pass.deadlineAtMs) throw error;
        if (delayMs > 0) await clock.sleep(delayMs, pass.signal);
        earlier = error;
        pass = {
          ...pass,
          attempt: pass.attempt + 1,
          afterLoss: pass.afterLoss || error.facts.mayHaveActed,
        };
      }
    }
  };
}
