/** A pending timer; `cancel` is idempotent. */
export interface Timer {
  cancel(): void;
}

/** Time and timers, passed in everywhere so that tests can move them by hand. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs `task` once after `delayMs`; never keeps the process alive. */
  after(delayMs: number, task: () => void): Timer;
  /** Resolves after `delayMs`, or rejects with the signal's reason when aborted first. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}

/** Node clamps longer delays to 1 ms, so longer waits are cut here and the owner looks again. */
export const MAX_DELAY_MS = 2 ** 31 - 1;

/** The sleep every clock shares, built on its own `after`. */
export function sleepOn(after: Clock['after'], delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = (): void => {
      timer.cancel();
      reject(signal?.reason);
    };
    const timer = after(delayMs, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** The real clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, task) {
    const handle = setTimeout(task, Math.min(Math.max(0, delayMs), MAX_DELAY_MS)).unref();
    return { cancel: () => clearTimeout(handle) };
  },
  sleep: (delayMs, signal) => sleepOn(systemClock.after, delayMs, signal),
};
