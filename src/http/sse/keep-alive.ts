import type { ServerResponse } from 'node:http';
import type { Clock } from '../../lib/clock.ts';
import { comment } from './frame.ts';

/** How often a quiet stream says that it is still there. */
const BEAT_MS = 15_000;

/** A peer that took nothing for so long is gone, or does not read; it may come back with its cursor. */
const STUCK_MS = 60_000;

/**
 * Sends heartbeats, and cuts a peer off that does not take what it was sent.
 * @returns how to stop that
 */
export function keepAlive(response: ServerResponse, clock: Clock): () => void {
  let drainedAt = clock.now();
  const drained = (): void => {
    drainedAt = clock.now();
  };
  const beat = (): void => {
    if (response.writableLength === 0) {
      drained();
      if (!response.writableEnded) response.write(comment());
    } else if (clock.now() - drainedAt >= STUCK_MS) {
      response.destroy();
      return;
    }
    timer = clock.after(BEAT_MS, beat);
  };
  let timer = clock.after(BEAT_MS, beat);
  response.on('drain', drained);
  return () => timer.cancel();
}
