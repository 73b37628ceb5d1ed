import type { MessageRow } from '../schema/index.ts';
import type { Db } from '../store.ts';

/** Messages of a deployment whose newest version is later than `revision`, in the order they changed. */
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

/** Stores a message's newest version over an older one. */
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
