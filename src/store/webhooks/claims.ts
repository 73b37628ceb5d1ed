import { type RawBuilder, sql, type Updateable } from 'kysely';
import { nextFence } from '../coordination/fences.ts';
import type { Schema, WebhookRow } from '../schema/index.ts';
import type { Db } from '../store.ts';

/** A time as SQL: see `Store.time`. */
type Moment = RawBuilder<number>;

/** A webhook that has something to deliver. */
export interface DueWebhook {
  id: string;
  ownerId: string;
}

/**
 * The webhooks that have events to deliver, whose pause is over and that no process holds, the longest overdue first. Of one
 * owner there are `perOwner` at most, so that one with many cannot crowd out others. Users who are disabled have none.
 */
export async function findDueWebhooks(
  db: Db,
  { now, perOwner, limit }: { now: Moment; perOwner: number; limit: number },
): Promise<DueWebhook[]> {
  const { rows } = await sql<DueWebhook>`
    select id, owner_id as "ownerId" from (
      select webhooks.id, webhooks.owner_id, webhooks.next_try_at,
        row_number() over (partition by webhooks.owner_id order by webhooks.next_try_at, webhooks.id) as place
      from webhooks
        join event_heads on event_heads.owner_id = webhooks.owner_id and event_heads.last_seq > webhooks.position
        join users on users.id = webhooks.owner_id and users.is_disabled = 0
      where webhooks.is_disabled = 0 and webhooks.next_try_at <= ${now} and webhooks.lease_until <= ${now}
    ) due
    where place <= ${perOwner}
    order by next_try_at, id
    limit ${sql.lit(limit)}`.execute(db.withoutPlugins());
  return rows;
}

/** The right to deliver to a webhook, until it ends or another process claims the webhook. */
export interface WebhookLease {
  id: string;
  fence: number;
}

/**
 * Claims a webhook.
 * @param minFence see `nextFence`
 * @returns undefined when another process was faster, or it is disabled or gone
 */
export function claimWebhook(
  db: Db,
  id: string,
  { now, leaseUntil, minFence = 0 }: { now: Moment; leaseUntil: Moment; minFence?: number },
): Promise<WebhookRow | undefined> {
  return db
    .updateTable('webhooks')
    .set({ leaseUntil, fence: nextFence(minFence) })
    .where('id', '=', id)
    .where('isDisabled', '=', 0)
    .where('nextTryAt', '<=', now)
    .where('leaseUntil', '<=', now)
    .returningAll()
    .executeTakeFirst();
}

/** What a process writes under its lease. */
export type WebhookProgress = Omit<Updateable<Schema['webhooks']>, 'fence' | 'nextTryAt' | 'leaseUntil'> & {
  nextTryAt?: Moment | number;
  leaseUntil: Moment | number;
};

/**
 * Writes what was delivered. It changes nothing when another process has claimed the webhook; when its position was
 * changed meanwhile, by a replay, only the lease is extended.
 * @param from the position that the work began at
 * @returns the webhook as it is now; undefined when the lease was lost or the webhook is gone
 */
export async function advanceWebhook(
  db: Db,
  { id, fence }: WebhookLease,
  from: number,
  progress: WebhookProgress,
): Promise<WebhookRow | undefined> {
  const advanced = await db
    .updateTable('webhooks')
    .set(progress)
    .where('id', '=', id)
    .where('fence', '=', fence)
    .where('position', '=', from)
    .returningAll()
    .executeTakeFirst();
  if (advanced !== undefined) return advanced;
  return db
    .updateTable('webhooks')
    .set({ leaseUntil: progress.leaseUntil })
    .where('id', '=', id)
    .where('fence', '=', fence)
    .returningAll()
    .executeTakeFirst();
}

/** Ends a lease. With `nextTryAt` the webhook is due again then. */
export async function releaseWebhook(db: Db, { id, fence }: WebhookLease, nextTryAt?: Moment): Promise<void> {
  await db
    .updateTable('webhooks')
    .set({ leaseUntil: 0, ...(nextTryAt !== undefined && { nextTryAt }) })
    .where('id', '=', id)
    .where('fence', '=', fence)
    .execute();
}

/** Ends every lease. Only for a store with a single process, at its start. */
export async function releaseAllWebhooks(db: Db): Promise<void> {
  await db.updateTable('webhooks').set({ leaseUntil: 0 }).where('leaseUntil', '>', 0).execute();
}
