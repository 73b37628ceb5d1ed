import type { Kysely } from 'kysely';

/** The AI tasks that reads of clients and polls have shown, for the summary of lists. Older processes do not notice it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('seen_ai_tasks')
    .addColumn('owner_id', 'text', (column) => column.notNull().references('users.id').onDelete('cascade'))
    .addColumn('organisation', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('task_list_id', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('seen_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('seen_ai_tasks_key', ['owner_id', 'organisation', 'id'])
    .execute();
  await db.schema
    .createIndex('seen_ai_tasks_list')
    .on('seen_ai_tasks')
    .columns(['owner_id', 'organisation', 'task_list_id', 'seen_at'])
    .execute();
}
