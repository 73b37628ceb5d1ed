import { GatewayError, rateLimited } from '../../errors.ts';
import {
  createOwnerShares,
  type OwnerSharesOptions,
  type ReleasePlace,
  SharesFull,
} from '../../lib/limit/owner-shares.ts';

/**
 * Requests and operations of one user that are under way at a time, over all transports. A page asks for a dozen things at
 * once; what is beyond waits, which costs nothing but time.
 */
const PLACES_PER_OWNER = 32;

/** More that wait are refused. */
const MAX_WAITING_PER_OWNER = 256;

/** Large answers of GraphQL that one user may leave unread. With the limit of answers, it bounds the memory they hold. */
const LARGE_PER_OWNER = 4;

/** The place of one request or operation, from its beginning until its answer has left the process. */
export interface Place {
  /** Waits until its owner may have one more large answer. @throws the reason with which the place was given back */
  growLarge(): Promise<void>;
  /** Gives the place back, and ends what waits for it. Safe to call again. */
  release(): void;
}

/** The places of all owners. */
export interface Places {
  /** Takes a place that is free now; undefined when one has to be waited for. */
  takeNow(ownerId: string): Place | undefined;
  /**
   * Waits for a place.
   * @param left aborts when the client has left; then the place is given back
   * @throws GatewayError `RATE_LIMITED` when too many of the owner wait
   * @throws the signal's reason
   */
  take(ownerId: string, left: AbortSignal): Promise<Place>;
}

export function createPlaces(clock: OwnerSharesOptions['clock']): Places {
  const places = Number.POSITIVE_INFINITY;
  const all = createOwnerShares({
    places,
    placesPerOwner: PLACES_PER_OWNER,
    maxWaitingPerOwner: MAX_WAITING_PER_OWNER,
    clock,
  });
  const large = createOwnerShares({ places, placesPerOwner: LARGE_PER_OWNER, clock });

  const createPlace = (ownerId: string, release: ReleasePlace): Place => {
    const releases = [release];
    let isOver = false;
    /** Ends the wait for a large answer; most places never have one. */
    let over: AbortController | undefined;
    const place: Place = {
      async growLarge() {
        over ??= new AbortController();
        const releaseLarge = isOver ? undefined : await large.acquire(ownerId, { signal: over.signal });
        if (!isOver && releaseLarge) return void releases.push(releaseLarge);
        releaseLarge?.();
        throw clientLeft();
      },
      release() {
        isOver = true;
        over?.abort(clientLeft());
        for (const giveBack of releases.splice(0)) giveBack();
      },
    };
    return place;
  };

  return {
    takeNow(ownerId) {
      const release = all.tryAcquire(ownerId);
      return release && createPlace(ownerId, release);
    },
    async take(ownerId, left) {
      const release = await all.acquire(ownerId, { signal: left }).catch((error: unknown) => {
        throw error instanceof SharesFull ? rateLimited('Too many requests are under way', 1) : error;
      });
      const place = createPlace(ownerId, release);
      left.addEventListener('abort', place.release, { once: true });
      if (left.aborted) place.release();
      left.throwIfAborted();
      return place;
    },
  };
}

/** The error of what waited for a client that is gone. */
export function clientLeft(): GatewayError {
  return new GatewayError('UNAVAILABLE', 'The client has left');
}
