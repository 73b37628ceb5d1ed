import type { Clock, Timer } from '../clock.ts';
import type { TokenBucket } from './token-bucket.ts';

/** Refused entry: the wait, in milliseconds as far as it can be told, would pass the caller's latest moment. */
export class QueueFull extends Error {
  override readonly name = 'NoRoom';
  readonly waitMs: number;

  constructor(waitMs: number) {
    super('No room before the deadline');
    this.waitMs = waitMs;
  }
}

/** What limiter are made of. */
export interface PriorityLimiterOptions {
  bucket: TokenBucket;
  /** One entry a priority, first priority first: tokens it must leave behind for the limiter before it. */
  reserves: readonly number[];
  /** How many may be inside at once. */
  maxInside: number;
  clock: Clock;
}

/** Queues before one token bucket; a priority is served only when nobody waits in the limiter before it. */
export interface PriorityLimiter {
  /**
   * Resolves with the way out, to be called once, when a token and a place are there.
   * @throws NoRoom at once when the wait cannot fit, or at `latestAtMs` when others went first.
   * @throws the signal's reason when aborted while waiting.
   */
  acquire(priority: number, latestAtMs: number, signal?: AbortSignal): Promise<() => void>;
  /** True when nobody is inside or waiting and no token is missing. */
  isIdle(): boolean;
}

interface Waiter {
  admit(): void;
}

/** Makes the limiter; the longest queue is bounded by rate × the callers' patience. */
export function createPriorityLimiter({
  bucket,
  reserves,
  maxInside,
  clock,
}: PriorityLimiterOptions): PriorityLimiter {
  const queues = reserves.map(() => new Set<Waiter>());
  let inside = 0;
  let wakeUp: Timer | undefined;

  const needed = (priority: number): number => 1 + (reserves[priority] ?? 0);
  const canEnter = (priority: number): boolean =>
    inside < maxInside && bucket.available() >= needed(priority);
  const waitingUpTo = (priority: number): number =>
    queues.slice(0, priority + 1).reduce((sum, queue) => sum + queue.size, 0);

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
    for (const [priority, queue] of queues.entries()) {
      for (const waiter of queue) {
        if (!canEnter(priority)) {
          // A full house is left by somebody, who then serves; a missing token only time brings.
          if (inside < maxInside) wakeUp = clock.after(bucket.waitMs(needed(priority)), serve);
          return;
        }
        waiter.admit();
      }
    }
  };

  const wait = (priority: number, latestAtMs: number, signal?: AbortSignal): Promise<() => void> =>
    new Promise((resolve, reject) => {
      const queue = queues[priority];
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
        giveUp(new QueueFull(bucket.waitMs(needed(priority)))),
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
    acquire: async (priority, latestAtMs, signal) => {
      signal?.throwIfAborted();
      const ahead = waitingUpTo(priority);
      if (ahead === 0 && canEnter(priority)) return comeIn();
      const waitMs = bucket.waitMs(ahead + needed(priority));
      if (clock.now() + waitMs > latestAtMs) throw new QueueFull(waitMs);
      return wait(priority, latestAtMs, signal);
    },
    isIdle: () => inside === 0 && waitingUpTo(queues.length) === 0 && bucket.waitMs(bucket.burst) === 0,
  };
}
