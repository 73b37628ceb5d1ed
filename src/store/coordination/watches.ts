import type { ExpressionBuilder, Updateable } from 'kysely';
import type { Schema, WatchKind, WatchRow } from '../schema/index.ts';
import type { Db } from '../store.ts';

/** A watch that is not to be looked at until somebody reschedules it. */
export const NEVER = Number.MAX_SAFE_INTEGER;

/** What identifies a watch; see `WatchTable` for what `scope` names. */
export interface WatchKey {
  kind: WatchKind;
  credentialId: string;
  scope: string;
}

/** The condition that a row is this watch. */
export function isWatch({ credentialId, kind, scope }: WatchKey) {
  return (row: ExpressionBuilder<Schema, 'watches'>) => row.and({ credentialId, kind, scope });
}

/** What a watch begins with. */
export interface NewWatch extends WatchKey {
  ownerId: string;
  nextLookAt: number;
  pauseMs: number;
}

/** Makes sure there is a watch that is looked at no later than `nextLookAt`. A paused one stays paused. */
export async function ensureWatch(tx: Db, watch: NewWatch): Promise<void> {
  if ((await findWatch(tx, watch)) === undefined) {
    const fence = await freshFence(tx, watch.credentialId);
    await tx
      .insertInto('watches')
      .values({ ...watch, failures: 0, degradedReason: null, wantedUntil: 0, leaseUntil: 0, fence })
      .onConflict((conflict) => conflict.columns(['credentialId', 'kind', 'scope']).doNothing())
      .execute();
  }
  await wakeWatch(tx, watch, watch.nextLookAt);
}

/** More leases than any watch is ever taken under. */
const FENCES_PER_WATCH = 1_000_000;

/**
 * Where the fences of a new watch begin: above those of every watch the credential has had, so that whoever still holds
 * a lease of one that was deleted holds none of the one that came after it.
 */
async function freshFence(tx: Db, credentialId: string): Promise<number> {
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

/** Has a watch looked at no later than at a moment, if there is one that is neither paused nor failing. */
export async function wakeWatch(tx: Db, key: WatchKey, nextLookAt: number): Promise<void> {
  await tx
    .updateTable('watches')
    .set({ nextLookAt })
    .where(isWatch(key))
    .where('nextLookAt', '>', nextLookAt)
    .where('nextLookAt', '<', NEVER)
    .where('failures', '=', 0)
    .execute();
}

/** Says that somebody waits for what a watch finds, until `wantedUntil`. */
export async function extendWatchInterest(tx: Db, key: WatchKey, wantedUntil: number): Promise<void> {
  await tx
    .updateTable('watches')
    .set({ wantedUntil })
    .where(isWatch(key))
    .where('wantedUntil', '<', wantedUntil)
    .execute();
}

/** When the next watch is due; `NEVER` when none is. */
export async function nextDueAt(db: Db): Promise<number> {
  const free = await db
    .selectFrom('watches')
    .select((min) => min.fn.min('nextLookAt').as('at'))
    .whereRef('leaseUntil', '<=', 'nextLookAt')
    .executeTakeFirst();
  const leased = await db
    .selectFrom('watches')
    .select((min) => min.fn.min('leaseUntil').as('at'))
    .whereRef('leaseUntil', '>', 'nextLookAt')
    .executeTakeFirst();
  return Math.min(free?.at ?? NEVER, leased?.at ?? NEVER);
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

/** Every watch of a credential. */
export function watchesOf(db: Db, credentialId: string): Promise<WatchRow[]> {
  return db.selectFrom('watches').selectAll().where('credentialId', '=', credentialId).execute();
}

/** Looks at everything of a credential at `nowMs`, paused watches included. */
export async function wakeWatchesOfCredential(tx: Db, credentialId: string, nowMs: number): Promise<void> {
  await tx
    .updateTable('watches')
    .set({ nextLookAt: nowMs })
    .where('credentialId', '=', credentialId)
    .execute();
}

/** True while somebody watches a list of AI tasks with any credential of its organisation. */
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
