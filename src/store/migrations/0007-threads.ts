import type { Kysely } from 'kysely';

/** The threads of sub-agents that clients follow, and their messages. Both go with their deployment. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('threads')
    .addColumn('owner_id', 'text', (column) => column.notNull())
    .addColumn('deployment_id', 'text', (column) => column.notNull())
    .addColumn('callable_id', 'text', (column) => column.notNull())
    .addColumn('wanted_until', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('threads_key', ['owner_id', 'deployment_id', 'callable_id'])
    .addForeignKeyConstraint(
      'threads_deployment',
      ['owner_id', 'deployment_id'],
      'deployments',
      ['owner_id', 'id'],
      (constraint) => constraint.onDelete('cascade'),
    )
    .execute();
  await db.schema
    .createTable('thread_messages')
    .addColumn('owner_id', 'text', (column) => column.notNull())
    .addColumn('deployment_id', 'text', (column) => column.notNull())
    .addColumn('callable_id', 'text', (column) => column.notNull())
    .addColumn('position', 'integer', (column) => column.notNull())
    .addColumn('revision', 'bigint', (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('thread_messages_key', ['owner_id', 'deployment_id', 'callable_id', 'position'])
    .addForeignKeyConstraint(
      'thread_messages_thread',
      ['owner_id', 'deployment_id', 'callable_id'],
      'threads',
      ['owner_id', 'deployment_id', 'callable_id'],
      (constraint) => constraint.onDelete('cascade'),
    )
    .execute();
}
