import type { Kysely } from 'kysely';

/**
 * Notes in a list run that its deployments are to be stopped, so that each replica does it that carries on a run of the list.
 * The column has a default, so that a process of the version before goes on.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('ai_list_runs')
    .addColumn('stops_deployments', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
}
