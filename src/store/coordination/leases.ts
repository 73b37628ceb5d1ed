import type { Updateable } from 'kysely';
import type { Schema, WatchRow } from '../schema/index.ts';
import type { Db, Store } from '../store.ts';
import { findWatch, isWatch, NEVER, updateWatch, type WatchKey } from './watches.ts';

/** The right to look at a watch, and to write what was found, until it expires or somebody else has taken it over. */
export interface Lease extends WatchKey {
  fence: number;
}

/**
 * Takes up to `limit` watches that are due and that nobody looks at until `leaseUntil`, longest overdue first; each is
 * due again then, should its holder be gone. Replicas that ask at the same time get different ones, and none waits for
 * another. Whoever calls for a watch meanwhile is heeded by `settleWatch`.
 * @returns the watches as taken
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
  const free = isShared ? due.forUpdate().skipLocked() : due;
  return db
    .updateTable('watches')
    .set((row) => ({ nextLookAt: leaseUntil, leaseUntil, fence: row('fence', '+', 1) }))
    .where(({ eb, refTuple }) =>
      eb(refTuple('credentialId', 'kind', 'scope'), 'in', free.$asTuple('credentialId', 'kind', 'scope')),
    )
    .returningAll()
    .execute();
}

/** Keeps a lease for longer; false when somebody else has taken the watch over. */
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
 * True while a lease has not been taken over. Asked first in the transaction of every write: the row stays locked
 * until that has been kept, so nobody takes the lease over in between.
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

/** Gives a watch back with its next time, unless it was paused or called for sooner while it was looked at. */
export async function settleWatch(
  tx: Db,
  lease: WatchRow,
  change: Updateable<Schema['watches']> & { nextLookAt: number },
): Promise<void> {
  const current = await findWatch(tx, lease);
  if (current === undefined) return;
  const isUntouched = current.nextLookAt === lease.nextLookAt;
  const calledFor = current.nextLookAt === NEVER ? NEVER : Math.min(current.nextLookAt, change.nextLookAt);
  const nextLookAt = isUntouched ? change.nextLookAt : calledFor;
  await updateWatch(tx, lease, { ...change, nextLookAt, leaseUntil: 0 });
}

/**
 * Leaves a watch to whoever comes next, at once, though it is still being looked at: what that look finds later is not
 * written any more.
 */
export async function handOverLease(db: Db, lease: Lease, nowMs: number): Promise<void> {
  await db
    .updateTable('watches')
    .set({ leaseUntil: 0, nextLookAt: nowMs, fence: lease.fence + 1 })
    .where(isWatch(lease))
    .where('fence', '=', lease.fence)
    .execute();
}

/** Gives a watch back as it is, to be looked at when it is due anyway. */
export async function releaseLease(db: Db, lease: Lease): Promise<void> {
  await db
    .updateTable('watches')
    .set({ leaseUntil: 0 })
    .where(isWatch(lease))
    .where('fence', '=', lease.fence)
    .execute();
}

/**
 * The only process on a store looks at once at what its predecessor left, leases included; only paused watches stay
 * paused.
 */
export async function resumeWatches(db: Db, nowMs: number): Promise<void> {
  await db
    .updateTable('watches')
    .set({ nextLookAt: nowMs, leaseUntil: 0 })
    .where('nextLookAt', '>', nowMs)
    .where('nextLookAt', '<', NEVER)
    .execute();
}
