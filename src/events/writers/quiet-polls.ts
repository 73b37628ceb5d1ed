import type { Clock } from '../../lib/clock.ts';
import { endQuietPoll, type QuietPoll } from '../../store/coordination/leases.ts';
import type { WatchRow } from '../../store/schema/index.ts';
import type { Store } from '../../store/store.ts';

/** Ends polls that have found nothing new: nearly all of them. */
export interface QuietPolls {
  /**
   * Stores the end of a poll.
   * @returns as `endQuietPoll`
   * @throws StoreUnavailable
   */
  end(watch: WatchRow, poll: QuietPoll): Promise<boolean>;
}

/**
 * Commits begin so far apart. Each waits for the disk, 3 ms on a common one, and the event loop waits with it: with a commit for
 * each poll, 300 polls a second would leave time for nothing else.
 */
const COMMIT_EVERY_MS = 20;

interface Waiting {
  watch: WatchRow;
  poll: QuietPoll;
  resolve(isEnded: boolean): void;
  reject(error: unknown): void;
}

/**
 * On the embedded store, polls that end within 20 ms share a commit. PostgreSQL lets commits of its connections share a flush
 * itself, so each poll has one of its own there.
 */
export function createQuietPolls({ store, clock }: { store: Store; clock: Clock }): QuietPolls {
  let waiting: Waiting[] = [];
  let nextAtMs = Number.NEGATIVE_INFINITY;

  const commit = async (): Promise<void> => {
    const ending = waiting;
    waiting = [];
    nextAtMs = clock.steadyMs() + COMMIT_EVERY_MS;
    try {
      const areEnded = await store.transaction('quiet polls', async (tx) => {
        const ended: boolean[] = [];
        for (const { watch, poll } of ending) ended.push(await endQuietPoll(tx, watch, poll));
        return ended;
      });
      for (const [at, { resolve }] of ending.entries()) resolve(areEnded[at] === true);
    } catch (error) {
      for (const { reject } of ending) reject(error);
    }
  };

  return {
    end(watch, poll) {
      if (store.isShared) return endQuietPoll(store.db, watch, poll);
      return new Promise((resolve, reject) => {
        waiting.push({ watch, poll, resolve, reject });
        const waitMs = nextAtMs - clock.steadyMs();
        if (waitMs <= 0) void commit();
        else if (waiting.length === 1) clock.after(waitMs, () => void commit());
      });
    },
  };
}
