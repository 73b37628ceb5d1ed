import { fullJitterMs } from '../../lib/backoff.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Random } from '../../lib/random.ts';
import { UpstreamFailure } from '../failure.ts';
import type { CallContext, CallPolicy, UpstreamCall } from './call.ts';

/** A call is sent at most this often (docs/operate/configuration.md, Upstreams). */
const MAX_ATTEMPTS = 3;
const BACKOFF = { baseMs: 200, capMs: 2_000 };
/** Spreads calls that the upstream asked to come back at the same second. */
const SPREAD_MS = 100;

/** Milliseconds to pause before the next attempt, or `undefined` when there must be none. */
function pauseMs(call: UpstreamCall, context: CallContext, failure: UpstreamFailure, random: Random) {
  const { again } = failure.facts;
  if (context.attempt >= MAX_ATTEMPTS || again === 'never') return undefined;
  if (again === 're-signed') return 0;
  if (call.repeat === 'once') return undefined;
  if (again === 'soon') return fullJitterMs(context.attempt - 1, BACKOFF, random);
  return (failure.details.retryAfter ?? 0) * 1_000 + 1 + random.fraction() * SPREAD_MS;
}

/** The failure of an attempt, with the fact that the upstream may have acted on an earlier one. */
function withLoss(failure: UpstreamFailure, { afterLoss }: CallContext): UpstreamFailure {
  if (!afterLoss) return failure;
  const { code, facts, message, details, cause } = failure;
  return new UpstreamFailure(code, { ...facts, afterLoss }, { message, details, cause });
}

/**
 * Sends a failed call again where that is allowed, after a pause that fits into the deadline. Otherwise the
 * failure goes to the caller, with its `retryAfter`.
 */
export function retryFailures(clock: Clock, random: Random): CallPolicy {
  return async (call, firstContext, next) => {
    let context = firstContext;
    let earlier: UpstreamFailure | undefined;
    for (;;) {
      try {
        return await next(context);
      } catch (error) {
        // The gateway itself refused this attempt; the failure of the attempt before says more.
        if (!(error instanceof UpstreamFailure)) throw earlier ?? error;
        const failure = withLoss(error, context);
        const delayMs = pauseMs(call, context, failure, random);
        if (delayMs === undefined || clock.steadyMs() + delayMs >= context.deadlineAtMs) throw failure;
        if (delayMs > 0) await clock.sleep(delayMs, context.signal);
        earlier = failure;
        context = {
          ...context,
          attempt: context.attempt + 1,
          afterLoss: context.afterLoss || failure.facts.mayHaveActed,
        };
      }
    }
  };
}
