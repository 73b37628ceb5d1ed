import type { RawBuilder } from 'kysely';
import type { ThreadMessageRow, ThreadRow } from '../schema/index.ts';
import type { Db } from '../store.ts';

/** The thread of one sub-agent in the conversation of a deployment. */
export type ThreadKey = Pick<ThreadRow, 'ownerId' | 'deploymentId' | 'callableId'>;

export function findThread(db: Db, key: ThreadKey): Promise<ThreadRow | undefined> {
  return db
    .selectFrom('threads')
    .selectAll()
    .where('ownerId', '=', key.ownerId)
    .where('deploymentId', '=', key.deploymentId)
    .where('callableId', '=', key.callableId)
    .executeTakeFirst();
}

/** Makes a thread wanted until a time, in ms since the epoch. */
export async function extendThread(db: Db, key: ThreadKey, wantedUntil: RawBuilder<number>): Promise<void> {
  await db
    .insertInto('threads')
    .values({ ...key, wantedUntil })
    .onConflict((conflict) =>
      conflict.columns(['ownerId', 'deploymentId', 'callableId']).doUpdateSet({ wantedUntil }),
    )
    .execute();
}

/** The sub-agents whose threads are wanted after a time. */
export async function wantedThreads(
  db: Db,
  ownerId: string,
  deploymentId: string,
  after: RawBuilder<number>,
): Promise<string[]> {
  const rows = await db
    .selectFrom('threads')
    .select('callableId')
    .where('ownerId', '=', ownerId)
    .where('deploymentId', '=', deploymentId)
    .where('wantedUntil', '>', after)
    .execute();
  return rows.map(({ callableId }) => callableId);
}

/** Deletes the threads of a deployment with their messages. */
export async function deleteThreads(tx: Db, ownerId: string, deploymentId: string): Promise<void> {
  await tx
    .deleteFrom('threads')
    .where('ownerId', '=', ownerId)
    .where('deploymentId', '=', deploymentId)
    .execute();
}

/** Messages of a thread that changed after `revision`, in the order they changed. */
export function readThreadMessages(
  db: Db,
  key: ThreadKey,
  revision: number,
  limit: number,
): Promise<ThreadMessageRow[]> {
  return messagesOf(db, key).where('revision', '>', revision).orderBy('revision').limit(limit).execute();
}

/** Every stored message of a thread, by position. */
export function allThreadMessages(db: Db, key: ThreadKey): Promise<ThreadMessageRow[]> {
  return messagesOf(db, key).orderBy('position').execute();
}

/** Inserts a message of a thread or replaces its older version. */
export async function upsertThreadMessage(tx: Db, row: ThreadMessageRow): Promise<void> {
  await tx
    .insertInto('threadMessages')
    .values(row)
    .onConflict((conflict) =>
      conflict
        .columns(['ownerId', 'deploymentId', 'callableId', 'position'])
        .doUpdateSet({ revision: row.revision, body: row.body }),
    )
    .execute();
}

function messagesOf(db: Db, { ownerId, deploymentId, callableId }: ThreadKey) {
  return db
    .selectFrom('threadMessages')
    .selectAll()
    .where('ownerId', '=', ownerId)
    .where('deploymentId', '=', deploymentId)
    .where('callableId', '=', callableId);
}
