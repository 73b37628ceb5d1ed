import type { Kysely } from 'kysely';

/**
 * What the worker needs to find the outcome of a request whose caller never comes back: intents of all creates and
 * prompts, in turns. All columns are nullable or have a default, so that a process of the version before goes on.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const add = (change: (table: ReturnType<typeof db.schema.alterTable>) => { execute(): Promise<void> }) =>
    change(db.schema.alterTable('intents')).execute();
  await add((table) => table.addColumn('turn_key', 'text'));
  await add((table) => table.addColumn('credential_id', 'text'));
  await add((table) => table.addColumn('request', 'text'));
  await add((table) => table.addColumn('sent_at', 'bigint'));
  await add((table) => table.addColumn('outcome_id', 'text'));
  // Intents of the version before have no turn and are not swept: they count as recorded.
  await add((table) => table.addColumn('is_recorded', 'integer', (column) => column.notNull().defaultTo(1)));
  await add((table) => table.addColumn('is_keyed', 'integer', (column) => column.notNull().defaultTo(1)));
  await add((table) => table.addColumn('swept_at', 'bigint', (column) => column.notNull().defaultTo(0)));
  await db.schema.createIndex('intents_turn').on('intents').columns(['turn_key', 'sent_at']).execute();
  await db.schema
    .createIndex('intents_unrecorded')
    .on('intents')
    .columns(['is_recorded', 'sent_at'])
    .execute();
}
