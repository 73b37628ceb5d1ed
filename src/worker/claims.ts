import type { Clock } from '../lib/clock.ts';
import { createKeyedMutex } from '../lib/limit/keyed-mutex.ts';
import { claimWatches, type Lease, takeBackWatches } from '../store/coordination/leases.ts';
import type { WatchRow } from '../store/schema/index.ts';
import type { Store } from '../store/store.ts';

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
}

export interface ClaimRequest<T> {
  /** How many watches at most; 0 or less claims none. */
  limit(): number;
  /** The leases that this process works on. */
  known(): readonly Lease[];
  /** Called with each claimed watch, which is among `known` from then on. */
  start(watch: WatchRow): T;
}

/** The claims of one process. */
export interface Claims {
  /**
   * Claims watches that are due. After an answer of the database was lost it first takes back what this process holds
   * and does not work on, for as long as a lease lasts: a statement may be carried out after its caller has given up.
   * @returns what `start` returned
   */
  claim<T>(request: ClaimRequest<T>): Promise<T[]>;
  /** To be called when it is unknown whether a lease was given back. */
  doubt(): void;
}

export function createClaims({ store, clock, longestDelayMs, holderId }: ClaimsDeps): Claims {
  // One claim at a time: what another claim of this process is about to be answered with is not to be taken back.
  const inTurn = createKeyedMutex();
  let doubtUntilMs = Number.NEGATIVE_INFINITY;

  const doubt = (): void => {
    doubtUntilMs = clock.steadyMs() + LEASE_MS;
  };

  const claimNow = async (limit: number, known: readonly Lease[]): Promise<WatchRow[]> => {
    if (limit <= 0) return [];
    const timeIn = (delayMs: number) => store.time(clock.evenMs(), delayMs);
    const claim = {
      now: timeIn(0),
      leaseUntil: timeIn(LEASE_MS),
      farthest: timeIn(Math.max(longestDelayMs, LEASE_MS) + CLOCK_SLACK_MS),
      holderId,
    };
    const isInDoubt = clock.steadyMs() < doubtUntilMs;
    const back = isInDoubt ? await takeBackWatches(store, { ...claim, limit, known }) : [];
    if (back.length === limit) return back;
    return [...back, ...(await claimWatches(store, { ...claim, limit: limit - back.length }))];
  };

  return {
    claim: ({ limit, known, start }) =>
      inTurn('', async () => {
        try {
          return (await claimNow(limit(), known())).map(start);
        } catch (error) {
          doubt();
          throw error;
        }
      }),
    doubt,
  };
}
