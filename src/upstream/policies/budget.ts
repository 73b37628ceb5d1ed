import { rateLimited } from '../../errors.ts';
import type { Clock } from '../../lib/clock.ts';
import { createKeyedState } from '../../lib/keyed-state.ts';
import { createPriorityLimiter, type PriorityLimiter, QueueFull } from '../../lib/limit/priority-limiter.ts';
import { createTokenBucket } from '../../lib/limit/token-bucket.ts';
import { UpstreamFailure } from '../failure.ts';
import {
  type AttemptPolicy,
  type CallContext,
  type EndOfAttempt,
  findQueueEndMs,
  PRIORITIES,
  type Priority,
  type UpstreamCall,
} from './call.ts';

/** The budget of one upstream account of one owner (`UPSTREAM_RATE`, `UPSTREAM_BURST`). */
export interface BudgetOptions {
  ratePerSecond: number;
  burst: number;
  clock: Clock;
  /** Gets a function that counts the calls that wait. */
  onCreated?(countWaiting: () => number): void;
}

/**
 * Tokens that a priority must leave in the bucket. Polls leave a fifth of it for calls that clients wait for.
 * @param capacity tokens of a full bucket
 */
export function reserveOf(priority: Priority, capacity: number): number {
  return priority === 'poll' ? Math.min(capacity - 1, Math.ceil(capacity / 5)) : 0;
}

/** True when the upstream itself asks to slow down, and not a proxy before it that is lost. */
export function isThrottle(error: unknown): boolean {
  return (
    error instanceof UpstreamFailure &&
    error.code === 'UPSTREAM_THROTTLED' &&
    error.facts.health === 'answered'
  );
}

/**
 * Takes one token for each call from the bucket of its owner's account; mutations go before reads, reads before polls. An
 * answer that asks to slow down halves the rate, which recovers over a minute.
 * @throws RATE_LIMITED with `retryAfter`, at once if the wait would pass the deadline; a poll waits a moment only
 */
export function spendBudget({ ratePerSecond, burst, clock, onCreated }: BudgetOptions): AttemptPolicy {
  const budgets = createKeyedState<PriorityLimiter>({
    create: () =>
      createPriorityLimiter({
        bucket: createTokenBucket({ ratePerSecond, burst, clock }),
        priorities: PRIORITIES.length,
        reserveOf: (priority, capacity) => reserveOf(PRIORITIES[priority] ?? 'poll', capacity),
        clock,
      }),
    isIdle: (limiter) => limiter.isIdle(),
    clock,
  });

  onCreated?.(() => {
    let waiting = 0;
    for (const limiter of budgets.values()) waiting += limiter.waiting();
    return waiting;
  });

  const waitForToken = async (
    budget: PriorityLimiter,
    call: UpstreamCall,
    context: CallContext,
  ): Promise<void> => {
    const latestAtMs = findQueueEndMs(call, context, clock.steadyMs());
    try {
      await budget.acquire(PRIORITIES.indexOf(call.priority), latestAtMs, context.signal);
    } catch (error) {
      if (!(error instanceof QueueFull)) throw error;
      throw rateLimited('Too many calls with this account', error.waitMs / 1_000);
    }
  };

  /** Makes the budget slower, if the attempt that begins now is throttled. */
  const learn = (ownedAccount: string): EndOfAttempt => {
    const calledAtMs = clock.steadyMs();
    return (error) => {
      if (isThrottle(error)) budgets.get(ownedAccount).slowDown(calledAtMs);
    };
  };

  return (call, context) => {
    const { ownedAccount } = call;
    const budget = budgets.get(ownedAccount);
    context.progress.budget = budget;
    context.signal?.throwIfAborted();
    if (budget.tryAcquire(PRIORITIES.indexOf(call.priority))) return learn(ownedAccount);
    return waitForToken(budget, call, context).then(() => learn(ownedAccount));
  };
}
