import { setTimeout as pause } from 'node:timers/promises';
import { isStoreUnavailable } from '../store/driver/unavailable.ts';
import type { Store } from '../store/store.ts';
import type { CommandIo } from './io.ts';

/**
 * The embedded store has one lock for all processes. A gateway waits for it no longer than a quarter of a second, so it is
 * left free for so long after each row; the command itself has more patience.
 */
const PAUSE_MS = 3;
const PATIENCE_MS = 60_000;

/**
 * Repeats a write that the lock of another process refuses, and leaves the lock to the others after it. It pauses with a
 * timer of its own, because those of the clock let a process end that has nothing else to do.
 */
export function patiently({ runtime: { clock } }: CommandIo, { isShared }: Store) {
  return async <T>(write: () => Promise<T>): Promise<T> => {
    if (isShared) return write();
    for (const endMs = clock.steadyMs() + PATIENCE_MS; ; ) {
      try {
        const result = await write();
        await pause(PAUSE_MS);
        return result;
      } catch (error) {
        if (!isStoreUnavailable(error) || clock.steadyMs() > endMs) throw error;
        await pause(PAUSE_MS);
      }
    }
  };
}
