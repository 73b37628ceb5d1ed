import type { Updateable } from 'kysely';
import type { NewWebhookRow, Schema, WebhookRow } from '../schema/index.ts';
import type { Db } from '../store.ts';

export async function insertWebhook(db: Db, row: NewWebhookRow): Promise<void> {
  await db.insertInto('webhooks').values(row).execute();
}

/** Undefined when there is none, or it is another owner's. */
export function findWebhook(db: Db, ownerId: string, id: string): Promise<WebhookRow | undefined> {
  return db
    .selectFrom('webhooks')
    .selectAll()
    .where('id', '=', id)
    .where('ownerId', '=', ownerId)
    .executeTakeFirst();
}

/** Every webhook of an owner, the oldest first. */
export function listWebhooks(db: Db, ownerId: string): Promise<WebhookRow[]> {
  return db
    .selectFrom('webhooks')
    .selectAll()
    .where('ownerId', '=', ownerId)
    .orderBy('createdAt')
    .orderBy('id')
    .execute();
}

/** What can be changed while a delivery is under way: its lease stays. */
export type WebhookChange = Omit<Updateable<Schema['webhooks']>, 'leaseUntil' | 'fence'>;

/** @returns the changed row; undefined when there is none of this owner */
export function updateWebhook(
  db: Db,
  ownerId: string,
  id: string,
  change: WebhookChange,
): Promise<WebhookRow | undefined> {
  return db
    .updateTable('webhooks')
    .set(change)
    .where('id', '=', id)
    .where('ownerId', '=', ownerId)
    .returningAll()
    .executeTakeFirst();
}

/** Deletes a webhook with its secrets and deliveries; `false` when it is not this owner's. */
export async function deleteWebhook(db: Db, ownerId: string, id: string): Promise<boolean> {
  const result = await db
    .deleteFrom('webhooks')
    .where('id', '=', id)
    .where('ownerId', '=', ownerId)
    .executeTakeFirst();
  return Number(result.numDeletedRows) === 1;
}
