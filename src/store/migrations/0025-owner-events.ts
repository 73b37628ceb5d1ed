import type { Kysely } from 'kysely';

/** Events that are about neither a deployment nor a list. The version before neither writes nor reads any. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const { schema } = db;
  await schema
    .createTable('owner_events')
    .addColumn('owner_id', 'text', (column) => column.notNull().references('users.id').onDelete('cascade'))
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('subject_id', 'text', (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .addColumn('occurred_at', 'bigint', (column) => column.notNull())
    .addColumn('trace_parent', 'text')
    .addPrimaryKeyConstraint('owner_events_key', ['owner_id', 'seq'])
    .execute();
  await schema.createIndex('owner_events_age').on('owner_events').column('occurred_at').execute();
}
