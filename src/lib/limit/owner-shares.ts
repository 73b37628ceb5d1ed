import type { Clock } from '../clock.ts';

/** Thrown when a caller gets no place: its deadline has passed, or too many of its owner's callers wait already. */
export class SharesFull extends Error {
  override readonly name = 'SharesFull';

  constructor() {
    super('No place became free');
  }
}

export interface OwnerSharesOptions {
  /** Places of all owners together. */
  places: number;
  /** Places that one owner may hold at a time. */
  placesPerOwner: number;
  /**
   * One entry per priority, the highest first: places of its owner's share that a caller must leave to higher
   * priorities. They must not fall from one priority to the next. @default [0]
   */
  reserves?: readonly number[];
  /**
   * One entry per priority. While other owners hold places, an owner gets a further one only if it holds fewer than so many
   * times the places that are free. So the more owners hold all they may, the less that is, and a place stays free for an
   * owner that has just come. @default no such limit
   */
  crowding?: readonly number[];
  /** Callers of one owner that may wait; one more is refused. @default no limit */
  maxWaitingPerOwner?: number;
  clock: Pick<Clock, 'after' | 'steadyMs'>;
}

/** How a caller waits for a place. */
export interface PlaceRequest {
  /** Index into `reserves`; 0 is the highest. @default 0 */
  priority?: number;
  /** By `Clock.steadyMs`. @default it waits as long as it takes */
  deadlineAtMs?: number;
  signal?: AbortSignal | undefined;
}

/** Gives a place back. Must be called once. */
export type ReleasePlace = () => void;

/**
 * A number of places, of which each owner may hold a share. A caller that waits for its owner's share holds no place. Each
 * free place goes to the next owner in turn (round-robin), and within an owner by priority, then in order of arrival: an
 * owner with a thousand callers is served as often as one with a single caller.
 */
export interface OwnerShares {
  /**
   * Takes a place, or waits for one.
   * @throws SharesFull
   * @throws the signal's reason when aborted while waiting
   */
  acquire(ownerId: string, request?: PlaceRequest): Promise<ReleasePlace>;
  /** Takes a place if one is free now; otherwise `undefined`. */
  tryAcquire(ownerId: string, priority?: number): ReleasePlace | undefined;
  /** Owners that hold a place or wait for one; the others are forgotten. */
  owners(): number;
}

interface Waiter {
  admit(): void;
}

interface Share {
  held: number;
  /** One for each priority. */
  queues: Set<Waiter>[];
}

export function createOwnerShares(options: OwnerSharesOptions): OwnerShares {
  const { places, placesPerOwner, reserves = [0], crowding = [], clock } = options;
  const { maxWaitingPerOwner = Number.POSITIVE_INFINITY } = options;
  const shares = new Map<string, Share>();
  /** Owners with a waiter that their own share admits, in the order in which they are served. Some may be crowded out. */
  const turns = new Set<string>();
  let held = 0;

  const shareOf = (ownerId: string): Share => {
    const existing = shares.get(ownerId);
    if (existing) return existing;
    const share = { held: 0, queues: reserves.map(() => new Set<Waiter>()) };
    shares.set(ownerId, share);
    return share;
  };
  const forgetIdle = (ownerId: string, share: Share): void => {
    if (share.held === 0 && countWaiting(share) === 0) shares.delete(ownerId);
  };

  const admits = (share: Share, priority: number): boolean =>
    share.held + (reserves[priority] ?? 0) < placesPerOwner;
  const isCrowdedOut = (share: Share, priority: number): boolean =>
    held > share.held && share.held >= (crowding[priority] ?? Number.POSITIVE_INFINITY) * (places - held);
  const firstPriorityOf = ({ queues }: Share): number => queues.findIndex((queue) => queue.size > 0);
  /** The waiter whose turn it is within the share, if the share has a place for it. */
  const nextOf = (share: Share): Waiter | undefined => {
    const priority = firstPriorityOf(share);
    if (priority === -1 || !admits(share, priority)) return undefined;
    const [waiter] = share.queues[priority] ?? [];
    return waiter;
  };

  const start = (ownerId: string, share: Share): ReleasePlace => {
    held += 1;
    share.held += 1;
    return () => {
      held -= 1;
      share.held -= 1;
      if (nextOf(share)) turns.add(ownerId);
      forgetIdle(ownerId, share);
      serveTurns();
    };
  };

  const serveTurns = (): void => {
    for (const ownerId of turns) {
      if (held >= places) return;
      const share = shareOf(ownerId);
      if (isCrowdedOut(share, firstPriorityOf(share))) continue;
      turns.delete(ownerId);
      nextOf(share)?.admit();
      if (nextOf(share)) turns.add(ownerId);
    }
  };

  const tryAcquire: OwnerShares['tryAcquire'] = (ownerId, priority = 0) => {
    if (held >= places) return undefined;
    const share = shares.get(ownerId);
    if (share === undefined) return start(ownerId, shareOf(ownerId));
    const isOvertaking = share.queues.slice(0, priority + 1).some((queue) => queue.size > 0);
    if (isOvertaking || !admits(share, priority) || isCrowdedOut(share, priority)) return undefined;
    return start(ownerId, share);
  };

  const wait = (
    ownerId: string,
    { priority = 0, deadlineAtMs, signal }: PlaceRequest,
  ): Promise<ReleasePlace> =>
    new Promise((resolve, reject) => {
      const share = shareOf(ownerId);
      const queue = share.queues[priority];
      const leaveQueue = (): void => {
        queue?.delete(waiter);
        timer?.cancel();
        signal?.removeEventListener('abort', onAbort);
      };
      const giveUp = (reason: unknown): void => {
        leaveQueue();
        if (!nextOf(share)) turns.delete(ownerId);
        forgetIdle(ownerId, share);
        reject(reason);
      };
      const onAbort = (): void => giveUp(signal?.reason);
      const timer =
        deadlineAtMs === undefined || deadlineAtMs === Number.POSITIVE_INFINITY
          ? undefined
          : clock.after(deadlineAtMs - clock.steadyMs(), () => giveUp(new SharesFull()));
      const waiter: Waiter = {
        admit: () => {
          leaveQueue();
          resolve(start(ownerId, share));
        },
      };
      queue?.add(waiter);
      if (nextOf(share)) turns.add(ownerId);
      signal?.addEventListener('abort', onAbort, { once: true });
    });

  return {
    acquire: async (ownerId, request = {}) => {
      request.signal?.throwIfAborted();
      const release = tryAcquire(ownerId, request.priority);
      if (release) return release;
      const share = shares.get(ownerId);
      if (share && countWaiting(share) >= maxWaitingPerOwner) throw new SharesFull();
      return wait(ownerId, request);
    },
    tryAcquire,
    owners: () => shares.size,
  };
}

function countWaiting({ queues }: Share): number {
  return queues.reduce((sum, { size }) => sum + size, 0);
}
