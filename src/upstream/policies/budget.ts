import { rateLimited } from '../../errors.ts';
import type { Clock } from '../../lib/clock.ts';
import { createKeyedState } from '../../lib/keyed-state.ts';
import { createLanes, type Lanes, NoRoom } from '../../lib/limit/priority-limiter.ts';
import { createTokenBucket } from '../../lib/limit/token-bucket.ts';
import type { Lane, Policy } from './call.ts';

/** What one stored credential may spend (`UPSTREAM_RATE`, `UPSTREAM_BURST`). */
export interface BudgetOptions {
  ratePerSecond: number;
  burst: number;
  clock: Clock;
}

const LANES: readonly Lane[] = ['mutation', 'interactive', 'poll'];

/** Calls of one credential under way at once: one user's hanging calls leave connections to the others. */
const MAX_IN_FLIGHT = 16;

/** Tokens a lane must leave behind: a fifth of the burst is kept from polls, so that a person's next call need not wait. */
export function reserveOf(lane: Lane, burst: number): number {
  return lane === 'poll' ? Math.min(burst - 1, Math.ceil(burst / 5)) : 0;
}

/**
 * One token a call from the credential's own bucket, mutations before reads before polls.
 * @throws RATE_LIMITED with `retryAfter`, at once when the wait cannot fit into the deadline.
 */
export function spendBudget({ ratePerSecond, burst, clock }: BudgetOptions): Policy {
  const budgets = createKeyedState<Lanes>({
    create: () =>
      createLanes({
        bucket: createTokenBucket({ ratePerSecond, burst, clock }),
        reserves: LANES.map((lane) => reserveOf(lane, burst)),
        maxInside: MAX_IN_FLIGHT,
        clock,
      }),
    isIdle: (lanes) => lanes.isIdle(),
    clock,
  });

  const enter = async (credentialId: string, lane: Lane, latestAtMs: number, signal?: AbortSignal) => {
    try {
      return await budgets.get(credentialId).enter(LANES.indexOf(lane), latestAtMs, signal);
    } catch (error) {
      if (!(error instanceof NoRoom)) throw error;
      throw rateLimited('Too many calls with this credential', error.waitMs / 1_000);
    }
  };

  return async (call, pass, next) => {
    const leave = await enter(call.credentialId, call.lane, pass.deadlineAtMs, pass.signal);
    try {
      return await next(pass);
    } finally {
      leave();
    }
  };
}
