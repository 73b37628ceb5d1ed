import { rateLimited } from '../../errors.ts';
import { countWatched } from '../../store/coordination/watch-share.ts';
import type { Db } from '../../store/store.ts';

/** When to ask again: something that is watched may have ended by then. */
const RETRY_SECONDS = 60;

/**
 * Refuses what would be watched beyond the owner's share (`MAX_WATCHES_PER_USER`).
 * @param tx a transaction of the owner, so that of two requests for the last place at most one gets it
 * @param places how many are needed beyond those that `countWatched` counts: 0 for a request that is counted itself
 * @throws GatewayError `RATE_LIMITED`
 */
export async function assertWatchShare(tx: Db, ownerId: string, max: number, places = 1): Promise<void> {
  if ((await countWatched(tx, ownerId)) + places <= max) return;
  throw rateLimited(
    `At most ${max} unfinished deployments, followed lists and runs of one user are watched`,
    RETRY_SECONDS,
  );
}
