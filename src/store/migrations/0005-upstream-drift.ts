import type { Kysely } from 'kysely';

/** Counts what the upstreams say that the gateway does not know. A table of its own, so older processes do not notice. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('upstream_drift')
    .addColumn('provider', 'text', (column) => column.notNull())
    .addColumn('operation', 'text', (column) => column.notNull())
    .addColumn('path', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('first_seen_at', 'bigint', (column) => column.notNull())
    .addColumn('last_seen_at', 'bigint', (column) => column.notNull())
    .addColumn('count', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('upstream_drift_key', ['provider', 'operation', 'path', 'kind'])
    .execute();
}
