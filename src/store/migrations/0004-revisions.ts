import type { Kysely } from 'kysely';

/**
 * Revisions of observed deployments and AI tasks, which order observations without a clock. The columns have a default, so
 * that a process of the version before goes on; what it stores keeps its revision.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const table of ['deployments', 'ai_tasks']) {
    await db.schema
      .alterTable(table)
      .addColumn('revision', 'bigint', (column) => column.notNull().defaultTo(0))
      .execute();
    await db.schema.createIndex(`${table}_revision`).on(table).columns(['owner_id', 'revision']).execute();
  }
}
