import type { Updateable } from 'kysely';
import type { Schema, WatchRow } from '../schema/index.ts';
import type { Db, Store } from '../store.ts';
import { findWatch, isWatch, NEVER, updateWatch, type WatchKey } from './watches.ts';

/** The right to work on a watch and to write the results, until it expires or another process claims the watch. */
export interface Lease extends WatchKey {
  fence: number;
}

/**
 * Claims up to `limit` watches that are due and not leased, the longest overdue first. Each becomes due again at
 * `leaseUntil`, in case this process dies. Replicas that claim at the same time get different watches and do not wait
 * for each other: PostgreSQL skips locked rows, and SQLite has one process.
 * @param leaseUntil in milliseconds since the epoch
 * @returns the watches with their new fences
 */
export function claimWatches(
  { db, isShared }: Pick<Store, 'db' | 'isShared'>,
  { nowMs, leaseUntil, limit }: { nowMs: number; leaseUntil: number; limit: number },
): Promise<WatchRow[]> {
  const due = db
    .selectFrom('watches')
    .select(['credentialId', 'kind', 'scope'])
    .where('nextLookAt', '<=', nowMs)
    .where('leaseUntil', '<=', nowMs)
    .orderBy('nextLookAt')
    .limit(limit);
  const claimable = isShared ? due.forUpdate().skipLocked() : due;
  return db
    .updateTable('watches')
    .set((row) => ({ nextLookAt: leaseUntil, leaseUntil, fence: row('fence', '+', 1) }))
    .where(({ eb, refTuple }) =>
      eb(
        refTuple('credentialId', 'kind', 'scope'),
        'in',
        claimable.$asTuple('credentialId', 'kind', 'scope'),
      ),
    )
    .returningAll()
    .execute();
}

/** Extends a lease; false when another process has claimed the watch. */
export async function renewLease(db: Db, lease: WatchRow, leaseUntil: number): Promise<boolean> {
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

/**
 * Ends a poll: applies `change` and frees the lease. If the watch was paused or woken during the poll (its `nextLookAt`
 * is no longer the one of the claim), it stays paused, or keeps the earlier of the two times.
 */
export async function rescheduleWatch(
  tx: Db,
  lease: WatchRow,
  change: Updateable<Schema['watches']> & { nextLookAt: number },
): Promise<void> {
  const current = await findWatch(tx, lease);
  if (current === undefined) return;
  const isUnchanged = current.nextLookAt === lease.nextLookAt;
  const earliest = current.nextLookAt === NEVER ? NEVER : Math.min(current.nextLookAt, change.nextLookAt);
  const nextLookAt = isUnchanged ? change.nextLookAt : earliest;
  await updateWatch(tx, lease, { ...change, nextLookAt, leaseUntil: 0 });
}

/**
 * Gives up a lease during a poll that is still running, for example at shutdown. The watch is due at once for other
 * processes, and the new fence refuses later writes of that poll.
 */
export async function handOverLease(db: Db, lease: Lease, nowMs: number): Promise<void> {
  await db
    .updateTable('watches')
    .set({ leaseUntil: 0, nextLookAt: nowMs, fence: lease.fence + 1 })
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
export async function resumeWatches(db: Db, nowMs: number): Promise<void> {
  await db
    .updateTable('watches')
    .set({ nextLookAt: nowMs, leaseUntil: 0 })
    .where('nextLookAt', '>', nowMs)
    .where('nextLookAt', '<', NEVER)
    .execute();
}
