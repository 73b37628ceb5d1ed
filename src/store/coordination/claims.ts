import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely';
import type { Schema, WatchKind, WatchRow } from '../schema/index.ts';
import type { Db, Store } from '../store.ts';
import { nextFence } from './fences.ts';
import type { Lease } from './leases.ts';
import { isWatch, type Moment, NEVER } from './watches.ts';

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

/** By which process something is claimed. */
export interface Claim extends ClaimTimes {
  /** An id that no other process has. */
  holderId: string;
  /** The lowest fence of the claim: ms since the epoch, by the clock of the process. @default 0 */
  minFence?: number;
}

/** Watches of one kind and credential take their turns together; those with guards before the others. */
export interface QueueKey {
  credentialId: string;
  kind: WatchKind;
  /** True for watches of which an unfinished deployment has a guard. */
  isGuarded: boolean;
}

/** The watches of a queue that are due and not leased. */
export interface DueQueue extends QueueKey {
  ownerId: string;
  count: number;
  /** The earliest due time, in ms since the epoch. */
  firstDueAt: number;
}

/** How many watches are claimed, the longest overdue first. */
export interface Take {
  /** @default every queue */
  queue?: QueueKey;
  limit: number;
  /** True when `limit` is all that the queue had. @default false */
  isWhole?: boolean;
}

/** The queues that have something to claim. It costs as much as there are watches due, however many there are. */
export async function findDueQueues(db: Db, times: ClaimTimes): Promise<DueQueue[]> {
  const due = db
    .selectFrom('watches')
    .select(['ownerId', 'credentialId', 'kind', 'nextLookAt'])
    .select((row) => row.case().when(isGuarded(row)).then(1).else(0).end().as('guarded'))
    .where(isDue(times));
  const rows = await db
    .selectFrom(due.as('due'))
    .select(['ownerId', 'credentialId', 'kind', 'guarded'])
    .select(({ fn }) => [fn.countAll().as('count'), fn.min('nextLookAt').as('firstDueAt')])
    .groupBy(['ownerId', 'credentialId', 'kind', 'guarded'])
    .execute();
  return rows.map(({ guarded, count, firstDueAt, ...row }) => ({
    ...row,
    isGuarded: Number(guarded) === 1,
    count: Number(count),
    firstDueAt: Number(firstDueAt),
  }));
}

/**
 * Claims watches that are due and not leased. Each becomes due again at `leaseUntil`, in case this process dies. Replicas
 * that claim at the same time get different watches and do not wait for each other: PostgreSQL skips locked rows, and
 * SQLite has one process.
 * @returns the watches with their new fences
 */
export function claimWatches(
  store: Pick<Store, 'db' | 'isShared'>,
  { takes, ...claim }: Claim & { takes: readonly Take[] },
): Promise<WatchRow[]> {
  const due = isDue(claim);
  return claimWhere(
    store,
    claim,
    // SQLite has one process, so whole queues that are alike become one part: a statement with 64 parts takes longer than
    // the polls.
    mergeTakes(takes, store.isShared).map(({ queues: [queue, ...more], limit }) => ({
      limit,
      isWanted: (row) => row.and([due(row), ...(queue === undefined ? [] : [isOf([queue, ...more])(row)])]),
    })),
  );
}

function mergeTakes(takes: readonly Take[], isShared: boolean): { queues: QueueKey[]; limit: number }[] {
  const alike = Map.groupBy(takes, ({ queue, isWhole }, at) =>
    isShared || !isWhole || queue === undefined ? at : `${queue.kind} ${queue.isGuarded}`,
  );
  return [...alike.values()].map((merged) => ({
    queues: merged.flatMap(({ queue }) => queue ?? []),
    limit: merged.reduce((sum, { limit }) => sum + limit, 0),
  }));
}

/** @param queues of one kind, with guards or all without */
function isOf(queues: readonly [QueueKey, ...QueueKey[]]): IsWanted {
  const [{ kind, isGuarded: hasGuards }] = queues;
  const credentialIds = queues.map(({ credentialId }) => credentialId);
  return (row) =>
    row.and([
      row('kind', '=', kind),
      row('credentialId', 'in', credentialIds),
      hasGuards ? isGuarded(row) : row.not(isGuarded(row)),
    ]);
}

/**
 * True for a watch that polls a deployment with a guard. The index `deployments_guarded` has no others; it is used because the
 * conditions are the same ones, with their values in the text.
 */
function isGuarded(row: ExpressionBuilder<Schema, 'watches'>) {
  const guarded = row
    .selectFrom('deployments')
    .select('deployments.id')
    .whereRef('deployments.credentialId', '=', 'watches.credentialId')
    .where('deployments.isWatched', '=', sql.lit(1 as const))
    .where('deployments.guard', 'is not', null)
    .where('deployments.isTerminal', '=', sql.lit(0 as const));
  return row.and([
    row('watches.kind', '=', 'DEPLOYMENTS'),
    row.or([
      row.exists(guarded.whereRef('deployments.organizationId', '=', 'watches.scope')),
      row.and([
        row('watches.scope', '=', ''),
        row.exists(guarded.where('deployments.organizationId', 'is', null)),
      ]),
    ]),
  ]);
}

function isDue({ now, farthest }: ClaimTimes) {
  return (row: ExpressionBuilder<Schema, 'watches'>) =>
    row.and([
      row.or([
        row('nextLookAt', '<=', now),
        row.and([row('nextLookAt', '>', farthest), row('nextLookAt', '<', NEVER)]),
      ]),
      row.or([row('leaseUntil', '<=', now), row('leaseUntil', '>', farthest)]),
    ]);
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
  { known, limit, ...claim }: Claim & { known: readonly Lease[]; limit: number },
): Promise<WatchRow[]> {
  const isWanted: IsWanted = (row) =>
    row.and([
      row('leaseUntil', '>', claim.now),
      row('leaseHolder', '=', holderOf(claim.holderId, row.ref('fence'))),
      row('nextLookAt', '<', NEVER),
      ...known.map((lease) => row.not(row.and([isWatch(lease)(row), row('fence', '=', lease.fence)]))),
    ]);
  return claimWhere(store, claim, [{ limit, isWanted }]);
}

/**
 * What `leaseHolder` says of a claim. It names the fence too: a claim by a version that does not write the holder raises the
 * fence, so the holder from before does not count for it.
 */
function holderOf(holderId: string, fence: Expression<number>) {
  // The inner cast is for SQLite, to which `fence + 1` is a fraction: its driver binds every number as one.
  return sql<string>`cast(${holderId} as text) || ':' || cast(cast(${fence} as bigint) as text)`;
}

type IsWanted = (row: ExpressionBuilder<Schema, 'watches'>) => Expression<SqlBool>;

/** Claims the first `limit` of the watches that are wanted, of each part. */
async function claimWhere(
  { db, isShared }: Pick<Store, 'db' | 'isShared'>,
  { leaseUntil, holderId, minFence = 0 }: Claim,
  parts: readonly { limit: number; isWanted: IsWanted }[],
): Promise<WatchRow[]> {
  const [claimable, ...others] = parts.map(({ limit, isWanted }) => {
    const wanted = db
      .selectFrom('watches')
      .select(['credentialId', 'kind', 'scope'])
      .where(isWanted)
      .orderBy('nextLookAt')
      .limit(limit);
    const part = isShared ? wanted.forUpdate().skipLocked() : wanted;
    // Only a query of its own may have an order, a limit and a lock below `union all`.
    return db.selectFrom(part.as('part')).select(['credentialId', 'kind', 'scope']);
  });
  if (claimable === undefined) return [];
  const fence = nextFence(minFence);
  const all = others.reduce((sum, part) => sum.unionAll(part), claimable);
  return (
    db
      .with('wanted', () => all)
      .updateTable('watches')
      .set({ nextLookAt: leaseUntil, leaseUntil, fence, leaseHolder: holderOf(holderId, fence) })
      // By the name of the query: SQLite would look at every watch to find it among the rows of a `union all`.
      .where(({ eb, refTuple, selectFrom }) =>
        eb(
          refTuple('credentialId', 'kind', 'scope'),
          'in',
          selectFrom('wanted')
            .select(['wanted.credentialId', 'wanted.kind', 'wanted.scope'])
            .$asTuple('credentialId', 'kind', 'scope'),
        ),
      )
      .returningAll()
      .execute()
  );
}
