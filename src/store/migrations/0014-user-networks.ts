import type { Kysely } from 'kysely';

/** The networks that each account was used from lately: from there its user can always try to sign in. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('user_networks')
    .addColumn('user_id', 'text', (column) => column.notNull().references('users.id').onDelete('cascade'))
    .addColumn('network', 'text', (column) => column.notNull())
    .addColumn('used_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('user_networks_key', ['user_id', 'network'])
    .execute();
  await db.schema.createIndex('user_networks_age').on('user_networks').column('used_at').execute();
}
