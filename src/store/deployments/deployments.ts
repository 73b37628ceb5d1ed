import { type RawBuilder, sql, type Updateable } from 'kysely';
import type { DeploymentStatus } from '../../domain/deployment.ts';
import { nextRevision } from '../revisions.ts';
import type { DeploymentRow, NewDeploymentRow, Schema } from '../schema/index.ts';
import type { Db } from '../store.ts';

export type DeploymentChange = Updateable<Schema['deployments']>;

export function findDeployment(db: Db, ownerId: string, id: string): Promise<DeploymentRow | undefined> {
  return db
    .selectFrom('deployments')
    .selectAll()
    .where('ownerId', '=', ownerId)
    .where('id', '=', id)
    .executeTakeFirst();
}

export async function findDeployments(
  db: Db,
  ownerId: string,
  ids: readonly string[],
): Promise<DeploymentRow[]> {
  return ids.length === 0
    ? []
    : db
        .selectFrom('deployments')
        .selectAll()
        .where('ownerId', '=', ownerId)
        .where('id', 'in', ids)
        .execute();
}

/**
 * A page of an owner's deployments, the newest first; deleted ones are left out.
 * @param after the last one of the page before
 */
export function pageOfDeployments(
  db: Db,
  ownerId: string,
  { status, taskId }: { status?: DeploymentStatus | undefined; taskId?: string | undefined },
  after: { at: number; id: string } | undefined,
  limit: number,
): Promise<DeploymentRow[]> {
  let query = db
    .selectFrom('deployments')
    .selectAll()
    .where('ownerId', '=', ownerId)
    .where('isDeleted', '=', 0);
  if (status !== undefined) query = query.where('status', '=', status);
  if (taskId !== undefined) query = query.where('taskId', '=', taskId);
  if (after !== undefined) {
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('createdAt', 'id'), '<', tuple(after.at, after.id)),
    );
  }
  return query.orderBy('createdAt', 'desc').orderBy('id', 'desc').limit(limit).execute();
}

/** Inserts a deployment with the next revision; false when it exists. */
export async function insertDeployment(tx: Db, row: NewDeploymentRow): Promise<boolean> {
  const result = await tx
    .insertInto('deployments')
    .values({ ...row, revision: nextRevision('deployments', row.ownerId) })
    .onConflict((conflict) => conflict.columns(['ownerId', 'id']).doNothing())
    .executeTakeFirst();
  return Number(result.numInsertedOrUpdatedRows ?? 0) > 0;
}

export async function updateDeployment(
  tx: Db,
  ownerId: string,
  id: string,
  change: Omit<DeploymentChange, 'messagesReadAt'> & { messagesReadAt?: RawBuilder<number> },
): Promise<void> {
  await tx
    .updateTable('deployments')
    .set(change)
    .where('ownerId', '=', ownerId)
    .where('id', '=', id)
    .execute();
}

/** Like `updateDeployment`, for what is newer than every read that is under way: the row gets the next revision. */
export async function updateObserved(
  tx: Db,
  ownerId: string,
  id: string,
  change: DeploymentChange,
): Promise<void> {
  await tx
    .updateTable('deployments')
    .set({ ...change, revision: nextRevision('deployments', ownerId) })
    .where('ownerId', '=', ownerId)
    .where('id', '=', id)
    .execute();
}

/** What each observation of a deployment sets. */
type ObservedColumns = Pick<
  DeploymentRow,
  'rawStatus' | 'status' | 'isTerminal' | 'taskId' | 'state' | 'observedAt' | 'isStale'
>;

/** What an observation sets; more than `ObservedColumns` when a run has ended or begun. */
export type ObservationChange = ObservedColumns & Omit<DeploymentChange, keyof ObservedColumns>;

/**
 * Stores an observation, with the next revision. Plain SQL for what each one sets: a poll may see hundreds of changes, and the
 * query builder would build as many statements.
 */
export async function storeObservation(
  tx: Db,
  ownerId: string,
  id: string,
  { rawStatus, status, isTerminal, taskId, state, observedAt, isStale, ...more }: ObservationChange,
): Promise<void> {
  await sql`
    update deployments
    set raw_status = ${rawStatus}, status = ${status}, is_terminal = ${isTerminal}, task_id = ${taskId},
      state = ${state}, observed_at = ${observedAt}, is_stale = ${isStale},
      revision = ${nextRevision('deployments', ownerId)}
    where owner_id = ${ownerId} and id = ${id}`.execute(tx.withoutPlugins());
  if (Object.keys(more).length > 0)
    await tx
      .updateTable('deployments')
      .set(more)
      .where('ownerId', '=', ownerId)
      .where('id', '=', id)
      .execute();
}

/** The deployments that one poll covers: those of a credential in an organization ('' while it is unknown). */
interface PollScope {
  credentialId: string;
  scope: string;
}

/** The deployments that one poll covers, oldest first. */
export function watchedDeployments(db: Db, watch: PollScope): Promise<DeploymentRow[]> {
  return db
    .selectFrom('deployments')
    .selectAll()
    .where('credentialId', '=', watch.credentialId)
    .where('isWatched', '=', 1)
    .where('organizationId', watch.scope === '' ? 'is' : '=', watch.scope || null)
    .orderBy('createdAt')
    .execute();
}

/** Marks the deployments of a failed poll: their stored state may be out of date. */
export async function markStale(tx: Db, watch: PollScope): Promise<void> {
  await tx
    .updateTable('deployments')
    .set({ isStale: 1 })
    .where('credentialId', '=', watch.credentialId)
    .where('isWatched', '=', 1)
    .where('organizationId', watch.scope === '' ? 'is' : '=', watch.scope || null)
    .execute();
}

/** The organization of another deployment of the task; null when none is stored. */
export async function knownOrganization(db: Db, ownerId: string, taskId: string): Promise<string | null> {
  const row = await db
    .selectFrom('deployments')
    .select('organizationId')
    .where('ownerId', '=', ownerId)
    .where('taskId', '=', taskId)
    .where('organizationId', 'is not', null)
    .limit(1)
    .executeTakeFirst();
  return row?.organizationId ?? null;
}

/** True while a deployment of the owner (of one task, if given) has not ended. */
export async function hasUnfinished(db: Db, ownerId: string, taskId?: string): Promise<boolean> {
  let query = db
    .selectFrom('deployments')
    .select('id')
    .where('ownerId', '=', ownerId)
    .where('isTerminal', '=', 0)
    .where('isDeleted', '=', 0);
  if (taskId !== undefined) query = query.where('taskId', '=', taskId);
  return (await query.limit(1).executeTakeFirst()) !== undefined;
}

/** The ids of the deployments that are polled with a credential, or were. */
export function deploymentsOfCredential(
  tx: Db,
  ownerId: string,
  credentialId: string,
): Promise<{ id: string }[]> {
  return tx
    .selectFrom('deployments')
    .select('id')
    .where('ownerId', '=', ownerId)
    .where('credentialId', '=', credentialId)
    .execute();
}

/** Stops polling the deployments of a credential that is being deleted; returns their ids. */
export function abandonDeployments(tx: Db, ownerId: string, credentialId: string): Promise<{ id: string }[]> {
  return tx
    .updateTable('deployments')
    .set({ credentialId: null, isWatched: 0 })
    .where('ownerId', '=', ownerId)
    .where('credentialId', '=', credentialId)
    .returning('id')
    .execute();
}
