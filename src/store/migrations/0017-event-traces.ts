import type { Kysely } from 'kysely';

/** The span that has written an event, so that its delivery can be linked to the poll. It may be null: most are not traced. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const table of ['events', 'list_events'])
    await db.schema.alterTable(table).addColumn('trace_parent', 'text').execute();
}
