import { rateLimited } from '../../errors.ts';
import type { Clock } from '../../lib/clock.ts';
import { createOwnerShares, type ReleasePlace, SharesFull } from '../../lib/limit/owner-shares.ts';
import {
  type AttemptPolicy,
  type CallContext,
  findQueueEndMs,
  PRIORITIES,
  type UpstreamCall,
} from './call.ts';

/** Calls under way to one upstream (`UPSTREAM_CONNECTIONS`, `UPSTREAM_CONNECTIONS_PER_USER`). */
export interface PlaceOptions {
  /** Of all owners together. */
  connections: number;
  /** Of one owner, over all its accounts, stored credentials and candidates. */
  connectionsPerOwner: number;
  clock: Clock;
}

/**
 * Places of its owner's share that a read leaves to changes, and a poll to both. So a stop is sent at once while reads
 * hang, and a client's read while polls do.
 */
function reservesOf(connectionsPerOwner: number): number[] {
  const shares = { mutation: 0, interactive: 1 / 8, poll: 1 / 4 };
  return PRIORITIES.map((priority) =>
    Math.min(connectionsPerOwner - 1, Math.ceil(shares[priority] * connectionsPerOwner)),
  );
}

/**
 * While others call too: how many times the free places one owner may hold, of changes, reads and polls. Without this, a few
 * owners at a hanging upstream would hold all places, and a neighbor would wait until one of their calls ends.
 */
const CROWDING = PRIORITIES.map((priority) => ({ mutation: 4, interactive: 2, poll: 1 })[priority]);

/**
 * Holds a place for as long as an attempt is under way. Waiting owners are served in turn, so one that waits for an upstream
 * that hangs takes no more than its share of the connections. The share shrinks while several owners use theirs.
 * @throws RATE_LIMITED when no place became free before the deadline; a poll waits a moment only
 */
export function takePlace({ connections, connectionsPerOwner, clock }: PlaceOptions): AttemptPolicy {
  const shares = createOwnerShares({
    places: connections,
    placesPerOwner: connectionsPerOwner,
    reserves: reservesOf(connectionsPerOwner),
    crowding: CROWDING,
    clock,
  });

  const waitForPlace = async (call: UpstreamCall, context: CallContext): Promise<ReleasePlace> => {
    try {
      return await shares.acquire(call.ownerId, {
        priority: PRIORITIES.indexOf(call.priority),
        deadlineAtMs: findQueueEndMs(call, context, clock.steadyMs()),
        signal: context.signal,
      });
    } catch (error) {
      throw error instanceof SharesFull
        ? rateLimited('Too many calls to the upstream are under way', 1)
        : error;
    }
  };

  return (call, context) => {
    context.signal?.throwIfAborted();
    return shares.tryAcquire(call.ownerId, PRIORITIES.indexOf(call.priority)) ?? waitForPlace(call, context);
  };
}
