import type { ExpressionBuilder, RawBuilder } from 'kysely';
import type { IntentRow, Schema } from '../schema/index.ts';
import type { Db } from '../store.ts';
import { nextFence } from './fences.ts';

export type IntentKey = Pick<IntentRow, 'ownerId' | 'operation' | 'key'>;

/** The condition that selects the row of an intent. */
export function isIntent({ ownerId, operation, key }: IntentKey) {
  return (row: ExpressionBuilder<Schema, 'intents'>) => row.and({ ownerId, operation, key });
}

/** An intent with the fence of the process that holds it. */
export type HeldIntent = IntentKey & Pick<IntentRow, 'fence'>;

/** The present time of the store, and a time after it: `Store.time`. */
export type Time = RawBuilder<number>;

/** What a new intent consists of; nothing is sent for it yet. */
export type NewIntent = Pick<
  IntentRow,
  | 'ownerId'
  | 'operation'
  | 'key'
  | 'fingerprint'
  | 'createdAt'
  | 'turnKey'
  | 'credentialId'
  | 'request'
  | 'isKeyed'
>;

/** Inserts an intent that is held until `heldUntil`; undefined when the key exists. */
export function insertIntent(db: Db, intent: NewIntent, heldUntil: Time): Promise<IntentRow | undefined> {
  return db
    .insertInto('intents')
    .values({
      ...intent,
      result: null,
      heldUntil,
      fence: 0,
      sentAt: null,
      outcomeId: null,
      // What only the store decides has no effect besides its own rows.
      isRecorded: intent.turnKey === null ? 1 : 0,
    })
    .onConflict((conflict) => conflict.columns(['ownerId', 'operation', 'key']).doNothing())
    .returningAll()
    .executeTakeFirst();
}

export function findIntent(db: Db, key: IntentKey): Promise<IntentRow | undefined> {
  return db.selectFrom('intents').selectAll().where(isIntent(key)).executeTakeFirst();
}

/** True while a process holds an intent of the turn other than this one. */
export async function isTurnHeld(db: Db, turnKey: string, except: IntentKey, now: Time): Promise<boolean> {
  const held = await db
    .selectFrom('intents')
    .select('key')
    .where('turnKey', '=', turnKey)
    .where((row) => row('heldUntil', '>', now))
    .where((row) => row.not(isIntent(except)(row)))
    .limit(1)
    .executeTakeFirst();
  return held !== undefined;
}

/**
 * True while another intent of the turn is undecided: a process holds it, or it was sent after `since` and its outcome is
 * unknown.
 */
export async function isTurnUndecided(
  db: Db,
  turnKey: string,
  except: IntentKey,
  { now, since }: { now: Time; since: Time },
): Promise<boolean> {
  const undecided = await db
    .selectFrom('intents')
    .select('key')
    .where('turnKey', '=', turnKey)
    .where((row) =>
      row.or([row('heldUntil', '>', now), row.and([row('sentAt', '>', since), row('result', 'is', null)])]),
    )
    .where((row) => row.not(isIntent(except)(row)))
    .limit(1)
    .executeTakeFirst();
  return undecided !== undefined;
}

/** The intents of a turn whose request was sent, first sent first. */
export function sentIntents(db: Db, turnKey: string): Promise<IntentRow[]> {
  return db
    .selectFrom('intents')
    .selectAll()
    .where('turnKey', '=', turnKey)
    .where('sentAt', 'is not', null)
    .orderBy('sentAt')
    .orderBy('key')
    .execute();
}

/**
 * Takes over an intent whose hold has expired and which is not recorded. Of several processes one succeeds; the new fence
 * refuses later writes of the former holder.
 * @param minFence see `nextFence`
 * @returns the intent with its new fence; undefined when it is held, recorded, or was taken over by another process
 */
export function takeOverIntent(
  db: Db,
  { ownerId, operation, key, fence }: HeldIntent,
  { now, heldUntil, minFence = 0 }: { now: Time; heldUntil: Time; minFence?: number },
): Promise<IntentRow | undefined> {
  return db
    .updateTable('intents')
    .set({ heldUntil, fence: nextFence(minFence) })
    .where(isIntent({ ownerId, operation, key }))
    .where('fence', '=', fence)
    .where((row) => row('heldUntil', '<=', now))
    .where((row) => row.or([row('result', 'is', null), row('isRecorded', '=', 0)]))
    .returningAll()
    .executeTakeFirst();
}

/** Gives an intent that a process of an earlier version has written what those of this version have. */
export async function completeIntent(
  db: Db,
  intent: IntentRow,
  { turnKey, credentialId, request }: Pick<IntentRow, 'turnKey' | 'credentialId' | 'request'>,
): Promise<IntentRow> {
  // When it was sent was not noted, only when it was written.
  const added = { turnKey, credentialId, request, sentAt: intent.createdAt, isRecorded: 0 } as const;
  await db.updateTable('intents').set(added).where(isIntent(intent)).execute();
  return { ...intent, ...added };
}

/** What the holder of an intent may change. */
export interface IntentChange {
  heldUntil?: Time | number;
  createdAt?: number;
  sentAt?: Time | null;
  result?: string;
  outcomeId?: string | null;
  isRecorded?: 1;
}

/** Changes an intent; false when another process has taken it over. */
export async function updateIntent(
  db: Db,
  { ownerId, operation, key, fence }: HeldIntent,
  change: IntentChange,
): Promise<boolean> {
  const result = await db
    .updateTable('intents')
    .set(change)
    .where(isIntent({ ownerId, operation, key }))
    .where('fence', '=', fence)
    .executeTakeFirst();
  return Number(result.numUpdatedRows) > 0;
}

/**
 * Notes that the request of an intent is sent now, and holds it.
 * @returns false when another process has taken the intent over, or found its outcome
 */
export async function markSent(
  db: Db,
  { ownerId, operation, key, fence }: HeldIntent,
  sent: { createdAt: number; sentAt: Time; heldUntil: Time },
): Promise<boolean> {
  const result = await db
    .updateTable('intents')
    .set(sent)
    .where(isIntent({ ownerId, operation, key }))
    .where('fence', '=', fence)
    .where('result', 'is', null)
    .executeTakeFirst();
  return Number(result.numUpdatedRows) > 0;
}

/**
 * Notes that the effect of an intent is recorded; to be called in the transaction that records it.
 * @returns false when that was noted before
 */
export async function markRecorded(tx: Db, { ownerId, operation, key }: IntentKey): Promise<boolean> {
  const result = await tx
    .updateTable('intents')
    .set({ isRecorded: 1 })
    .where(isIntent({ ownerId, operation, key }))
    .where('isRecorded', '=', 0)
    .executeTakeFirst();
  return Number(result.numUpdatedRows) > 0;
}

/** Gives an intent its outcome, also one that another process holds; a result that it has already stays. */
export async function assignOutcome(
  tx: Db,
  intent: IntentKey & Pick<IntentRow, 'result'>,
  outcome: { id: string; result: string },
): Promise<void> {
  await tx
    .updateTable('intents')
    .set({ outcomeId: outcome.id, result: intent.result ?? outcome.result })
    .where(isIntent(intent))
    .where('outcomeId', 'is', null)
    .execute();
}

/** Ends all holds. Only for a store with a single process, at its start: the holders are processes that have ended. */
export async function releaseIntents(db: Db): Promise<void> {
  await db.updateTable('intents').set({ heldUntil: 0 }).where('heldUntil', '>', 0).execute();
}

/** Deletes an intent, so that its key can be used again. Does nothing when another process has taken it over. */
export async function deleteIntent(db: Db, { ownerId, operation, key, fence }: HeldIntent): Promise<void> {
  await db
    .deleteFrom('intents')
    .where(isIntent({ ownerId, operation, key }))
    .where('fence', '=', fence)
    .execute();
}

/** Changes the kept answers of the deploys that made a deployment. @param rewrite gets and returns the parsed answer */
export async function rewriteAnswers(
  tx: Db,
  ownerId: string,
  outcomeId: string,
  rewrite: (answer: object) => object,
): Promise<void> {
  const rows = await tx
    .selectFrom('intents')
    .select(['operation', 'key', 'result'])
    .where('ownerId', '=', ownerId)
    .where('operation', '=', 'deployTask')
    .where('outcomeId', '=', outcomeId)
    .execute();
  for (const { operation, key, result } of rows) {
    if (result === null) continue;
    await tx
      .updateTable('intents')
      .set({ result: JSON.stringify(rewrite(JSON.parse(result))) })
      .where('ownerId', '=', ownerId)
      .where('operation', '=', operation)
      .where('key', '=', key)
      .execute();
  }
}
