import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { pullable } from '../lib/async-iterables.ts';
import type { Clock } from '../lib/clock.ts';
import { isStoreUnavailable } from '../store/driver/unavailable.ts';
import type { Bus } from './bus.ts';

/** One page of a stream. `position` is how far it was read; it may grow although no item matched. */
export interface StreamPage<T> {
  items: T[];
  position: number;
}

/** A stored, ordered stream that can be followed. */
export interface FollowedStream<T> {
  /** The stream of its hints on the bus. */
  stream: string;
  /** Reads at most `limit` items after a position, oldest first. */
  read(after: number, limit: number): Promise<StreamPage<T>>;
  /** Called whenever all items have been delivered. True ends the iteration; an error ends it with that error. */
  isOver(): Promise<boolean>;
}

export interface FollowDeps {
  bus: Bus;
  clock: Clock;
}

/** Longest wait for a hint; then the store is read anyway, as the hint may be lost. */
const SWEEP_MS = 5_000;

/** Items read from the store at a time: the most that a slow reader holds in memory. */
const PAGE_SIZE = 50;

/**
 * Delivers a stream from a position on: what is stored first, then new items as they are written; every item once, in
 * order. No more than one page is buffered. While the store is unavailable the iteration waits.
 */
export function follow<T>(
  deps: FollowDeps,
  followed: FollowedStream<T>,
  after: number,
): AsyncIterableIterator<T, void, void> {
  return pullable(async function* (signal) {
    const hints = listen(deps, followed.stream);
    try {
      let position = after;
      for (;;) {
        const countBefore = hints.count();
        const page = await unlessUnavailable(() => followed.read(position, PAGE_SIZE));
        if (page === undefined) {
          await hints.wait(hints.count(), signal);
          continue;
        }
        yield* page.items;
        const hasMoved = page.position > position;
        position = page.position;
        if (hasMoved) {
          // The embedded store answers without I/O: a client that is far behind would hold up all others.
          await yieldToEventLoop();
          continue;
        }
        // Items may have been written between the two reads: deliver them before the end.
        if (await unlessUnavailable(() => followed.isOver())) {
          const rest = await unlessUnavailable(() => followed.read(position, 1));
          if (rest === undefined || rest.items.length > 0) continue;
          return;
        }
        await hints.wait(countBefore, signal);
      }
    } finally {
      hints.close();
    }
  });
}

/** @returns undefined while the store is unavailable: the caller tries again after the next hint or sweep */
async function unlessUnavailable<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isStoreUnavailable(error)) return undefined;
    throw error;
  }
}

/** Counts hints, so that one that arrives during a read is not missed. */
function listen({ bus, clock }: FollowDeps, stream: string) {
  let count = 0;
  let wake = (): void => undefined;
  const stop = bus.subscribe(stream, () => {
    count += 1;
    wake();
  });
  return {
    count: () => count,
    /** Resolves when the count differs from `countBefore`, or after `SWEEP_MS`. @throws the signal's reason when aborted */
    async wait(countBefore: number, signal: AbortSignal): Promise<void> {
      signal.throwIfAborted();
      if (count !== countBefore) return;
      await new Promise<void>((resolve, reject) => {
        const settle = (end: () => void) => (): void => {
          timer.cancel();
          signal.removeEventListener('abort', aborted);
          end();
        };
        const aborted = settle(() => reject(signal.reason));
        wake = settle(resolve);
        const timer = clock.after(SWEEP_MS, wake);
        signal.addEventListener('abort', aborted, { once: true });
      });
    },
    close: stop,
  };
}
