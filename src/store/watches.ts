import type { Updateable } from 'kysely';
import type { Schema, WatchRow } from './schema.ts';
import type { Db } from './store.ts';

/** A watch that is not to be looked at until somebody reschedules it. */
export const NEVER = Number.MAX_SAFE_INTEGER;

/** What identifies a watch; an empty `organizationId` gathers deployments whose organization is unknown. */
export interface WatchKey {
  credentialId: string;
  organizationId: string;
}

/** Makes sure there is a watch that is looked at no later than `nextLookAt`. A paused one stays paused. */
export const ensureWatch = async (
  tx: Db,
  watch: WatchKey & { ownerId: string; nextLookAt: number; pauseMs: number },
): Promise<void> => {
  await tx
    .insertInto('watches')
    .values({ ...watch, failures: 0, degradedReason: null })
    .onConflict((conflict) => conflict.columns(['credentialId', 'organizationId']).doNothing())
    .execute();
  await tx
    .updateTable('watches')
    .set({ nextLookAt: watch.nextLookAt })
    .where('credentialId', '=', watch.credentialId)
    .where('organizationId', '=', watch.organizationId)
    .where('nextLookAt', '>', watch.nextLookAt)
    .where('nextLookAt', '<', NEVER)
    .where('failures', '=', 0)
    .execute();
};

/** Watches that are due, longest overdue first. */
export const dueWatches = (db: Db, nowMs: number, limit: number): Promise<WatchRow[]> =>
  db
    .selectFrom('watches')
    .selectAll()
    .where('nextLookAt', '<=', nowMs)
    .orderBy('nextLookAt')
    .limit(limit)
    .execute();

/** When the next watch is due; `NEVER` when none is. */
export const nextDueAt = async (db: Db): Promise<number> => {
  const row = await db
    .selectFrom('watches')
    .select((min) => min.fn.min('nextLookAt').as('at'))
    .executeTakeFirst();
  return row?.at ?? NEVER;
};

export const updateWatch = async (
  tx: Db,
  key: WatchKey,
  change: Updateable<Schema['watches']>,
): Promise<void> => {
  await tx
    .updateTable('watches')
    .set(change)
    .where('credentialId', '=', key.credentialId)
    .where('organizationId', '=', key.organizationId)
    .execute();
};

export const deleteWatch = async (tx: Db, key: WatchKey): Promise<void> => {
  await tx
    .deleteFrom('watches')
    .where('credentialId', '=', key.credentialId)
    .where('organizationId', '=', key.organizationId)
    .execute();
};

export const findWatch = (db: Db, key: WatchKey): Promise<WatchRow | undefined> =>
  db
    .selectFrom('watches')
    .selectAll()
    .where('credentialId', '=', key.credentialId)
    .where('organizationId', '=', key.organizationId)
    .executeTakeFirst();

/** Every watch of a credential. */
export const watchesOf = (db: Db, credentialId: string): Promise<WatchRow[]> =>
  db.selectFrom('watches').selectAll().where('credentialId', '=', credentialId).execute();

/** Looks at everything of a credential at `nowMs`, paused watches included. */
export const wakeWatches = async (tx: Db, credentialId: string, nowMs: number): Promise<void> => {
  await tx
    .updateTable('watches')
    .set({ nextLookAt: nowMs })
    .where('credentialId', '=', credentialId)
    .execute();
};

/** A new process looks at once at what its predecessor left, claims included; only paused watches stay paused. */
export const resumeWatches = async (db: Db, nowMs: number): Promise<void> => {
  await db
    .updateTable('watches')
    .set({ nextLookAt: nowMs })
    .where('nextLookAt', '>', nowMs)
    .where('nextLookAt', '<', NEVER)
    .execute();
};

/**
 * Takes a due watch until `claimedUntil`; whoever reschedules it meanwhile is heeded by `settleWatch`.
 * @returns the watch as claimed, or undefined when it is no longer due
 */
export const claimWatch = (db: Db, watch: WatchRow, claimedUntil: number): Promise<WatchRow | undefined> =>
  db
    .updateTable('watches')
    .set({ nextLookAt: claimedUntil })
    .where('credentialId', '=', watch.credentialId)
    .where('organizationId', '=', watch.organizationId)
    .where('nextLookAt', '=', watch.nextLookAt)
    .returningAll()
    .executeTakeFirst();

/** Gives a claimed watch its next time, unless it was paused or called for sooner while it was looked at. */
export const settleWatch = async (
  tx: Db,
  claimed: WatchRow,
  change: Updateable<Schema['watches']> & { nextLookAt: number },
): Promise<void> => {
  const current = await tx
    .selectFrom('watches')
    .select('nextLookAt')
    .where('credentialId', '=', claimed.credentialId)
    .where('organizationId', '=', claimed.organizationId)
    .executeTakeFirst();
  if (current === undefined) return;
  const isUntouched = current.nextLookAt === claimed.nextLookAt;
  const calledFor = current.nextLookAt === NEVER ? NEVER : Math.min(current.nextLookAt, change.nextLookAt);
  await updateWatch(tx, claimed, { ...change, nextLookAt: isUntouched ? change.nextLookAt : calledFor });
};
