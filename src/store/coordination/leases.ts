import { type Expression, type ExpressionBuilder, type SqlBool, sql, type Updateable } from 'kysely';
import type { Schema, WatchRow } from '../schema/index.ts';
import type { Db, Store } from '../store.ts';
import { isWatch, type Moment, NEVER, type WatchKey } from './watches.ts';

/** The right to work on a watch and to write the results, until it expires or another process claims the watch. */
export interface Lease extends WatchKey {
  fence: number;
}

/** The times of a claim. */
export interface ClaimTimes {
  now: Moment;
  leaseUntil: Moment;
  /**
   * Later than any due time or lease that is set now. One that lies beyond was set before the clock went back: it counts
   * as reached.
   */
  farthest: Moment;
}

/** What is to be claimed, and by which process. */
export interface Claim extends ClaimTimes {
  limit: number;
  /** An id that no other process has. */
  holderId: string;
}

/**
 * Claims up to `limit` watches that are due and not leased, the longest overdue first. Each becomes due again at
 * `leaseUntil`, in case this process dies. Replicas that claim at the same time get different watches and do not wait
 * for each other: PostgreSQL skips locked rows, and SQLite has one process.
 * @returns the watches with their new fences
 */
export function claimWatches(store: Pick<Store, 'db' | 'isShared'>, claim: Claim): Promise<WatchRow[]> {
  const { now, farthest } = claim;
  return claimWhere(store, claim, (row) =>
    row.and([
      row.or([
        row('nextLookAt', '<=', now),
        row.and([row('nextLookAt', '>', farthest), row('nextLookAt', '<', NEVER)]),
      ]),
      row.or([row('leaseUntil', '<=', now), row('leaseUntil', '>', farthest)]),
    ]),
  );
}

/**
 * Claims again what `holderId` holds and does not work on: the answer to its claim was lost after the database had
 * committed it, or the lease could not be given back. Without this, such a watch would rest until its lease ends. Paused
 * watches stay as they are.
 * @param known the leases that the process works on
 * @returns the watches with their new fences
 */
export function takeBackWatches(
  store: Pick<Store, 'db' | 'isShared'>,
  { known, ...claim }: Claim & { known: readonly Lease[] },
): Promise<WatchRow[]> {
  return claimWhere(store, claim, (row) =>
    row.and([
      row('leaseUntil', '>', claim.now),
      row('leaseHolder', '=', holderOf(claim.holderId, row.ref('fence'))),
      row('nextLookAt', '<', NEVER),
      ...known.map((lease) => row.not(row.and([isWatch(lease)(row), row('fence', '=', lease.fence)]))),
    ]),
  );
}

/**
 * What `leaseHolder` says of a claim. It names the fence too: a claim by a version that does not write the holder raises the
 * fence, so the holder from before does not count for it.
 */
function holderOf(holderId: string, fence: Expression<number>) {
  // The inner cast is for SQLite, to which `fence + 1` is a fraction: its driver binds every number as one.
  return sql<string>`cast(${holderId} as text) || ':' || cast(cast(${fence} as bigint) as text)`;
}

function claimWhere(
  { db, isShared }: Pick<Store, 'db' | 'isShared'>,
  { leaseUntil, limit, holderId }: Claim,
  isWanted: (row: ExpressionBuilder<Schema, 'watches'>) => Expression<SqlBool>,
): Promise<WatchRow[]> {
  const wanted = db
    .selectFrom('watches')
    .select(['credentialId', 'kind', 'scope'])
    .where(isWanted)
    .orderBy('nextLookAt')
    .limit(limit);
  const claimable = isShared ? wanted.forUpdate().skipLocked() : wanted;
  return db
    .updateTable('watches')
    .set((row) => ({
      nextLookAt: leaseUntil,
      leaseUntil,
      fence: row('fence', '+', 1),
      leaseHolder: holderOf(holderId, row('fence', '+', 1)),
    }))
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
