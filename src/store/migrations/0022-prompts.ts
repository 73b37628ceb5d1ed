import type { Kysely } from 'kysely';

/** Prompts that wait until a deployment has ended, and those of chats; the version before knows none. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('prompts')
    .addColumn('owner_id', 'text', (column) => column.notNull().references('users.id').onDelete('cascade'))
    .addColumn('deployment_id', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('number', 'bigint', (column) => column.notNull())
    .addColumn('text', 'text')
    .addColumn('credential_id', 'text', (column) => column.notNull())
    .addColumn('from_index', 'integer', (column) => column.notNull())
    .addColumn('changed_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('prompts_key', ['owner_id', 'deployment_id', 'id'])
    .execute();
  await db.schema.createIndex('prompts_age').on('prompts').column('changed_at').execute();
}
