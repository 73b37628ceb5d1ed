import type { MessageRow } from '../schema/index.ts';
import type { Db } from '../store.ts';

/** Messages of a deployment that changed after `revision`, in the order they changed. */
export function readMessages(
  db: Db,
  ownerId: string,
  deploymentId: string,
  revision: number,
  limit: number,
): Promise<MessageRow[]> {
  return db
    .selectFrom('messages')
    .selectAll()
    .where('ownerId', '=', ownerId)
    .where('deploymentId', '=', deploymentId)
    .where('revision', '>', revision)
    .orderBy('revision')
    .limit(limit)
    .execute();
}

/** Every stored message of a deployment, by position. */
export function allMessages(db: Db, ownerId: string, deploymentId: string): Promise<MessageRow[]> {
  return db
    .selectFrom('messages')
    .selectAll()
    .where('ownerId', '=', ownerId)
    .where('deploymentId', '=', deploymentId)
    .orderBy('position')
    .execute();
}

/** Inserts a message or replaces its older version. */
export async function upsertMessage(tx: Db, row: MessageRow): Promise<void> {
  await tx
    .insertInto('messages')
    .values(row)
    .onConflict((conflict) =>
      conflict
        .columns(['ownerId', 'deploymentId', 'position'])
        .doUpdateSet({ revision: row.revision, body: row.body }),
    )
    .execute();
}

/** Deletes the messages of a deployment. */
export async function deleteMessages(tx: Db, ownerId: string, deploymentId: string): Promise<void> {
  await tx
    .deleteFrom('messages')
    .where('ownerId', '=', ownerId)
    .where('deploymentId', '=', deploymentId)
    .execute();
}
