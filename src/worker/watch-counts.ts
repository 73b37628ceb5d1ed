import type { Clock } from '../lib/clock.ts';
import type { Reading } from '../lib/metrics/metrics.ts';
import { countWatches } from '../store/coordination/watches.ts';
import type { WatchKind } from '../store/schema/index.ts';
import type { Store } from '../store/store.ts';

/** So long the counts are reused: several monitors may ask, and the whole table is counted. */
const REUSE_MS = 10_000;

/** A scrape does not wait longer for the store: it gets the counts of before. */
const WAIT_MS = 1_000;

/** Counts the watches in the store by kind, for a gauge. While the store does not answer, the last counts are repeated. */
export function createWatchCounts({
  store,
  clock,
}: {
  store: Pick<Store, 'db'>;
  clock: Clock;
}): () => Promise<Reading<'kind'>[]> {
  let counts: Reading<'kind'>[] = [];
  let countedAtMs = Number.NEGATIVE_INFINITY;
  let counting: Promise<void> | undefined;

  const count = async (): Promise<void> => {
    try {
      const rows = await countWatches(store.db);
      const byKind: Record<WatchKind, number> = {
        DEPLOYMENTS: 0,
        AI_TASK_LIST: 0,
        AI_TASK_RUN: 0,
        AI_TASK_LIST_RUN: 0,
      };
      for (const row of rows) byKind[row.kind] = row.count;
      counts = Object.entries(byKind).map(([kind, value]) => ({ labels: { kind }, value }));
      countedAtMs = clock.steadyMs();
    } catch {
      // The store logs its outages itself.
    } finally {
      counting = undefined;
    }
  };

  return async () => {
    if (clock.steadyMs() - countedAtMs > REUSE_MS) {
      counting ??= count();
      const giveUp = new AbortController();
      await Promise.race([counting, clock.sleep(WAIT_MS, giveUp.signal).catch(() => undefined)]);
      giveUp.abort();
    }
    return counts;
  };
}
