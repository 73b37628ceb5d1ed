import type { Clock, Timer } from '../../lib/clock.ts';
import { MAX_DELAY_MS } from '../../lib/clock.ts';
import type { Viewer } from '../../viewer.ts';

/** Who is on a socket, for as long as their token lasts. */
export interface ConnectionIdentity {
  /** Undefined until the connection was acknowledged. */
  viewer(): Viewer | undefined;
  /** Takes a token's bearer on, or over from an older token of the same user. */
  setViewer(viewer: Viewer): void;
  /** Forgets the timer. */
  stop(): void;
}

/** @param onExpired called when the token has expired and no fresh one was handed over */
export function createConnectionIdentity(clock: Clock, onExpired: () => void): ConnectionIdentity {
  let viewer: Viewer | undefined;
  let timer: Timer | undefined;
  const arm = (): void => {
    timer?.cancel();
    const leftMs = (viewer?.expiresAtMs ?? 0) - clock.now();
    timer = clock.after(Math.min(leftMs, MAX_DELAY_MS), () => (leftMs > MAX_DELAY_MS ? arm() : onExpired()));
  };
  return {
    viewer: () => viewer,
    setViewer(next) {
      viewer = next;
      arm();
    },
    stop: () => timer?.cancel(),
  };
}
