import type { Insertable, Updateable } from 'kysely';
import type { AiListRunRow, Schema } from '../schema/index.ts';
import type { Db } from '../store.ts';
import type { ListKey } from './tasks.ts';

export async function insertListRun(tx: Db, row: Insertable<Schema['aiListRuns']>): Promise<void> {
  await tx.insertInto('aiListRuns').values(row).execute();
}

export function findListRun(db: Db, ownerId: string, id: string): Promise<AiListRunRow | undefined> {
  return db
    .selectFrom('aiListRuns')
    .selectAll()
    .where('ownerId', '=', ownerId)
    .where('id', '=', id)
    .executeTakeFirst();
}

/** The newest run of a list, ended or not. */
export function newestListRun(db: Db, key: ListKey): Promise<AiListRunRow | undefined> {
  return db
    .selectFrom('aiListRuns')
    .selectAll()
    .where('ownerId', '=', key.ownerId)
    .where('organisation', '=', key.organisation)
    .where('taskListId', '=', key.taskListId)
    .orderBy('createdAt', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
}

export async function updateListRun(
  tx: Db,
  id: string,
  change: Updateable<Schema['aiListRuns']>,
): Promise<void> {
  await tx.updateTable('aiListRuns').set(change).where('id', '=', id).execute();
}
