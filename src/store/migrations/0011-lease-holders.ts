import type { Kysely } from 'kysely';

/**
 * Which process holds a watch, so that it can take back what it has claimed without hearing the answer. The column may be
 * null, so that a process of the version before goes on.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('watches').addColumn('lease_holder', 'text').execute();
}
