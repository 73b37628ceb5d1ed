import type { IntentRow } from './schema.ts';
import type { Db, Store } from './store.ts';

type IntentKey = Pick<IntentRow, 'ownerId' | 'operation' | 'key'>;

/** Stores an intent; false when its key is in use. */
export const insertIntent = async (db: Db, row: IntentRow): Promise<boolean> => {
  const result = await db
    .insertInto('intents')
    .values(row)
    .onConflict((conflict) => conflict.columns(['ownerId', 'operation', 'key']).doNothing())
    .executeTakeFirst();
  return Number(result.numInsertedOrUpdatedRows ?? 0) > 0;
};

export const findIntent = (db: Db, key: IntentKey): Promise<IntentRow | undefined> =>
  db
    .selectFrom('intents')
    .selectAll()
    .where('ownerId', '=', key.ownerId)
    .where('operation', '=', key.operation)
    .where('key', '=', key.key)
    .executeTakeFirst();

/** Keeps the answer, which the same request gets from now on. */
export const finishIntent = async (db: Db, key: IntentKey, result: string): Promise<void> => {
  await db
    .updateTable('intents')
    .set({ result })
    .where('ownerId', '=', key.ownerId)
    .where('operation', '=', key.operation)
    .where('key', '=', key.key)
    .execute();
};

/** Frees a key whose request was definitely refused. */
export const deleteIntent = async (db: Db, key: IntentKey): Promise<void> => {
  await db
    .deleteFrom('intents')
    .where('ownerId', '=', key.ownerId)
    .where('operation', '=', key.operation)
    .where('key', '=', key.key)
    .execute();
};

/** Begins an intent anew. */
export const replaceIntent = (store: Store, row: IntentRow): Promise<void> =>
  store.transaction(row.ownerId, async (tx) => {
    await deleteIntent(tx, row);
    await insertIntent(tx, row);
  });

/** Removes up to `limit` intents older than `beforeMs`; returns how many. */
export const pruneIntents = async (db: Db, beforeMs: number, limit: number): Promise<number> => {
  const old = await db
    .selectFrom('intents')
    .select(['ownerId', 'operation', 'key'])
    .where('createdAt', '<', beforeMs)
    .limit(limit)
    .execute();
  for (const key of old) await deleteIntent(db, key);
  return old.length;
};
