import type { Kysely } from 'kysely';

/** Budgets of users. The version before enforces none, and leaves them as they are. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('budgets')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('owner_id', 'text', (column) => column.notNull().references('users.id').onDelete('cascade'))
    .addColumn('period', 'text', (column) => column.notNull())
    .addColumn('task_id', 'text', (column) => column.notNull())
    .addColumn('task_list_id', 'text', (column) => column.notNull())
    .addColumn('max_tokens', 'bigint', (column) => column.notNull())
    .addColumn('on_reached', 'text', (column) => column.notNull())
    .addColumn('warn_at', 'double precision', (column) => column.notNull())
    .addColumn('marks', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('budgets_owner')
    .unique()
    .on('budgets')
    .columns(['owner_id', 'period', 'task_id', 'task_list_id'])
    .execute();
}
