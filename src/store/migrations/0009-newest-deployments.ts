import type { Kysely } from 'kysely';

/** Indexes for pages of an owner's deployments, newest first: of all, of one task, of one status. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const { schema } = db;
  await schema
    .createIndex('deployments_newest')
    .on('deployments')
    .columns(['owner_id', 'created_at', 'id'])
    .execute();
  await schema
    .createIndex('deployments_newest_of_task')
    .on('deployments')
    .columns(['owner_id', 'task_id', 'created_at', 'id'])
    .execute();
  await schema
    .createIndex('deployments_newest_of_status')
    .on('deployments')
    .columns(['owner_id', 'status', 'created_at', 'id'])
    .execute();
}
