import type { Updateable } from 'kysely';
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

/** Inserts a deployment unless it is known already; tells whether it was new. */
export async function insertDeployment(tx: Db, row: NewDeploymentRow): Promise<boolean> {
  const result = await tx
    .insertInto('deployments')
    .values(row)
    .onConflict((conflict) => conflict.columns(['ownerId', 'id']).doNothing())
    .executeTakeFirst();
  return Number(result.numInsertedOrUpdatedRows ?? 0) > 0;
}

export async function updateDeployment(
  tx: Db,
  ownerId: string,
  id: string,
  change: DeploymentChange,
): Promise<void> {
  await tx
    .updateTable('deployments')
    .set(change)
    .where('ownerId', '=', ownerId)
    .where('id', '=', id)
    .execute();
}

/** What a look of the poller covers: deployments of a credential in an organization ('' while it is unknown). */
interface LookedAt {
  credentialId: string;
  scope: string;
}

/** What one look covers: everything watched with a credential in an organization. */
export function watchedDeployments(db: Db, watch: LookedAt): Promise<DeploymentRow[]> {
  return db
    .selectFrom('deployments')
    .selectAll()
    .where('credentialId', '=', watch.credentialId)
    .where('isWatched', '=', 1)
    .where('organizationId', watch.scope === '' ? 'is' : '=', watch.scope || null)
    .orderBy('createdAt')
    .execute();
}

/** The last look at these failed: their state is the last one seen. */
export async function markStale(tx: Db, watch: LookedAt): Promise<void> {
  await tx
    .updateTable('deployments')
    .set({ isStale: 1 })
    .where('credentialId', '=', watch.credentialId)
    .where('isWatched', '=', 1)
    .where('organizationId', watch.scope === '' ? 'is' : '=', watch.scope || null)
    .execute();
}

/** The organization that another deployment of the task is known to belong to. */
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

/** True while anything of the filter has not ended. */
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

/** Ends the watches of a credential that is being deleted, and names what they watched. */
export function abandonDeployments(tx: Db, ownerId: string, credentialId: string): Promise<{ id: string }[]> {
  return tx
    .updateTable('deployments')
    .set({ credentialId: null, isWatched: 0 })
    .where('ownerId', '=', ownerId)
    .where('credentialId', '=', credentialId)
    .returning('id')
    .execute();
}
