import type { WebhookDeliveryRow } from '../schema/index.ts';
import type { Db } from '../store.ts';

export async function insertDelivery(db: Db, row: WebhookDeliveryRow): Promise<void> {
  await db.insertInto('webhookDeliveries').values(row).execute();
}

/** The newest tries, or the newest of those before the one of id `before`; newest first. */
export function readDeliveries(
  db: Db,
  webhookId: string,
  before: string | undefined,
  limit: number,
): Promise<WebhookDeliveryRow[]> {
  const newestFirst = db
    .selectFrom('webhookDeliveries')
    .selectAll()
    .where('webhookId', '=', webhookId)
    .orderBy('id', 'desc')
    .limit(limit);
  return (before === undefined ? newestFirst : newestFirst.where('id', '<', before)).execute();
}

/** Deletes up to `limit` tries made before `beforeMs`, oldest first. @returns how many */
export async function pruneDeliveries(tx: Db, beforeMs: number, limit: number): Promise<number> {
  const old = tx
    .selectFrom('webhookDeliveries')
    .select('id')
    .where('attemptedAt', '<', beforeMs)
    .orderBy('attemptedAt')
    .limit(limit);
  const result = await tx.deleteFrom('webhookDeliveries').where('id', 'in', old).executeTakeFirst();
  return Number(result.numDeletedRows);
}
