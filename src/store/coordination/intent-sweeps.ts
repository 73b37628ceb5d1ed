import type { IntentRow } from '../schema/index.ts';
import type { Db } from '../store.ts';
import { deleteIntent, type IntentKey, isIntent, type Time } from './intents.ts';

/**
 * Intents that are not held and whose outcome is open or not recorded, for the sweeper; those that were not swept for the
 * longest time first.
 */
export async function unfinishedIntents(db: Db, now: Time, limit: number): Promise<IntentRow[]> {
  return db
    .selectFrom('intents')
    .selectAll()
    .where('isRecorded', '=', 0)
    .where('sentAt', 'is not', null)
    .where((row) => row('heldUntil', '<=', now))
    .orderBy('sweptAt')
    .orderBy('sentAt')
    .limit(limit)
    .execute();
}

/** Notes that the sweeper has tried an intent, so that others are tried before it is tried again. */
export async function markSwept(db: Db, intent: IntentKey, now: Time): Promise<void> {
  await db.updateTable('intents').set({ sweptAt: now }).where(isIntent(intent)).execute();
}

/**
 * Removes up to `limit` intents that were last sent before `beforeMs`, but none that something waits for: one whose
 * outcome is open or not recorded stays for as long again, one of an unfinished run until the run has ended.
 * @param keptMs how long intents are kept
 * @returns how many were removed
 */
export async function pruneIntents(db: Db, beforeMs: number, limit: number, keptMs: number): Promise<number> {
  const old = await db
    .selectFrom('intents')
    .select(['ownerId', 'operation', 'key', 'fence'])
    .where('createdAt', '<', beforeMs)
    .where((row) =>
      row.or([
        row('isRecorded', '=', 1),
        row('sentAt', 'is', null),
        row('createdAt', '<', beforeMs - keptMs),
      ]),
    )
    .where((row) =>
      row.not(
        row.exists(
          row
            .selectFrom('aiTaskRuns')
            .select('aiTaskRuns.id')
            .whereRef('aiTaskRuns.id', '=', 'intents.key')
            .where('aiTaskRuns.endedAt', 'is', null),
        ),
      ),
    )
    .limit(limit)
    .execute();
  for (const intent of old) await deleteIntent(db, intent);
  return old.length;
}
