import type { ExpressionBuilder } from 'kysely';
import type { IntentRow, Schema } from '../schema/index.ts';
import type { Db } from '../store.ts';

type IntentKey = Pick<IntentRow, 'ownerId' | 'operation' | 'key'>;

/** The condition that a row is the intent of this key. */
function isIntent({ ownerId, operation, key }: IntentKey) {
  return (row: ExpressionBuilder<Schema, 'intents'>) => row.and({ ownerId, operation, key });
}

/** An intent as one process holds it: with the fence of its own hold. */
export type HeldIntent = IntentKey & Pick<IntentRow, 'fence'>;

/** Stores an intent; false when its key is in use. */
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

/** The answers an owner's requests of one kind have got since a moment, as JSON. */
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
 * Takes over an intent whose holder is gone; only one process succeeds, and the former holder changes it no more.
 * @returns the intent as it is held now, or undefined when somebody else was faster
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

/** Changes an intent its holder still holds; false when somebody else has taken it over. */
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

/** The only process on a store need not wait for holders: all of them are gone. */
export async function releaseIntents(db: Db): Promise<void> {
  await db
    .updateTable('intents')
    .set({ heldUntil: 0 })
    .where('result', 'is', null)
    .where('heldUntil', '>', 0)
    .execute();
}

/** Frees a key whose request was definitely refused, while its holder holds it. */
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
