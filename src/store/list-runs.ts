import type { Insertable, Updateable } from 'kysely';
import type { ListKey } from './ai-tasks.ts';
import type { AiListRunRow, Schema } from './schema.ts';
import type { Db } from './store.ts';

export const insertListRun = async (tx: Db, row: Insertable<Schema['aiListRuns']>): Promise<void> => {
  await tx.insertInto('aiListRuns').values(row).execute();
};

export const findListRun = (db: Db, ownerId: string, id: string): Promise<AiListRunRow | undefined> =>
  db
    .selectFrom('aiListRuns')
    .selectAll()
    .where('ownerId', '=', ownerId)
    .where('id', '=', id)
    .executeTakeFirst();

/** The newest run of a list, ended or not. */
export const newestListRun = (db: Db, key: ListKey): Promise<AiListRunRow | undefined> =>
  db
    .selectFrom('aiListRuns')
    .selectAll()
    .where('ownerId', '=', key.ownerId)
    .where('organisation', '=', key.organisation)
    .where('taskListId', '=', key.taskListId)
    .orderBy('createdAt', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();

export const updateListRun = async (
  tx: Db,
  id: string,
  change: Updateable<Schema['aiListRuns']>,
): Promise<void> => {
  await tx.updateTable('aiListRuns').set(change).where('id', '=', id).execute();
};

/** Ends the runs of a credential that is being deleted. */
export const abandonListRuns = async (
  tx: Db,
  ownerId: string,
  credentialId: string,
  nowMs: number,
): Promise<void> => {
  await tx
    .updateTable('aiListRuns')
    .set({ credentialId: null, state: 'FAILED', reason: 'CREDENTIAL_MISSING', endedAt: nowMs })
    .where('ownerId', '=', ownerId)
    .where('credentialId', '=', credentialId)
    .where('endedAt', 'is', null)
    .execute();
};

/** Forgets up to `limit` runs that ended before `beforeMs`; returns how many. */
export const pruneListRuns = async (tx: Db, beforeMs: number, limit: number): Promise<number> => {
  const old = await tx
    .selectFrom('aiListRuns')
    .select('id')
    .where('endedAt', '<', beforeMs)
    .limit(limit)
    .execute();
  const ids = old.map(({ id }) => id);
  if (ids.length > 0) await tx.deleteFrom('aiListRuns').where('id', 'in', ids).execute();
  return ids.length;
};
