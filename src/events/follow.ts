import { pullable } from '../lib/async-iterables.ts';
import type { Clock } from '../lib/clock.ts';
import { isStoreUnavailable } from '../store/driver/unavailable.ts';
import type { Bus } from './bus.ts';

/** A stretch of a stream: what was found in it, and how far it reaches even when nothing was. */
export interface StreamPage<T> {
  items: T[];
  position: number;
}

/** A stored, ordered stream as its follower sees it. */
export interface FollowedStream<T> {
  /** Name of the hints that say it has grown. */
  stream: string;
  /** What comes after a position, oldest first, at most `limit` items. */
  read(after: number, limit: number): Promise<StreamPage<T>>;
  /** Asked whenever everything has been delivered: ends the iteration when true, fails it by throwing. */
  isOver(): Promise<boolean>;
}

export interface FollowDeps {
  bus: Bus;
  clock: Clock;
  /** Longest wait for a hint: a lost one costs at most this long. */
  sweepMs: number;
}

/** Items read from the store at a time: all that a reader that does not keep up holds in memory. */
const PAGE = 50;

/**
 * Replays a stream after a position, then goes on with what follows: every item once, in order. Nothing
 * is buffered beyond one page: a slow reader simply reads on from the store when it can.
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
        const seen = hints.count();
        const slice = await orNothing(() => followed.read(position, PAGE));
        if (slice === undefined) {
          await hints.wait(hints.count(), signal);
          continue;
        }
        yield* slice.items;
        const hasMoved = slice.position > position;
        position = slice.position;
        if (hasMoved) continue;
        // The end may have been written between reading and asking: whatever came with it goes first.
        if (await orNothing(() => followed.isOver())) {
          const rest = await orNothing(() => followed.read(position, 1));
          if (rest === undefined || rest.items.length > 0) continue;
          return;
        }
        await hints.wait(seen, signal);
      }
    } finally {
      hints.close();
    }
  });
}

/** A store that is away for a moment ends no stream: it is asked again with the next hint or sweep. */
async function orNothing<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (isStoreUnavailable(error)) return undefined;
    throw error;
  }
}

/** Counts hints, so that one which arrives while the store is being read is not slept through. */
function listen({ bus, clock, sweepMs }: FollowDeps, stream: string) {
  let count = 0;
  let wake = (): void => undefined;
  const stop = bus.subscribe(stream, () => {
    count += 1;
    wake();
  });
  return {
    count: () => count,
    /** Resolves on the first hint after `seen`, or after the sweep interval; rejects when aborted. */
    async wait(seen: number, signal: AbortSignal): Promise<void> {
      signal.throwIfAborted();
      if (count !== seen) return;
      await new Promise<void>((resolve, reject) => {
        const settle = (end: () => void) => (): void => {
          timer.cancel();
          signal.removeEventListener('abort', aborted);
          end();
        };
        const aborted = settle(() => reject(signal.reason));
        wake = settle(resolve);
        const timer = clock.after(sweepMs, wake);
        signal.addEventListener('abort', aborted, { once: true });
      });
    },
    close: stop,
  };
}
