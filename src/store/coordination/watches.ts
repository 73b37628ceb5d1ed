import { type ExpressionBuilder, type RawBuilder, sql, type Updateable } from 'kysely';
import type { DeploymentRow, Schema, WatchKind, WatchRow } from '../schema/index.ts';
import type { Db } from '../store.ts';

/** The `nextLookAt` of a paused watch. It is not polled until its credential or its owner wakes it. */
export const NEVER = Number.MAX_SAFE_INTEGER;

/** A time that due times and leases are compared with: by `Store.time`, or in ms since the epoch. */
export type Moment = RawBuilder<number> | number;

/** The key of a watch; for `scope` see `WatchTable`. */
export interface WatchKey {
  kind: WatchKind;
  credentialId: string;
  scope: string;
}

/** The condition that selects the row of a watch. */
export function isWatch({ credentialId, kind, scope }: WatchKey) {
  return (row: ExpressionBuilder<Schema, 'watches'>) => row.and({ credentialId, kind, scope });
}

/** The first values of a watch. */
export interface NewWatch extends WatchKey {
  ownerId: string;
  nextLookAt: Moment;
  pauseMs: number;
}

/** Creates the watch if there is none, and makes it due at `nextLookAt` at the latest. A paused watch stays paused. */
export async function ensureWatch(tx: Db, watch: NewWatch): Promise<void> {
  if ((await findWatch(tx, watch)) === undefined) {
    const fence = await firstFence(tx, watch.credentialId);
    await tx
      .insertInto('watches')
      .values({ ...watch, failures: 0, degradedReason: null, wantedUntil: 0, leaseUntil: 0, fence })
      .onConflict((conflict) => conflict.columns(['credentialId', 'kind', 'scope']).doNothing())
      .execute();
  }
  await wakeWatch(tx, watch, watch.nextLookAt);
}

/** More claims than any one watch ever sees. */
const FENCES_PER_WATCH = 1_000_000;

/**
 * The first fence of a new watch: higher than every fence of the credential's earlier watches. A lease of a deleted
 * watch is therefore invalid for a watch that is created again under the same key.
 */
async function firstFence(tx: Db, credentialId: string): Promise<number> {
  const { made } = await tx
    .insertInto('watchCounts')
    .values({ credentialId, made: 1 })
    .onConflict((conflict) =>
      conflict.column('credentialId').doUpdateSet((set) => ({ made: set('watchCounts.made', '+', 1) })),
    )
    .returning('made')
    .executeTakeFirstOrThrow();
  return Number(made) * FENCES_PER_WATCH;
}

/** Makes a watch due at `nextLookAt` at the latest. Paused and failing watches keep their time. */
export async function wakeWatch(tx: Db, key: WatchKey, nextLookAt: Moment): Promise<void> {
  await tx
    .updateTable('watches')
    .set({ nextLookAt })
    .where(isWatch(key))
    .where('nextLookAt', '>', nextLookAt)
    .where('nextLookAt', '<', NEVER)
    .where('failures', '=', 0)
    .execute();
}

/** Makes the owner's watches of a list due at `now`. Paused and failing watches keep their time. */
export async function wakeListWatches(
  tx: Db,
  ownerId: string,
  taskListId: string,
  now: Moment,
): Promise<void> {
  await tx
    .updateTable('watches')
    .set({ nextLookAt: now })
    .where('kind', '=', 'AI_TASK_LIST')
    .where('scope', '=', taskListId)
    .where('ownerId', '=', ownerId)
    .where('nextLookAt', '>', now)
    .where('nextLookAt', '<', NEVER)
    .where('failures', '=', 0)
    .execute();
}

/** Extends the interest of clients in a watch to `wantedUntil`. */
export async function extendWatchInterest(tx: Db, key: WatchKey, wantedUntil: Moment): Promise<void> {
  await tx
    .updateTable('watches')
    .set({ wantedUntil })
    .where(isWatch(key))
    .where('wantedUntil', '<', wantedUntil)
    .execute();
}

/**
 * When the next watch can be claimed, in ms since the epoch by the time of the store; `NEVER` when there is none.
 * @param after leaves out what is due by then
 */
export async function nextDueAtMs(db: Db, after: Moment = 0): Promise<number> {
  const idle = await db
    .selectFrom('watches')
    .select((min) => min.fn.min('nextLookAt').as('at'))
    .whereRef('leaseUntil', '<=', 'nextLookAt')
    .where('nextLookAt', '>', after)
    .executeTakeFirst();
  const leased = await db
    .selectFrom('watches')
    .select((min) => min.fn.min('leaseUntil').as('at'))
    .whereRef('leaseUntil', '>', 'nextLookAt')
    .where('leaseUntil', '>', after)
    .executeTakeFirst();
  return Math.min(idle?.at ?? NEVER, leased?.at ?? NEVER);
}

export async function updateWatch(
  tx: Db,
  key: WatchKey,
  change: Updateable<Schema['watches']>,
): Promise<void> {
  await tx.updateTable('watches').set(change).where(isWatch(key)).execute();
}

export async function deleteWatch(tx: Db, key: WatchKey): Promise<void> {
  await tx.deleteFrom('watches').where(isWatch(key)).execute();
}

export function findWatch(db: Db, key: WatchKey): Promise<WatchRow | undefined> {
  return db.selectFrom('watches').selectAll().where(isWatch(key)).executeTakeFirst();
}

/** A watch, and for how long clients are still interested in it; 0 or less once the interest is over. */
export async function findWatchInterest(
  db: Db,
  key: WatchKey,
  now: Moment,
): Promise<(WatchRow & { wantedForMs: number }) | undefined> {
  return db
    .selectFrom('watches')
    .selectAll()
    .select(sql<number>`${sql.ref('wantedUntil')} - ${now}`.as('wantedForMs'))
    .where(isWatch(key))
    .executeTakeFirst();
}

/** Every watch of a credential. */
export function watchesOf(db: Db, credentialId: string): Promise<WatchRow[]> {
  return db.selectFrom('watches').selectAll().where('credentialId', '=', credentialId).execute();
}

/** Makes every watch of a credential due at `now`, paused and failing ones included. */
export async function wakeWatchesOfCredential(tx: Db, credentialId: string, now: Moment): Promise<void> {
  await tx.updateTable('watches').set({ nextLookAt: now }).where('credentialId', '=', credentialId).execute();
}

/** Makes every watch due at `now`; paused watches stay paused. */
export async function wakeAllWatches(db: Db, now: Moment): Promise<void> {
  await db
    .updateTable('watches')
    .set({ nextLookAt: now })
    .where('nextLookAt', '>', now)
    .where('nextLookAt', '<', NEVER)
    .execute();
}

/** True while the owner has a watch of this list, with any credential of its organisation. */
export async function isListWatched(
  db: Db,
  { ownerId, organisation }: { ownerId: string; organisation: string },
  taskListId: string,
): Promise<boolean> {
  const watch = await db
    .selectFrom('watches')
    .innerJoin('credentials', 'credentials.id', 'watches.credentialId')
    .select('watches.scope')
    .where('watches.kind', '=', 'AI_TASK_LIST')
    .where('watches.scope', '=', taskListId)
    .where('watches.ownerId', '=', ownerId)
    .where('credentials.account', '=', organisation)
    .limit(1)
    .executeTakeFirst();
  return watch !== undefined;
}

/** How many watches there are of each kind that has any. */
export async function countWatches(db: Db): Promise<{ kind: WatchKind; count: number }[]> {
  const rows = await db
    .selectFrom('watches')
    .select((row) => ['kind', row.fn.countAll().as('count')] as const)
    .groupBy('kind')
    .execute();
  return rows.map(({ kind, count }) => ({ kind, count: Number(count) }));
}

/** How many watches are due and not polled, and by how much the longest waiting one is late, in ms. */
export async function readLateness(db: Db, now: Moment): Promise<{ due: number; latestMs: number }> {
  const { due, latestMs } = await db
    .selectFrom('watches')
    .select((row) => [
      row.fn.countAll().as('due'),
      sql<number | null>`${now} - min(${sql.ref('nextLookAt')})`.as('latestMs'),
    ])
    .where('nextLookAt', '<=', now)
    .where('leaseUntil', '<=', now)
    .executeTakeFirstOrThrow();
  return { due: Number(due), latestMs: Math.max(0, Number(latestMs ?? 0)) };
}

/** Why polling a deployment is announced as degraded; null while it is not. */
export async function findDegradedReason(
  db: Db,
  { credentialId, organizationId }: Pick<DeploymentRow, 'credentialId' | 'organizationId'>,
): Promise<string | null> {
  if (credentialId === null) return null;
  const watch = await findWatch(db, { kind: 'DEPLOYMENTS', credentialId, scope: organizationId ?? '' });
  return watch?.degradedReason ?? null;
}
