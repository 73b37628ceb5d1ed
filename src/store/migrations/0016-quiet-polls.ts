import { type Kysely, sql } from 'kysely';

/**
 * When a poll has last seen everything that its watch covers. A poll that finds nothing new writes this instead of the
 * `observed_at` of each deployment. A process of the version before leaves it as it is and writes `observed_at`. The index
 * has the few deployments for which claims ask whether a watch has guards.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('watches')
    .addColumn('seen_at', 'bigint', (column) => column.notNull().defaultTo(0))
    .execute();
  await sql`
    create index deployments_guarded on deployments (credential_id, is_watched, organization_id)
    where is_watched = 1 and is_terminal = 0 and guard is not null`.execute(db);
}
