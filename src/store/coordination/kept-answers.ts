import type { IntentRow } from '../schema/index.ts';
import type { Db } from '../store.ts';

/** The stored answer to an idempotency key. */
export type KeptAnswer = Pick<IntentRow, 'ownerId' | 'operation' | 'key'> & { result: string };

/** The stored answers of some operations. They are few: each is kept for a day, and the operations are rare. */
export async function listKeptAnswers(db: Db, operations: readonly string[]): Promise<KeptAnswer[]> {
  return db
    .selectFrom('intents')
    .select(['ownerId', 'operation', 'key', 'result'])
    .where('operation', 'in', operations)
    .where('result', 'is not', null)
    .$narrowType<{ result: string }>()
    .execute();
}

/** Replaces a stored answer; `false` when it was replaced or deleted in the meantime. */
export async function replaceKeptAnswer(
  db: Db,
  { ownerId, operation, key, result }: KeptAnswer,
  replacement: string,
): Promise<boolean> {
  const changed = await db
    .updateTable('intents')
    .set({ result: replacement })
    .where((row) => row.and({ ownerId, operation, key, result }))
    .executeTakeFirst();
  return Number(changed.numUpdatedRows) === 1;
}
