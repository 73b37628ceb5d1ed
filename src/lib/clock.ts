/** A pending timer; `cancel` is idempotent. */
export interface Timer {
  cancel(): void;
}

/** Time and timers, passed in so that tests can control them. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds since some moment; it runs evenly when the time of `now` is set. For measuring intervals. */
  steadyMs(): number;
  /**
   * Milliseconds since the epoch by the time of `now` at the start of the process, counted on by steady time. For times that
   * the embedded store keeps and compares: setting the clock of the host does not change what is left of them.
   */
  evenMs(): number;
  /** Runs `task` once after `delayMs`. A pending timer does not keep the process alive. */
  after(delayMs: number, task: () => void): Timer;
  /** Resolves after `delayMs`, or rejects with the signal's reason when aborted first. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}

/** The longest delay of a Node timer. Longer ones would fire after 1 ms; here they fire early, and the caller has to check the time again. */
export const MAX_DELAY_MS = 2 ** 31 - 1;

/** Implements `Clock.sleep` on a clock's `after`. */
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

/** Constant, and slow to ask for. */
const { timeOrigin } = performance;

/** The system's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  steadyMs: () => performance.now(),
  evenMs: () => Math.floor(timeOrigin + performance.now()),
  after(delayMs, task) {
    const handle = setTimeout(task, Math.min(Math.max(0, delayMs), MAX_DELAY_MS)).unref();
    return { cancel: () => clearTimeout(handle) };
  },
  sleep: (delayMs, signal) => sleepOn(systemClock.after, delayMs, signal),
};
