import type { Kysely } from 'kysely';

/**
 * When a refresh token was spent, so that housekeeping finds old ones of sessions that go on. It is null in rows of the
 * version before: they stay until their session has ended.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('spent_tokens').addColumn('spent_at', 'bigint').execute();
  await db.schema.createIndex('spent_tokens_age').on('spent_tokens').column('spent_at').execute();
}
