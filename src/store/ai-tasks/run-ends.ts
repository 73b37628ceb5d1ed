import type { Db } from '../store.ts';

/** Runs of single AI tasks and of whole lists end alike. */
type RunTable = 'aiTaskRuns' | 'aiListRuns';

function abandonIn(table: RunTable) {
  return async (tx: Db, ownerId: string, credentialId: string, nowMs: number): Promise<void> => {
    await tx
      .updateTable(table)
      .set({ credentialId: null, state: 'FAILED', reason: 'CREDENTIAL_MISSING', endedAt: nowMs })
      .where('ownerId', '=', ownerId)
      .where('credentialId', '=', credentialId)
      .where('endedAt', 'is', null)
      .execute();
  };
}

/** Ends the runs of AI tasks with a credential that is being deleted. */
export const abandonTaskRuns = abandonIn('aiTaskRuns');

/** Ends the runs of lists with a credential that is being deleted. */
export const abandonListRuns = abandonIn('aiListRuns');

function pruneIn(table: RunTable) {
  return async (tx: Db, beforeMs: number, limit: number): Promise<number> => {
    const old = await tx
      .selectFrom(table)
      .select('id')
      .where('endedAt', '<', beforeMs)
      .limit(limit)
      .execute();
    const ids = old.map(({ id }) => id);
    if (ids.length > 0) await tx.deleteFrom(table).where('id', 'in', ids).execute();
    return ids.length;
  };
}

/** Forgets up to `limit` runs of AI tasks that ended before `beforeMs`; returns how many. */
export const pruneTaskRuns = pruneIn('aiTaskRuns');

/** Forgets up to `limit` runs of lists that ended before `beforeMs`; returns how many. */
export const pruneListRuns = pruneIn('aiListRuns');
