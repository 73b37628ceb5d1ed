import type { Kysely } from 'kysely';

/**
 * Why the gateway stops a deployment, so that its end can name it. The column may be null, so that a process of the version
 * before goes on.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('deployments').addColumn('stop_cause', 'text').execute();
}
