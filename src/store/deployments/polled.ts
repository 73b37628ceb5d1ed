import { sql } from 'kysely';
import type { Moment } from '../coordination/watches.ts';
import type { DeploymentRow } from '../schema/index.ts';
import type { Db } from '../store.ts';

/** The watch of deployments in one organization, which is known. */
export interface PolledWatch {
  credentialId: string;
  scope: string;
}

/** What a poll compares with what it reads: a small part of the row, as a poll reads hundreds of them. */
export type PolledDeployment = Pick<
  DeploymentRow,
  'id' | 'revision' | 'taskId' | 'rawStatus' | 'status' | 'isStale'
> & {
  /** 1 when the stored state still has the end of an earlier run. */
  hasEnd: 0 | 1;
  /**
   * 1 when its place in the task list does not tell all: it has ended, has a guard or is to be stopped, or its conversation is to
   * be read, also for a budget.
   */
  needsMore: 0 | 1;
};

/**
 * The deployments of a watch, oldest first. It is plain SQL, not built anew each time and with its columns named as the
 * caller has them: a poll of 100 deployments costs a third of what the query builder needs for it.
 * @param now the present time of the store
 */
export async function polledDeployments(
  db: Db,
  { ownerId, credentialId, scope }: PolledWatch & { ownerId: string },
  now: Moment,
): Promise<PolledDeployment[]> {
  // A quote within a text is escaped in JSON, so only the field itself matches. At worst more is compared than needed.
  const { rows } = await sql<PolledDeployment>`
    select id, revision, task_id as "taskId", raw_status as "rawStatus", status, is_stale as "isStale",
      case when state like '%"endedAt":"%' then 1 else 0 end as "hasEnd",
      case when is_terminal = 1 or guard is not null or guard_tripped is not null or messages_wanted_until > ${now} or transcript_due_at > 0
        or stop_cause = 'BUDGET' or exists (select 1 from budgets where budgets.owner_id = ${ownerId})
        then 1 else 0 end as "needsMore"
    from deployments
    where credential_id = ${credentialId} and is_watched = 1 and organization_id = ${scope}
    order by created_at`.execute(db.withoutPlugins());
  return rows;
}

/** Those deployments of a watch of which something was stored after a revision. */
export async function storedSince(
  db: Db,
  { credentialId, scope }: PolledWatch,
  revision: number,
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from deployments
    where credential_id = ${credentialId} and is_watched = 1 and organization_id = ${scope}
      and revision > ${revision}`.execute(db.withoutPlugins());
  return rows.map(({ id }) => id);
}

/** True while a watch has deployments. */
export async function hasWatched(db: Db, { credentialId, scope }: PolledWatch): Promise<boolean> {
  const isInScope = scope === '' ? sql`organization_id is null` : sql`organization_id = ${scope}`;
  const { rows } = await sql`
    select 1 from deployments
    where credential_id = ${credentialId} and is_watched = 1 and ${isInScope}
    limit 1`.execute(db.withoutPlugins());
  return rows.length > 0;
}

/** The rows with the time at which a poll, or a client, has last seen them. */
export async function withSeenAt(db: Db, rows: readonly DeploymentRow[]): Promise<DeploymentRow[]> {
  const polled = rows.filter(isPolled);
  if (polled.length === 0) return [...rows];
  const watches = await db
    .selectFrom('watches')
    .select(['credentialId', 'scope', 'seenAt'])
    .where('kind', '=', 'DEPLOYMENTS')
    .where('credentialId', 'in', [...new Set(polled.map(({ credentialId }) => credentialId))])
    .execute();
  const seenAt = new Map(watches.map((watch) => [`${watch.credentialId} ${watch.scope}`, watch.seenAt]));
  return rows.map((row) => {
    const atMs = isPolled(row) ? (seenAt.get(`${row.credentialId} ${row.organizationId}`) ?? 0) : 0;
    return atMs > row.observedAt ? { ...row, observedAt: atMs } : row;
  });
}

function isPolled(row: DeploymentRow): row is DeploymentRow & { credentialId: string } {
  return row.isWatched === 1 && row.isTerminal === 0 && row.credentialId !== null;
}
