import type { DriftProvider } from '../../domain/upstream-drift.ts';
import { isGatewayError } from '../../errors.ts';
import type { Clock } from '../../lib/clock.ts';
import { type Metrics, noMetrics } from '../../lib/metrics/metrics.ts';
import type { AttemptPolicy, CallContext, CallPolicy } from './call.ts';

/** What counts the calls of one upstream. */
export interface Observed {
  provider: DriftProvider;
  metrics: Metrics;
}

/** How a call or an attempt has ended: `ok`, the code of the error, or `aborted` when its callers have left. */
function outcomeOf(error: unknown, { signal }: CallContext): string {
  if (isGatewayError(error)) return error.code;
  return signal?.aborted ? 'aborted' : 'INTERNAL';
}

/** Measures each call from the outside, and reports it to the caller. A read that joins another one is counted as shared. */
export function observeCalls({ provider, metrics }: Observed, clock: Pick<Clock, 'steadyMs'>): CallPolicy {
  const observe: CallPolicy = async (call, context, next) => {
    const { operation, onCall } = call;
    const { progress } = context;
    const startedAtMs = clock.steadyMs();
    let outcome = 'ok';
    try {
      return await next(context);
    } catch (error) {
      outcome = outcomeOf(error, context);
      throw error;
    } finally {
      const ms = clock.steadyMs() - startedAtMs;
      if (progress.isShared) metrics.upstreamSharedReads.add({ provider });
      else metrics.upstreamCallSeconds.observe({ provider, operation, outcome }, ms / 1_000);
      const { attempts, isShared, budget } = progress;
      const budgetLeft = () => (budget === undefined ? null : Math.max(0, Math.floor(budget.available())));
      onCall?.({ operation, outcome, ms, attempts, isShared, budgetLeft });
    }
  };
  if (metrics !== noMetrics) return observe;
  return (call, context, next) => (call.onCall === undefined ? next(context) : observe(call, context, next));
}

/** Counts what is sent: the last policy of an attempt. */
export function observeAttempts({ provider, metrics }: Observed): AttemptPolicy {
  return (_call, context) => {
    context.progress.attempts += 1;
    if (metrics === noMetrics) return undefined;
    return (error) => {
      const outcome = error === undefined ? 'ok' : outcomeOf(error, context);
      metrics.upstreamAttempts.add({ provider, outcome });
    };
  };
}
