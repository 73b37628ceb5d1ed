import type { Db } from '../store.ts';

/** The two tables of runs, whose ends are handled in the same way. */
type RunTable = 'aiTaskRuns' | 'aiListRuns';

function abandonerOf(table: RunTable) {
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

/** Fails the AI task runs under way whose QuantCDN credential is being deleted. */
export const abandonTaskRuns = abandonerOf('aiTaskRuns');

/** Fails the list runs under way whose QuantCDN credential is being deleted. */
export const abandonListRuns = abandonerOf('aiListRuns');

function prunerOf(table: RunTable) {
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

/** Deletes up to `limit` AI task runs that ended before `beforeMs`; returns how many. */
export const pruneTaskRuns = prunerOf('aiTaskRuns');

/** Deletes up to `limit` list runs that ended before `beforeMs`; returns how many. */
export const pruneListRuns = prunerOf('aiListRuns');
