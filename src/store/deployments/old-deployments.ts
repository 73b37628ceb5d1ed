import { type ExpressionBuilder, sql } from 'kysely';
import type { Schema } from '../schema/index.ts';
import type { Db } from '../store.ts';

type Row = ExpressionBuilder<Schema, 'deployments'>;

/**
 * Deletes up to `limit` deployments, and their messages, that have ended or were deleted upstream, are not polled, were not
 * read since `beforeMs`, and that no event, transcript, run or intent refers to. @returns how many
 */
export async function pruneDeployments(tx: Db, beforeMs: number, limit: number): Promise<number> {
  const isIdle = (row: Row) =>
    row.and([
      row('isWatched', '=', 0),
      row('settleAt', '<', beforeMs),
      row.or([row('isTerminal', '=', 1), row('isDeleted', '=', 1)]),
      row('observedAt', '<', beforeMs),
      row('messagesReadAt', '<', beforeMs),
      row('messagesWantedUntil', '<', beforeMs),
    ]);
  const old = tx
    .selectFrom('deployments')
    .select(['ownerId', 'id'])
    .where(isIdle)
    .where(isUnreferenced)
    .orderBy('settleAt')
    .limit(limit);
  const deleted = await tx
    .deleteFrom('deployments')
    .where(({ eb, refTuple }) => eb(refTuple('ownerId', 'id'), 'in', old.$asTuple('ownerId', 'id')))
    // PostgreSQL asks this again of a row that was changed in the meantime: by a prompt, or by a client that reads it.
    .where(isIdle)
    .returning(['ownerId', 'id'])
    .execute();
  for (const { ownerId, id } of deleted) {
    await tx.deleteFrom('messages').where('ownerId', '=', ownerId).where('deploymentId', '=', id).execute();
  }
  return deleted.length;
}

function isUnreferenced(row: Row) {
  const referring = (table: 'events' | 'transcripts' | 'aiTaskRuns') =>
    row.exists(
      row
        .selectFrom(table)
        .select(`${table}.ownerId`)
        .whereRef(`${table}.ownerId`, '=', 'deployments.ownerId')
        .whereRef(`${table}.deploymentId`, '=', 'deployments.id'),
    );
  return row.not(
    row.or([referring('events'), referring('transcripts'), referring('aiTaskRuns'), hasIntent(row)]),
  );
}

/**
 * An intent names the deployment that it made in `outcomeId`; one of a prompt names it in its request while the outcome is
 * open, and in its answer.
 */
function hasIntent(row: Row) {
  const quoted = sql<string>`'%"' || deployments.id || '"%'`;
  return row.exists(
    row
      .selectFrom('intents')
      .select('intents.ownerId')
      .whereRef('intents.ownerId', '=', 'deployments.ownerId')
      .where((intent) =>
        intent.or([
          intent('intents.outcomeId', '=', intent.ref('deployments.id')),
          intent('intents.request', 'like', quoted),
          intent('intents.result', 'like', quoted),
        ]),
      ),
  );
}
