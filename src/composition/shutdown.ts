import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';

/** What is done at a shutdown, in this order. Each step but the first has a limit, after which the next one begins. */
export interface ShutdownSteps {
  /** Reports this process as not ready. Requests are still taken. */
  announce(): void;
  /** Closes the port. Resolves when all requests are answered, all sockets are closed and no poll is under way. */
  finish(): Promise<unknown>;
  /** Answers the requests that are still under way without their outcome. Called only when `finish` takes too long. */
  cut(limitMs: number): Promise<unknown>;
  /** Closes the store and everything else that requests have used. */
  release(): Promise<unknown>;
}

export interface ShutdownOptions extends ShutdownSteps {
  /** How long requests are taken after the first signal. */
  drainDelayMs: number;
  /** The longest time from the first signal to the end of the process. */
  timeoutMs: number;
  clock: Clock;
  logger: Logger;
  exit(code: number): void;
}

/** Time that `cut` and `release` have together. With a short `timeoutMs` they have half of it. */
const RESERVE_MS = 3_000;

/** The part of the reserve that `cut` has. A store that does not close in the rest is left to its server. */
const CUT_SHARE = 0.75;

/** A signal to a process group arrives twice, because npm passes it on as well. Within this time both are one. */
const SAME_SIGNAL_MS = 1_000;

/**
 * Creates the handler of SIGTERM and SIGINT. The first signal begins the shutdown, each further one ends the wait that
 * is under way: the delay, then the wait for requests. Exits with 0; with 1 when a step never ended, or after one signal
 * too many.
 */
export function createShutdown(options: ShutdownOptions): (signal: NodeJS.Signals) => void {
  const { announce, finish, cut, release, drainDelayMs, timeoutMs, clock, logger, exit } = options;
  const reserveMs = Math.min(RESERVE_MS, timeoutMs / 2);
  let isBegun = false;
  let isSameSignal = false;
  let endWait = (): void => undefined;

  /** Resolves when the work is done, the time is over, or a signal ends the wait; true when the work is done. */
  const wait = async (limits: Promise<void>, work?: Promise<unknown>): Promise<boolean> => {
    const skipped = new Promise<void>((resolve) => {
      endWait = resolve;
    });
    const isLate = Promise.race([limits, skipped]).then(() => false);
    return work === undefined ? isLate : Promise.race([work.then(() => true), isLate]);
  };

  /** Runs a step. A failure is logged: the steps after it still have to run. */
  const run = async (step: string, work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      logger.error({ err: error, step }, 'shutdown step failed; going on with the next');
    }
  };

  const shutDown = async (signal: NodeJS.Signals): Promise<void> => {
    logger.info({ signal, drainDelayMs, timeoutMs }, 'shutting down');
    clock.after(timeoutMs, () => {
      logger.error({ timeoutMs }, 'shutdown did not end in time; exiting');
      exit(1);
    });
    const cutTime = clock.sleep(timeoutMs - reserveMs);
    announce();
    if (drainDelayMs > 0) await wait(Promise.race([clock.sleep(drainDelayMs), cutTime]));
    const isFinished = await wait(cutTime, run('finish', finish));
    endWait = () => exit(1);
    if (!isFinished) {
      logger.warn({}, 'requests are still under way; answering them without their outcome');
      await run('cut', () => cut(CUT_SHARE * reserveMs));
    }
    await Promise.race([run('release', release), clock.sleep((1 - CUT_SHARE) * reserveMs)]);
    exit(0);
  };

  return (signal) => {
    if (isSameSignal) return;
    isSameSignal = true;
    clock.after(SAME_SIGNAL_MS, () => {
      isSameSignal = false;
    });
    if (isBegun) return endWait();
    isBegun = true;
    void shutDown(signal);
  };
}
