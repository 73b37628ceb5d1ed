import { rateLimited } from '../../errors.ts';
import type { Clock } from '../../lib/clock.ts';
import { createKeyedState } from '../../lib/keyed-state.ts';
import { createPriorityLimiter, type PriorityLimiter, QueueFull } from '../../lib/limit/priority-limiter.ts';
import { createTokenBucket } from '../../lib/limit/token-bucket.ts';
import { findQueueEndMs, type Policy, PRIORITIES, type Priority } from './call.ts';

/** The budget of one stored credential (`UPSTREAM_RATE`, `UPSTREAM_BURST`). */
export interface BudgetOptions {
  ratePerSecond: number;
  burst: number;
  clock: Clock;
}

/**
 * Tokens that a priority must leave in the bucket. Polls leave a fifth of the burst for calls that clients wait for.
 */
export function reserveOf(priority: Priority, burst: number): number {
  return priority === 'poll' ? Math.min(burst - 1, Math.ceil(burst / 5)) : 0;
}

/**
 * Takes one token for each call from the credential's bucket; mutations go before reads, reads before polls.
 * @throws RATE_LIMITED with `retryAfter`, at once if the wait would pass the deadline; a poll waits a moment only
 */
export function spendBudget({ ratePerSecond, burst, clock }: BudgetOptions): Policy {
  const budgets = createKeyedState<PriorityLimiter>({
    create: () =>
      createPriorityLimiter({
        bucket: createTokenBucket({ ratePerSecond, burst, clock }),
        reserves: PRIORITIES.map((priority) => reserveOf(priority, burst)),
        clock,
      }),
    isIdle: (limiter) => limiter.isIdle(),
    clock,
  });

  const acquire = async (
    credentialId: string,
    priority: Priority,
    latestAtMs: number,
    signal?: AbortSignal,
  ) => {
    try {
      await budgets.get(credentialId).acquire(PRIORITIES.indexOf(priority), latestAtMs, signal);
    } catch (error) {
      if (!(error instanceof QueueFull)) throw error;
      throw rateLimited('Too many calls with this credential', error.waitMs / 1_000);
    }
  };

  return async (call, context, next) => {
    const latestAtMs = findQueueEndMs(call, context, clock.steadyMs());
    await acquire(call.credentialId, call.priority, latestAtMs, context.signal);
    return next(context);
  };
}
