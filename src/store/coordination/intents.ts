import type { ExpressionBuilder } from 'kysely';
import type { IntentRow, Schema } from '../schema/index.ts';
import type { Db } from '../store.ts';

type IntentKey = Pick<IntentRow, 'ownerId' | 'operation' | 'key'>;

/** The condition that selects the row of an intent. */
function isIntent({ ownerId, operation, key }: IntentKey) {
  return (row: ExpressionBuilder<Schema, 'intents'>) => row.and({ ownerId, operation, key });
}

/** An intent with the fence of the process that holds it. */
export type HeldIntent = IntentKey & Pick<IntentRow, 'fence'>;

/** Inserts an intent; false when the key exists. */
export async function insertIntent(db: Db, row: IntentRow): Promise<boolean> {
  const result = await db
    .insertInto('intents')
    .values(row)
    .onConflict((conflict) => conflict.columns(['ownerId', 'operation', 'key']).doNothing())
    .executeTakeFirst();
  return Number(result.numInsertedOrUpdatedRows ?? 0) > 0;
}

export function findIntent(db: Db, key: IntentKey): Promise<IntentRow | undefined> {
  return db.selectFrom('intents').selectAll().where(isIntent(key)).executeTakeFirst();
}

/** The stored answers, as JSON, of an owner's requests of one operation that were sent since `sinceMs`. */
export async function answersSince(
  db: Db,
  { ownerId, operation }: Pick<IntentRow, 'ownerId' | 'operation'>,
  sinceMs: number,
): Promise<string[]> {
  const rows = await db
    .selectFrom('intents')
    .select('result')
    .where('ownerId', '=', ownerId)
    .where('operation', '=', operation)
    .where('createdAt', '>=', sinceMs)
    .where('result', 'is not', null)
    .execute();
  return rows.flatMap(({ result }) => (result === null ? [] : [result]));
}

/**
 * Takes over an open intent whose hold has expired. Of several processes one succeeds; the new fence refuses later
 * writes of the former holder.
 * @returns the intent with its new fence; undefined when it is held, answered, or was taken over by another process
 */
export function takeOverIntent(
  db: Db,
  { ownerId, operation, key, fence }: HeldIntent,
  nowMs: number,
  heldUntil: number,
): Promise<IntentRow | undefined> {
  return db
    .updateTable('intents')
    .set({ heldUntil, fence: fence + 1 })
    .where(isIntent({ ownerId, operation, key }))
    .where('fence', '=', fence)
    .where('heldUntil', '<=', nowMs)
    .where('result', 'is', null)
    .returningAll()
    .executeTakeFirst();
}

/** Changes an intent; false when another process has taken it over. */
export async function updateIntent(
  db: Db,
  { ownerId, operation, key, fence }: HeldIntent,
  change: Partial<Pick<IntentRow, 'heldUntil' | 'createdAt' | 'result'>>,
): Promise<boolean> {
  const result = await db
    .updateTable('intents')
    .set(change)
    .where(isIntent({ ownerId, operation, key }))
    .where('fence', '=', fence)
    .executeTakeFirst();
  return Number(result.numUpdatedRows) > 0;
}

/** Ends all holds. Only for a store with a single process, at its start: the holders are processes that have ended. */
export async function releaseIntents(db: Db): Promise<void> {
  await db
    .updateTable('intents')
    .set({ heldUntil: 0 })
    .where('result', 'is', null)
    .where('heldUntil', '>', 0)
    .execute();
}

/** Deletes an intent, so that its key can be used again. Does nothing when another process has taken it over. */
export async function deleteIntent(db: Db, { ownerId, operation, key, fence }: HeldIntent): Promise<void> {
  await db
    .deleteFrom('intents')
    .where(isIntent({ ownerId, operation, key }))
    .where('fence', '=', fence)
    .execute();
}

/** Removes up to `limit` intents older than `beforeMs`; returns how many. */
export async function pruneIntents(db: Db, beforeMs: number, limit: number): Promise<number> {
  const old = await db
    .selectFrom('intents')
    .select(['ownerId', 'operation', 'key', 'fence'])
    .where('createdAt', '<', beforeMs)
    .limit(limit)
    .execute();
  for (const intent of old) await deleteIntent(db, intent);
  return old.length;
}
