import { rateLimited } from '../../errors.ts';
import type { Clock } from '../../lib/clock.ts';
import { SharedUnavailable } from '../../lib/shared-unavailable.ts';
import { isThrottle, reserveOf } from './budget.ts';
import {
  type AttemptPolicy,
  type CallContext,
  type EndOfAttempt,
  findQueueEndMs,
  type UpstreamCall,
} from './call.ts';

/** Answer of the shared budget. */
export interface Grant {
  /** True when a token was taken. */
  isTaken: boolean;
  /** Milliseconds until the token may be used, or, when none was taken, until the next try. */
  waitMs: number;
}

/** The budget of one owner's account in all replicas together, with the same rate and burst as in each of them. */
export interface SharedBudget {
  /**
   * Takes a token if there is one beside `reserve` others, or if there will be within `maxWaitMs`.
   * @throws SharedUnavailable
   */
  take(ownedAccount: string, reserve: number, maxWaitMs: number): Promise<Grant>;
  /**
   * Halves the rate, which recovers over a minute, unless that was done since the call began.
   * @throws SharedUnavailable
   */
  slowDown(ownedAccount: string, calledMsAgo: number): Promise<void>;
}

export interface SharedBudgetOptions {
  shared: SharedBudget;
  burst: number;
  clock: Clock;
}

/**
 * Takes a token of the budget that all replicas share, after the one of this process. While the shared budget is
 * unavailable, the one of this process alone limits.
 * @throws RATE_LIMITED with `retryAfter`, at once if the wait would pass the deadline
 */
export function spendSharedBudget({ shared, burst, clock }: SharedBudgetOptions): AttemptPolicy {
  const takeToken = async (call: UpstreamCall, context: CallContext): Promise<Grant> => {
    const reserve = reserveOf(call.priority, burst);
    // A poll takes only tokens that are there now: taking one ahead would make a client's call wait.
    const maxWaitMs = call.priority === 'poll' ? 0 : context.deadlineAtMs - clock.steadyMs();
    try {
      return await shared.take(call.ownedAccount, reserve, maxWaitMs);
    } catch (error) {
      if (!(error instanceof SharedUnavailable)) throw error;
      return { isTaken: true, waitMs: 0 };
    }
  };

  /** Makes the budget slower, if the attempt that begins now is throttled. */
  const learn = (ownedAccount: string): EndOfAttempt => {
    const calledAtMs = clock.steadyMs();
    return (error) => {
      if (!isThrottle(error)) return undefined;
      // While it is unavailable, the budget of this process alone is slowed down.
      return shared.slowDown(ownedAccount, clock.steadyMs() - calledAtMs).catch(ignoreUnavailable);
    };
  };

  return async (call, context) => {
    const latestAtMs = findQueueEndMs(call, context, clock.steadyMs());
    for (;;) {
      const { isTaken, waitMs } = await takeToken(call, context);
      context.signal?.throwIfAborted();
      if (!isTaken && clock.steadyMs() + waitMs > latestAtMs) {
        throw rateLimited('Too many calls with this account', waitMs / 1_000);
      }
      if (waitMs > 0) await clock.sleep(waitMs, context.signal);
      if (isTaken) return learn(call.ownedAccount);
    }
  };
}

function ignoreUnavailable(error: unknown): void {
  if (!(error instanceof SharedUnavailable)) throw error;
}
