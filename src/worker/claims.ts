import type { Clock } from '../lib/clock.ts';
import { createKeyedMutex } from '../lib/limit/keyed-mutex.ts';
import { claimWatches, findDueQueues, takeBackWatches } from '../store/coordination/claims.ts';
import type { WatchRow } from '../store/schema/index.ts';
import type { Store } from '../store/store.ts';
import { type PollShares, planClaims } from './shares.ts';

/** The watches of a process that died are free after this time; a living process renews after half of it. */
export const LEASE_MS = 12_000;

/** A due time that is later by more than this than any that is set was set before the clock went back. */
const CLOCK_SLACK_MS = 1_000;

export interface ClaimsDeps {
  store: Store;
  clock: Clock;
  /** The longest time until a next poll that is set. */
  longestDelayMs: number;
  /** Names this process as the holder of its leases. */
  holderId: string;
  shares: PollShares;
}

export interface ClaimRequest<T> {
  /** How many watches at most. */
  most: number;
  /** The leases that this process works on. */
  known(): readonly WatchRow[];
  /** Called with each claimed watch, which is among `known` from then on. */
  start(watch: WatchRow): T;
}

/** What came of a claim. */
export interface Claimed<T> {
  /** What `start` returned. */
  started: T[];
  /** True when something that is due waits for a poll of this process to end. */
  isHeldUp: boolean;
}

/** The claims of one process. */
export interface Claims {
  /**
   * Claims watches that are due, within the shares of their owners and credentials. After an answer of the database was
   * lost it first takes back what this process holds and does not work on, for as long as a lease lasts: a statement may be
   * carried out after its caller has given up.
   */
  claim<T>(request: ClaimRequest<T>): Promise<Claimed<T>>;
  /** To be called when it is unknown whether a lease was given back. */
  doubt(): void;
}

export function createClaims({ store, clock, longestDelayMs, holderId, shares }: ClaimsDeps): Claims {
  // One claim at a time: what another claim of this process is about to be answered with is not to be taken back.
  const inTurn = createKeyedMutex();
  let doubtUntilMs = Number.NEGATIVE_INFINITY;

  const doubt = (): void => {
    doubtUntilMs = clock.steadyMs() + LEASE_MS;
  };

  const claimNow = async (
    most: number,
    known: readonly WatchRow[],
  ): Promise<{ watches: WatchRow[]; isHeldUp: boolean }> => {
    const limit = Math.min(most, shares.all - known.length);
    if (limit <= 0) return { watches: [], isHeldUp: true };
    const timeIn = (delayMs: number) => store.time(clock.evenMs(), delayMs);
    const claim = {
      now: timeIn(0),
      leaseUntil: timeIn(LEASE_MS),
      farthest: timeIn(Math.max(longestDelayMs, LEASE_MS) + CLOCK_SLACK_MS),
      holderId,
      minFence: clock.now(),
    };
    const isInDoubt = clock.steadyMs() < doubtUntilMs;
    const back = isInDoubt ? await takeBackWatches(store, { ...claim, limit, known }) : [];
    const due = await findDueQueues(store.db, claim);
    const { takes, isHeldUp } = planClaims(due, [...known, ...back], shares, limit - back.length);
    return { watches: [...back, ...(await claimWatches(store, { ...claim, takes }))], isHeldUp };
  };

  return {
    claim: ({ most, known, start }) =>
      inTurn('', async () => {
        try {
          const { watches, isHeldUp } = await claimNow(most, known());
          return { started: watches.map(start), isHeldUp };
        } catch (error) {
          doubt();
          throw error;
        }
      }),
    doubt,
  };
}
