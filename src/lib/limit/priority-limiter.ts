import type { Clock, Timer } from '../clock.ts';
import type { TokenBucket } from './token-bucket.ts';

/** Refused entry: the wait, in milliseconds as far as it can be told, would pass the caller's latest moment. */
export class NoRoom extends Error {
  override readonly name = 'NoRoom';
  readonly waitMs: number;

  constructor(waitMs: number) {
    super('No room before the deadline');
    this.waitMs = waitMs;
  }
}

/** What lanes are made of. */
export interface LanesOptions {
  bucket: TokenBucket;
  /** One entry a lane, first lane first: tokens it must leave behind for the lanes before it. */
  reserves: readonly number[];
  /** How many may be inside at once. */
  maxInside: number;
  clock: Clock;
}

/** Queues before one token bucket; a lane is served only when nobody waits in the lanes before it. */
export interface Lanes {
  /**
   * Resolves with the way out, to be called once, when a token and a place are there.
   * @throws NoRoom at once when the wait cannot fit, or at `latestAtMs` when others went first.
   * @throws the signal's reason when aborted while waiting.
   */
  enter(lane: number, latestAtMs: number, signal?: AbortSignal): Promise<() => void>;
  /** True when nobody is inside or waiting and no token is missing. */
  isIdle(): boolean;
}

interface Waiter {
  admit(): void;
}

/** Makes the lanes; the longest queue is bounded by rate × the callers' patience. */
export function createLanes({ bucket, reserves, maxInside, clock }: LanesOptions): Lanes {
  const queues = reserves.map(() => new Set<Waiter>());
  let inside = 0;
  let wakeUp: Timer | undefined;

  const needed = (lane: number): number => 1 + (reserves[lane] ?? 0);
  const canEnter = (lane: number): boolean => inside < maxInside && bucket.available() >= needed(lane);
  const waitingUpTo = (lane: number): number =>
    queues.slice(0, lane + 1).reduce((sum, queue) => sum + queue.size, 0);

  const comeIn = (): (() => void) => {
    bucket.take();
    inside += 1;
    return () => {
      inside -= 1;
      serve();
    };
  };

  /** Admits whoever may enter; a first in line that cannot yet holds back everyone behind it. */
  const serve = (): void => {
    wakeUp?.cancel();
    wakeUp = undefined;
    for (const [lane, queue] of queues.entries()) {
      for (const waiter of queue) {
        if (!canEnter(lane)) {
          // A full house is left by somebody, who then serves; a missing token only time brings.
          if (inside < maxInside) wakeUp = clock.after(bucket.waitMs(needed(lane)), serve);
          return;
        }
        waiter.admit();
      }
    }
  };

  const wait = (lane: number, latestAtMs: number, signal?: AbortSignal): Promise<() => void> =>
    new Promise((resolve, reject) => {
      const queue = queues[lane];
      const leave = (): void => {
        queue?.delete(waiter);
        timer.cancel();
        signal?.removeEventListener('abort', onAbort);
      };
      const giveUp = (reason: unknown): void => {
        leave();
        reject(reason);
        serve();
      };
      const onAbort = (): void => giveUp(signal?.reason);
      const timer = clock.after(latestAtMs - clock.now(), () =>
        giveUp(new NoRoom(bucket.waitMs(needed(lane)))),
      );
      const waiter: Waiter = {
        admit: () => {
          leave();
          resolve(comeIn());
        },
      };
      queue?.add(waiter);
      signal?.addEventListener('abort', onAbort, { once: true });
      serve();
    });

  return {
    enter: async (lane, latestAtMs, signal) => {
      signal?.throwIfAborted();
      const ahead = waitingUpTo(lane);
      if (ahead === 0 && canEnter(lane)) return comeIn();
      const waitMs = bucket.waitMs(ahead + needed(lane));
      if (clock.now() + waitMs > latestAtMs) throw new NoRoom(waitMs);
      return wait(lane, latestAtMs, signal);
    },
    isIdle: () => inside === 0 && waitingUpTo(queues.length) === 0 && bucket.waitMs(bucket.burst) === 0,
  };
}
