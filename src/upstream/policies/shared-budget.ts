import { rateLimited } from '../../errors.ts';
import type { Clock } from '../../lib/clock.ts';
import { SharedUnavailable } from '../../lib/shared-unavailable.ts';
import { reserveOf } from './budget.ts';
import type { Pass, Policy, UpstreamCall } from './call.ts';

/** Whether a token was given, and when it will be there, or when asking again makes sense. */
export interface Grant {
  isTaken: boolean;
  waitMs: number;
}

/** What a credential may spend wherever it is used, with the rate and burst of every process's own budget. */
export interface SharedBudget {
  /**
   * Takes a token that is there and leaves `reserve` others, or will be within `patienceMs`.
   * @throws SharedUnavailable
   */
  take(credentialId: string, reserve: number, patienceMs: number): Promise<Grant>;
}

export interface SharedBudgetOptions {
  shared: SharedBudget;
  burst: number;
  clock: Clock;
}

/**
 * The budget of all replicas, behind that of this one. While it is away this one's own has to do.
 * @throws RATE_LIMITED with `retryAfter`, at once when the wait cannot fit into the deadline.
 */
export function spendSharedBudget({ shared, burst, clock }: SharedBudgetOptions): Policy {
  const askFor = async (call: UpstreamCall, pass: Pass): Promise<Grant> => {
    const reserve = reserveOf(call.priority, burst);
    // A poll takes what is left over and never draws ahead: somebody's call would have to wait for it.
    const patienceMs = call.priority === 'poll' ? 0 : pass.deadlineAtMs - clock.now();
    try {
      return await shared.take(call.credentialId, reserve, patienceMs);
    } catch (error) {
      if (!(error instanceof SharedUnavailable)) throw error;
      return { isTaken: true, waitMs: 0 };
    }
  };

  return async (call, pass, next) => {
    for (;;) {
      const { isTaken, waitMs } = await askFor(call, pass);
      pass.signal?.throwIfAborted();
      if (!isTaken && clock.now() + waitMs > pass.deadlineAtMs) {
        throw rateLimited('Too many calls with this credential', waitMs / 1_000);
      }
      if (waitMs > 0) await clock.sleep(waitMs, pass.signal);
      if (isTaken) return next(pass);
    }
  };
}
