import type { Clock, Timer } from '../clock.ts';
import type { TokenBucket } from './token-bucket.ts';

/** Thrown when a caller would have to wait past its deadline. */
export class QueueFull extends Error {
  override readonly name = 'QueueFull';
  /** How long the caller would have to wait, as estimated now. */
  readonly waitMs: number;

  constructor(waitMs: number) {
    super('The deadline would pass first');
    this.waitMs = waitMs;
  }
}

export interface PriorityLimiterOptions {
  bucket: TokenBucket;
  /** Number of priorities; 0 is the highest. */
  priorities: number;
  /** Tokens that a caller must leave in a bucket of this capacity for higher priorities. */
  reserveOf: (priority: number, capacity: number) => number;
  clock: Clock;
}

/**
 * Limits calls by a token bucket. Callers wait in one queue per priority; a queue is served only while all queues of higher
 * priority are empty.
 */
export interface PriorityLimiter {
  /**
   * Takes a token, waiting for it if necessary.
   * @param deadlineAtMs by `Clock.steadyMs`
   * @throws QueueFull at once when the estimated wait passes the deadline, or at the deadline when callers of higher
   *   priority were served first
   * @throws the signal's reason when aborted while waiting; no token is taken then
   */
  acquire(priority: number, deadlineAtMs: number, signal?: AbortSignal): Promise<void>;
  /** Takes a token if the caller need not wait. @returns false when it has to */
  tryAcquire(priority: number): boolean;
  /** Halves the rate for a while, as `TokenBucket.slowDown` does. */
  slowDown(calledAtMs: number): void;
  /** Tokens that are left, including fractions. */
  available(): number;
  /** Calls that wait for a token. */
  waiting(): number;
  /** True when no call waits and the bucket is fresh. */
  isIdle(): boolean;
}

interface Waiter {
  admit(): void;
}

/** The queues need no limit of their own: a caller whose wait would pass its deadline is refused. */
export function createPriorityLimiter({
  bucket,
  priorities,
  reserveOf,
  clock,
}: PriorityLimiterOptions): PriorityLimiter {
  const queues = Array.from({ length: priorities }, () => new Set<Waiter>());
  let wakeUp: Timer | undefined;

  const tokensFor = (priority: number): number => 1 + reserveOf(priority, bucket.capacity());
  const canStart = (priority: number): boolean => bucket.available() >= tokensFor(priority);
  const countWaitingUpTo = (priority: number): number => {
    let count = 0;
    for (let at = 0; at <= priority; at += 1) count += queues[at]?.size ?? 0;
    return count;
  };

  /** Admits waiters in order of priority, then arrival. The first that cannot start blocks all after it. */
  const serveQueues = (): void => {
    wakeUp?.cancel();
    wakeUp = undefined;
    for (const [priority, queue] of queues.entries()) {
      for (const waiter of queue) {
        if (!canStart(priority)) {
          wakeUp = clock.after(bucket.waitMs(tokensFor(priority)), serveQueues);
          return;
        }
        waiter.admit();
      }
    }
  };

  const wait = (priority: number, deadlineAtMs: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const queue = queues[priority];
      const leaveQueue = (): void => {
        queue?.delete(waiter);
        timer.cancel();
        signal?.removeEventListener('abort', onAbort);
      };
      const giveUp = (reason: unknown): void => {
        leaveQueue();
        reject(reason);
        serveQueues();
      };
      const onAbort = (): void => giveUp(signal?.reason);
      const timer = clock.after(deadlineAtMs - clock.steadyMs(), () =>
        giveUp(new QueueFull(bucket.waitMs(tokensFor(priority)))),
      );
      const waiter: Waiter = {
        admit: () => {
          leaveQueue();
          bucket.take();
          resolve();
        },
      };
      queue?.add(waiter);
      signal?.addEventListener('abort', onAbort, { once: true });
      serveQueues();
    });

  const tryAcquire = (priority: number): boolean => {
    if (countWaitingUpTo(priority) > 0 || !canStart(priority)) return false;
    bucket.take();
    return true;
  };

  return {
    tryAcquire,
    acquire: async (priority, deadlineAtMs, signal) => {
      signal?.throwIfAborted();
      if (tryAcquire(priority)) return;
      const ahead = countWaitingUpTo(priority);
      const waitMs = bucket.waitMs(ahead + tokensFor(priority));
      if (clock.steadyMs() + waitMs > deadlineAtMs) throw new QueueFull(waitMs);
      return wait(priority, deadlineAtMs, signal);
    },
    slowDown: bucket.slowDown,
    available: bucket.available,
    waiting: () => countWaitingUpTo(queues.length),
    isIdle: () => countWaitingUpTo(queues.length) === 0 && bucket.isFresh(),
  };
}
