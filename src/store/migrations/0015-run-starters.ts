import type { Kysely } from 'kysely';

/**
 * The service account that began a run for its owner. It is null in rows of the version before, which end as if their owner had
 * begun them.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('ai_task_runs').addColumn('started_by', 'text').execute();
  await db.schema.alterTable('ai_list_runs').addColumn('started_by', 'text').execute();
}
