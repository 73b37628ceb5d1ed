import { type DriftProvider, type DriftReport, toStoredPath } from '../domain/upstream-drift.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import { type Metrics, noMetrics } from '../lib/metrics/metrics.ts';
import { levelOf } from '../store/driver/unavailable.ts';
import type { UpstreamDriftRow } from '../store/schema/index.ts';
import type { Store } from '../store/store.ts';
import { addDrift, MAX_DRIFT_ROWS, toDriftKey } from '../store/upstream-drift.ts';

/**
 * Counts in this process what the upstreams say that the gateway does not know, and adds the counts to the store every
 * few seconds. No read of an upstream waits for it.
 */
export interface DriftRecorder {
  /** What the client of one upstream reports to. */
  reportFor(provider: DriftProvider): DriftReport;
  /** Adds what was counted so far to the store. While the store cannot be used, the counts are kept. */
  flush(): Promise<void>;
  stop(): void;
}

export interface DriftRecorderDeps {
  store: Pick<Store, 'transaction'>;
  clock: Clock;
  logger: Logger;
  /** @default nothing is counted */
  metrics?: Pick<Metrics, 'upstreamDrift'>;
}

const FLUSH_MS = 3_000;

/** The lock key of the table, which has no owner. */
const LOCK_KEY = 'upstream-drift';

/** Most lines about new rows after one flush, so that an upstream that makes up names does not fill the log. */
const MAX_LINES = 20;

export function createDriftRecorder({
  store,
  clock,
  logger,
  metrics = noMetrics,
}: DriftRecorderDeps): DriftRecorder {
  let counted = new Map<string, UpstreamDriftRow>();
  let timer: Timer | undefined;
  let isStopped = false;
  let flushing = Promise.resolve();

  /** Adds to what is counted in this process. What would be beyond the limit of the store is not counted. */
  const count = (seen: UpstreamDriftRow): void => {
    const key = toDriftKey(seen);
    const row = counted.get(key);
    if (row === undefined) {
      if (counted.size < MAX_DRIFT_ROWS) counted.set(key, { ...seen });
      return;
    }
    row.count += seen.count;
    row.firstSeenAt = Math.min(row.firstSeenAt, seen.firstSeenAt);
    row.lastSeenAt = Math.max(row.lastSeenAt, seen.lastSeenAt);
  };

  const write = async (): Promise<void> => {
    if (counted.size === 0) return;
    const seen = [...counted.values()];
    counted = new Map();
    try {
      logNew(await store.transaction(LOCK_KEY, (tx) => addDrift(tx, seen)));
    } catch (error) {
      for (const row of seen) count(row);
      throw error;
    }
  };

  const logNew = (rows: readonly UpstreamDriftRow[]): void => {
    for (const { provider, operation, path, kind } of rows.slice(0, MAX_LINES)) {
      logger.warn({ provider, operation, path, kind }, 'upstream says what the gateway does not know');
    }
    const more = rows.length - MAX_LINES;
    if (more > 0) logger.warn({ more }, 'upstream says more that the gateway does not know');
  };

  const flush = (): Promise<void> => {
    flushing = flushing.then(write, write);
    return flushing;
  };

  /** The timer runs only while there is something to write. */
  const schedule = (): void => {
    if (isStopped || timer !== undefined || counted.size === 0) return;
    timer = clock.after(FLUSH_MS, () => {
      flush()
        .catch((error: unknown) =>
          logger[levelOf(error)]({ err: error }, 'upstream drift not stored; retrying in a few seconds'),
        )
        .finally(() => {
          timer = undefined;
          schedule();
        });
    });
  };

  return {
    reportFor:
      (provider) =>
      ({ operation, path, kind }) => {
        const now = clock.now();
        metrics.upstreamDrift.add({ provider, operation, kind });
        const place = { provider, operation, path: toStoredPath(path), kind };
        count({ ...place, firstSeenAt: now, lastSeenAt: now, count: 1 });
        schedule();
      },
    flush,
    stop() {
      isStopped = true;
      timer?.cancel();
    },
  };
}
