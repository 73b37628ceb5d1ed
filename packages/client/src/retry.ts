import { type Environment, sleep } from './environment.ts';
import { GatewayFailure, isPassing } from './errors.ts';

/** Pauses between tries: they grow from `firstMs` to `longestMs`, and are spread over half of their length. */
const PAUSE = { firstMs: 500, longestMs: 15_000 };

/** Counts the failures in a row, and waits longer after each. */
export interface Backoff {
  /** Waits before the next try, at least as long as the failure asks for. @throws the signal's reason */
  wait(failure?: unknown, signal?: AbortSignal): Promise<void>;
  /** Something worked: the next pause is the first one again. */
  reset(): void;
}

export function createBackoff(environment: Environment): Backoff {
  let failures = 0;
  return {
    async wait(failure, signal) {
      const longMs = Math.min(PAUSE.longestMs, PAUSE.firstMs * 2 ** failures);
      failures += 1;
      const askedMs = failure instanceof GatewayFailure ? 1_000 * (failure.retryAfter ?? 0) : 0;
      await sleep(environment, Math.max(askedMs, longMs * (0.5 + 0.5 * environment.random())), signal);
    },
    reset() {
      failures = 0;
    },
  };
}

/** How often an operation is tried while its failures are outages. */
const TRIES = 6;

/**
 * Repeats `work` while it fails by outages.
 * @param mayRepeat whether the failed try may be repeated, beside being an outage
 * @throws the last failure; a mistake at once
 */
export async function retryOutages<T>(
  environment: Environment,
  work: () => Promise<T>,
  {
    mayRepeat,
    signal,
  }: { mayRepeat: (failure: GatewayFailure) => boolean; signal?: AbortSignal | undefined },
): Promise<T> {
  const backoff = createBackoff(environment);
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      const isUnknown = error instanceof GatewayFailure && error.code === 'OUTCOME_UNKNOWN';
      if (!(isPassing(error) || isUnknown) || tries >= TRIES || !mayRepeat(error)) throw error;
      await backoff.wait(error, signal);
    }
  }
}
