import type { WebhookSecretRow } from '../schema/index.ts';
import type { Db } from '../store.ts';

export async function insertWebhookSecret(db: Db, row: WebhookSecretRow): Promise<void> {
  await db.insertInto('webhookSecrets').values(row).execute();
}

/** The secrets of a webhook, the newest first. */
export function listWebhookSecrets(db: Db, webhookId: string): Promise<WebhookSecretRow[]> {
  return db
    .selectFrom('webhookSecrets')
    .selectAll()
    .where('webhookId', '=', webhookId)
    .orderBy('createdAt', 'desc')
    .orderBy('id', 'desc')
    .execute();
}

/** The secrets of these webhooks, the newest first. */
export async function secretsOfWebhooks(
  db: Db,
  webhookIds: readonly string[],
): Promise<Map<string, WebhookSecretRow[]>> {
  if (webhookIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('webhookSecrets')
    .selectAll()
    .where('webhookId', 'in', webhookIds)
    .orderBy('createdAt', 'desc')
    .orderBy('id', 'desc')
    .execute();
  return Map.groupBy(rows, ({ webhookId }) => webhookId);
}

export async function deleteWebhookSecrets(db: Db, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await db.deleteFrom('webhookSecrets').where('id', 'in', ids).execute();
}

/** A page of the secrets that are wrapped by another key than `kid`, by id. */
export function listWebhookSecretsWrappedByOthers(
  db: Db,
  kid: string,
  afterId: string,
  limit: number,
): Promise<WebhookSecretRow[]> {
  return db
    .selectFrom('webhookSecrets')
    .selectAll()
    .where('kid', '!=', kid)
    .where('id', '>', afterId)
    .orderBy('id')
    .limit(limit)
    .execute();
}

/** Replaces a sealed secret by its rewrapped form; `false` when it is gone. */
export async function replaceWebhookSecret(
  db: Db,
  { id, sealed }: WebhookSecretRow,
  rewrapped: { sealed: string; kid: string },
): Promise<boolean> {
  const result = await db
    .updateTable('webhookSecrets')
    .set(rewrapped)
    .where('id', '=', id)
    .where('sealed', '=', sealed)
    .executeTakeFirst();
  return Number(result.numUpdatedRows) === 1;
}

/** How many secrets of webhooks each key wraps. PostgreSQL writes the number as text. */
export function countWebhookSecretsByKid(db: Db): Promise<{ kid: string; rows: number | string | bigint }[]> {
  return db
    .selectFrom('webhookSecrets')
    .select(({ fn }) => ['kid', fn.countAll().as('rows')])
    .groupBy('kid')
    .orderBy('kid')
    .execute();
}
