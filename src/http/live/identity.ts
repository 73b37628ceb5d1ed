import { type Clock, MAX_DELAY_MS, type Timer } from '../../lib/clock.ts';
import type { Viewer } from '../../viewer.ts';

/** The viewer of an open connection, for as long as the token is valid. */
export interface ConnectionIdentity {
  /** Undefined until a token was accepted. */
  viewer(): Viewer | undefined;
  /** Sets the viewer of a token, or of a newer token of the same user, and starts the timer of its expiry. */
  setViewer(viewer: Viewer): void;
  /** Cancels the timer. */
  stop(): void;
}

/** @param onExpired called when the token has expired and no newer one was set */
export function createConnectionIdentity(clock: Clock, onExpired: () => void): ConnectionIdentity {
  let viewer: Viewer | undefined;
  let timer: Timer | undefined;
  const startTimer = (): void => {
    timer?.cancel();
    const leftMs = (viewer?.expiresAtMs ?? 0) - clock.now();
    timer = clock.after(Math.min(leftMs, MAX_DELAY_MS), () =>
      leftMs > MAX_DELAY_MS ? startTimer() : onExpired(),
    );
  };
  return {
    viewer: () => viewer,
    setViewer(next) {
      viewer = next;
      startTimer();
    },
    stop: () => timer?.cancel(),
  };
}
