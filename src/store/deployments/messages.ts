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

/**
 * Deletes the messages of up to `limit` deployments that are not polled and whose conversation was last read before `beforeMs`,
 * so that they are read again when a client follows them. @returns of how many deployments
 */
export async function pruneMessages(tx: Db, beforeMs: number, limit: number): Promise<number> {
  const idle = await tx
    .selectFrom('deployments')
    .select(['ownerId', 'id'])
    .where('isWatched', '=', 0)
    .where('messagesReadAt', '>', 0)
    .where('messagesReadAt', '<', beforeMs)
    .orderBy('messagesReadAt')
    .limit(limit)
    .execute();
  for (const { ownerId, id } of idle) {
    await deleteMessages(tx, ownerId, id);
    await tx
      .updateTable('deployments')
      .set({ messagesReadAt: 0 })
      .where('ownerId', '=', ownerId)
      .where('id', '=', id)
      .execute();
  }
  return idle.length;
}
