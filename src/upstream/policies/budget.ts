import { rateLimited } from '../../errors.ts';
import type { Clock } from '../../lib/clock.ts';
import { createKeyedState } from '../../lib/keyed-state.ts';
import { createPriorityLimiter, type PriorityLimiter, QueueFull } from '../../lib/limit/priority-limiter.ts';
import { createTokenBucket } from '../../lib/limit/token-bucket.ts';
import type { Policy, Priority } from './call.ts';

/** What one stored credential may spend (`UPSTREAM_RATE`, `UPSTREAM_BURST`). */
export interface BudgetOptions {
  ratePerSecond: number;
  burst: number;
  clock: Clock;
}

const PRIORITIES: readonly Priority[] = ['mutation', 'interactive', 'poll'];

/** Calls of one credential under way at once: one user's hanging calls leave connections to the others. */
const MAX_IN_FLIGHT = 16;

/** Tokens a priority must leave behind: a fifth of the burst is kept from polls, so that a person's next call need not wait. */
export function reserveOf(priority: Priority, burst: number): number {
  return priority === 'poll' ? Math.min(burst - 1, Math.ceil(burst / 5)) : 0;
}

/**
 * One token a call from the credential's own bucket, mutations before reads before polls.
 * @throws RATE_LIMITED with `retryAfter`, at once when the wait cannot fit into the deadline.
 */
export function spendBudget({ ratePerSecond, burst, clock }: BudgetOptions): Policy {
  const budgets = createKeyedState<PriorityLimiter>({
    create: () =>
      createPriorityLimiter({
        bucket: createTokenBucket({ ratePerSecond, burst, clock }),
        reserves: PRIORITIES.map((priority) => reserveOf(priority, burst)),
        maxConcurrent: MAX_IN_FLIGHT,
        clock,
      }),
    isIdle: (limiter) => limiter.isIdle(),
    clock,
  });

  const enter = async (
    credentialId: string,
    priority: Priority,
    latestAtMs: number,
    signal?: AbortSignal,
  ) => {
    try {
      return await budgets.get(credentialId).acquire(PRIORITIES.indexOf(priority), latestAtMs, signal);
    } catch (error) {
      if (!(error instanceof QueueFull)) throw error;
      throw rateLimited('Too many calls with this credential', error.waitMs / 1_000);
    }
  };

  return async (call, pass, next) => {
    const leave = await enter(call.credentialId, call.priority, pass.deadlineAtMs, pass.signal);
    try {
      return await next(pass);
    } finally {
      leave();
    }
  };
}
