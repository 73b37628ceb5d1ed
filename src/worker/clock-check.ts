import type { Clock, Timer } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { Readiness } from '../lib/readiness.ts';
import { readTimeMs, type Store } from '../store/store.ts';

/**
 * Compares the clock of this process with that of a shared database. Leases, due times and guards do not depend on a
 * process's clock; tokens, sessions and the shown times of events do.
 */
export interface ClockCheck {
  /** Compares now, and then every minute. @throws StoreUnavailable when the first comparison fails */
  start(): Promise<void>;
  /** Not ready while the clocks differ by 5 s or more; a warning from 1 s on. */
  readiness(): Readiness;
  stop(): void;
}

export interface ClockCheckDeps {
  store: Pick<Store, 'db' | 'time' | 'isShared'>;
  clock: Clock;
  logger: Logger;
}

const INTERVAL_MS = 60_000;
const WARNING_MS = 1_000;
const NOT_READY_MS = 5_000;

type Level = 'ok' | 'warning' | 'unready';

export function createClockCheck({ store, clock, logger }: ClockCheckDeps): ClockCheck {
  let level: Level = 'ok';
  let timer: Timer | undefined;
  let isStopped = false;

  /** The least difference that the clocks have for certain, for any part of the query's time that the answer may have taken. */
  const measureMs = async (): Promise<number> => {
    const startMs = clock.steadyMs();
    const databaseMs = await readTimeMs(store, clock.evenMs());
    const uncertaintyMs = (clock.steadyMs() - startMs) / 2;
    const offsetMs = clock.now() - uncertaintyMs - databaseMs;
    return Math.sign(offsetMs) * Math.max(0, Math.round(Math.abs(offsetMs) - uncertaintyMs));
  };

  const check = async (): Promise<void> => {
    const offsetMs = await measureMs();
    const before = level;
    level = levelOf(Math.abs(offsetMs));
    if (level === before) return;
    if (level === 'ok') logger.info({ offsetMs }, 'clock agrees with the database again');
    if (level === 'warning') logger.warn({ offsetMs }, 'clock differs from that of the database');
    if (level === 'unready')
      logger.error({ offsetMs }, 'clock differs from that of the database; not ready until it is set');
  };

  const schedule = (): void => {
    if (isStopped) return;
    timer = clock.after(INTERVAL_MS, () => {
      check()
        .catch((error: unknown) => logger.debug({ err: error }, 'clock not compared; retrying in a minute'))
        .finally(schedule);
    });
  };

  return {
    async start() {
      // The embedded store has no clock of its own.
      if (!store.isShared) return;
      await check();
      schedule();
    },
    readiness: () => ({
      isReady: level !== 'unready',
      warnings:
        level === 'ok' ? [] : [{ name: 'clock', detail: 'The clock differs from that of the database' }],
    }),
    stop() {
      isStopped = true;
      timer?.cancel();
    },
  };
}

function levelOf(differenceMs: number): Level {
  if (differenceMs >= NOT_READY_MS) return 'unready';
  return differenceMs >= WARNING_MS ? 'warning' : 'ok';
}
