import type { Kysely } from 'kysely';

/**
 * Turns of a conversation, warnings of a guard, and guards of runs. The columns have defaults or may be null, so that a
 * process of the version before goes on; it runs AI tasks without their guards.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const { schema } = db;
  await schema
    .alterTable('deployments')
    .addColumn('turns', 'bigint', (column) => column.notNull().defaultTo(0))
    .execute();
  await schema.alterTable('deployments').addColumn('guard_warned', 'text').execute();
  await schema.alterTable('ai_task_runs').addColumn('guard', 'text').execute();
  for (const column of ['guard', 'guard_warned', 'guard_tripped']) {
    await schema.alterTable('ai_list_runs').addColumn(column, 'text').execute();
  }
}
