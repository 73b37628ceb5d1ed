import { sql, type Updateable } from 'kysely';
import type { Schema, WatchRow } from '../schema/index.ts';
import type { Db } from '../store.ts';
import { isWatch, type Moment, NEVER, type WatchKey } from './watches.ts';

/** The right to work on a watch and to write the results, until it expires or another process claims the watch. */
export interface Lease extends WatchKey {
  fence: number;
}

/** Extends a lease; false when another process has claimed the watch. */
export async function renewLease(db: Db, lease: WatchRow, leaseUntil: Moment): Promise<boolean> {
  const result = await db
    .updateTable('watches')
    .set({ leaseUntil })
    .where(isWatch(lease))
    .where('fence', '=', lease.fence)
    .executeTakeFirst();
  return Number(result.numUpdatedRows) > 0;
}

/**
 * True while no other process has claimed the watch. To be called first in each transaction that writes under the
 * lease: it locks the row until the transaction ends, so the watch cannot be claimed before the write is committed.
 */
export async function isHeld(tx: Db, lease: Lease): Promise<boolean> {
  const result = await tx
    .updateTable('watches')
    .set({ fence: lease.fence })
    .where(isWatch(lease))
    .where('fence', '=', lease.fence)
    .executeTakeFirst();
  return Number(result.numUpdatedRows) > 0;
}

/** True while no other process has claimed the watch; without a lock, so it may be claimed right after. */
export async function isStillHeld(db: Db, { credentialId, kind, scope, fence }: Lease): Promise<boolean> {
  const { rows } = await sql`
    select 1 from watches
    where credential_id = ${credentialId} and kind = ${kind} and scope = ${scope} and fence = ${fence}`.execute(
    db.withoutPlugins(),
  );
  return rows.length > 0;
}

/**
 * Ends a poll: applies `change` and frees the lease. If the watch was paused or woken during the poll (its `nextLookAt`
 * is no longer the one of the claim), it stays paused, or keeps the earlier of the two times.
 */
export async function rescheduleWatch(
  tx: Db,
  lease: WatchRow,
  { nextLookAt, ...change }: Omit<Updateable<Schema['watches']>, 'nextLookAt'> & { nextLookAt: Moment },
): Promise<void> {
  const next = sql<number>`${nextLookAt}`;
  await tx
    .updateTable('watches')
    .set((row) => {
      const isUnchanged = row('nextLookAt', '=', lease.nextLookAt);
      const isLater = row.and([row('nextLookAt', '>', next), row('nextLookAt', '<', NEVER)]);
      return {
        ...change,
        leaseUntil: 0,
        nextLookAt: row
          .case()
          .when(row.or([isUnchanged, isLater]))
          .then(next)
          .else(row.ref('nextLookAt'))
          .end(),
      };
    })
    .where(isWatch(lease))
    .execute();
}

/** What a poll that found nothing new has seen. */
export interface QuietPoll {
  nextLookAt: Moment;
  pauseMs: number;
  /** When its read began, in ms since the epoch. */
  seenAt: number;
  /** The newest revision among the deployments of the watch, from before the read. */
  revision: number;
}

/**
 * Ends a poll of deployments that has nothing else to store: like `isHeld` and `rescheduleWatch`, in one statement.
 * @returns false when the lease was lost, or one of the deployments was stored during the poll; nothing is changed then
 */
export async function endQuietPoll(
  db: Db,
  lease: WatchRow,
  { nextLookAt, pauseMs, seenAt, revision }: QuietPoll,
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update watches
    set lease_until = 0, pause_ms = ${pauseMs}, failures = 0, seen_at = ${seenAt},
      next_look_at = case
        when next_look_at = ${lease.nextLookAt} or (next_look_at > ${nextLookAt} and next_look_at < ${NEVER})
        then ${nextLookAt} else next_look_at end
    where credential_id = ${lease.credentialId} and kind = ${lease.kind} and scope = ${lease.scope}
      and fence = ${lease.fence} and not exists (
        select 1 from deployments
        where credential_id = ${lease.credentialId} and is_watched = 1 and organization_id = ${lease.scope}
          and revision > ${revision})`.execute(db.withoutPlugins());
  return Number(numAffectedRows ?? 0) > 0;
}

/**
 * Gives up a lease during a poll that is still running, for example at shutdown. The watch is due at once for other
 * processes, and the new fence refuses later writes of that poll.
 */
export async function handOverLease(db: Db, lease: Lease, now: Moment): Promise<void> {
  await db
    .updateTable('watches')
    .set({ leaseUntil: 0, nextLookAt: now, fence: lease.fence + 1 })
    .where(isWatch(lease))
    .where('fence', '=', lease.fence)
    .execute();
}

/** Frees a lease and leaves the time of the next poll as it is. */
export async function releaseLease(db: Db, lease: Lease): Promise<void> {
  await db
    .updateTable('watches')
    .set({ leaseUntil: 0 })
    .where(isWatch(lease))
    .where('fence', '=', lease.fence)
    .execute();
}

/**
 * Makes every watch due now and frees every lease; paused watches stay paused. Only for a store with a single process,
 * at its start: the leases are then those of a process that has ended.
 */
export async function resumeWatches(db: Db, now: Moment): Promise<void> {
  await db
    .updateTable('watches')
    .set({ nextLookAt: now, leaseUntil: 0 })
    .where('nextLookAt', '>', now)
    .where('nextLookAt', '<', NEVER)
    .execute();
}
