import type { Insertable } from 'kysely';
import type { Moment } from '../coordination/watches.ts';
import type { Schema, TranscriptRow } from '../schema/index.ts';
import type { Db } from '../store.ts';

/** The thread of the deployment itself; those of its sub-agents have the id of the sub-agent's call. */
export const MAIN_THREAD = '';

/** Inserts a transcript or replaces the older one of the same thread. */
export async function upsertTranscript(tx: Db, row: Insertable<Schema['transcripts']>): Promise<void> {
  const { ownerId: _owner, deploymentId: _deployment, thread: _thread, ...change } = row;
  await tx
    .insertInto('transcripts')
    .values(row)
    .onConflict((conflict) => conflict.columns(['ownerId', 'deploymentId', 'thread']).doUpdateSet(change))
    .execute();
}

/** The transcripts of a deployment, the main thread first, that are kept from after a time. */
export function findTranscripts(
  db: Db,
  ownerId: string,
  deploymentId: string,
  after: Moment,
): Promise<TranscriptRow[]> {
  return db
    .selectFrom('transcripts')
    .selectAll()
    .where('ownerId', '=', ownerId)
    .where('deploymentId', '=', deploymentId)
    .where('keptFrom', '>', after)
    .orderBy('thread')
    .execute();
}

/** True when a transcript of the thread is stored. */
export async function hasTranscript(
  db: Db,
  ownerId: string,
  deploymentId: string,
  thread: string,
): Promise<boolean> {
  const row = await db
    .selectFrom('transcripts')
    .select('thread')
    .where('ownerId', '=', ownerId)
    .where('deploymentId', '=', deploymentId)
    .where('thread', '=', thread)
    .executeTakeFirst();
  return row !== undefined;
}

/** Deletes the transcripts of a deployment. @returns how many */
export async function deleteTranscripts(tx: Db, ownerId: string, deploymentId: string): Promise<number> {
  const result = await tx
    .deleteFrom('transcripts')
    .where('ownerId', '=', ownerId)
    .where('deploymentId', '=', deploymentId)
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}

/** Deletes the transcripts that were read with a credential. */
export async function deleteTranscriptsReadWith(
  tx: Db,
  ownerId: string,
  credentialId: string,
): Promise<void> {
  await tx
    .deleteFrom('transcripts')
    .where('ownerId', '=', ownerId)
    .where('credentialId', '=', credentialId)
    .execute();
}

/** Deletes up to `limit` transcripts that are kept from before `beforeMs`, oldest first. @returns how many */
export async function pruneTranscripts(tx: Db, beforeMs: number, limit: number): Promise<number> {
  const result = await tx
    .deleteFrom('transcripts')
    .where(({ eb, refTuple }) =>
      eb(
        refTuple('ownerId', 'deploymentId', 'thread'),
        'in',
        tx
          .selectFrom('transcripts')
          .select(['ownerId', 'deploymentId', 'thread'])
          .where('keptFrom', '<=', beforeMs)
          .orderBy('keptFrom')
          .limit(limit)
          .$asTuple('ownerId', 'deploymentId', 'thread'),
      ),
    )
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}

/** How many transcripts each key wraps. */
export function countTranscriptsByKid(db: Db): Promise<{ kid: string; rows: number | string | bigint }[]> {
  return db
    .selectFrom('transcripts')
    .select(({ fn }) => ['kid', fn.countAll().as('rows')])
    .groupBy('kid')
    .orderBy('kid')
    .execute();
}

/** The sealed data key of a transcript, and where it belongs. */
export type WrappedTranscript = Pick<
  TranscriptRow,
  'ownerId' | 'deploymentId' | 'thread' | 'kid' | 'wrappedKey'
>;

/** Up to `limit` transcripts whose data key is wrapped by another key than `kid`, without their bodies. */
export function listTranscriptsWrappedByOthers(
  db: Db,
  kid: string,
  after: WrappedTranscript | undefined,
  limit: number,
): Promise<WrappedTranscript[]> {
  let query = db
    .selectFrom('transcripts')
    .select(['ownerId', 'deploymentId', 'thread', 'kid', 'wrappedKey'])
    .where('kid', '!=', kid);
  if (after !== undefined) {
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(
        refTuple('ownerId', 'deploymentId', 'thread'),
        '>',
        tuple(after.ownerId, after.deploymentId, after.thread),
      ),
    );
  }
  return query.orderBy('ownerId').orderBy('deploymentId').orderBy('thread').limit(limit).execute();
}

/** Replaces a wrapped data key; `false` when the transcript was replaced by another one in the meantime. */
export async function replaceWrappedKey(
  db: Db,
  transcript: WrappedTranscript,
  rewrapped: { kid: string; wrappedKey: string },
): Promise<boolean> {
  const result = await db
    .updateTable('transcripts')
    .set(rewrapped)
    .where('ownerId', '=', transcript.ownerId)
    .where('deploymentId', '=', transcript.deploymentId)
    .where('thread', '=', transcript.thread)
    .where('wrappedKey', '=', transcript.wrappedKey)
    .executeTakeFirst();
  return Number(result.numUpdatedRows) === 1;
}
