import type { Kysely } from 'kysely';

/**
 * Transcripts: what was said in a deployment, sealed by the vault; and what the worker needs to store each once for every
 * run, to remove old rows, and to do that in one process at a time. All columns have a default, so that a process of the
 * version before goes on.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const { schema } = db;
  await schema
    .createTable('transcripts')
    .addColumn('owner_id', 'text', (column) => column.notNull().references('users.id').onDelete('cascade'))
    .addColumn('deployment_id', 'text', (column) => column.notNull())
    .addColumn('thread', 'text', (column) => column.notNull())
    .addColumn('credential_id', 'text', (column) => column.notNull())
    .addColumn('kid', 'text', (column) => column.notNull())
    .addColumn('wrapped_key', 'text', (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .addColumn('read_at', 'bigint', (column) => column.notNull())
    .addColumn('kept_from', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('transcripts_key', ['owner_id', 'deployment_id', 'thread'])
    .execute();
  await schema.createIndex('transcripts_age').on('transcripts').column('kept_from').execute();
  await schema.createIndex('transcripts_kid').on('transcripts').column('kid').execute();
  await schema
    .createIndex('transcripts_credential')
    .on('transcripts')
    .columns(['owner_id', 'credential_id'])
    .execute();

  // Ends that the version before has seen have no transcript: they count as read.
  await schema
    .alterTable('deployments')
    .addColumn('transcript_due_at', 'bigint', (column) => column.notNull().defaultTo(0))
    .execute();
}
