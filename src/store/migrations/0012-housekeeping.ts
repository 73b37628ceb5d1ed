import type { Kysely } from 'kysely';

/**
 * Indexes by which housekeeping finds old rows. None is on a column that a poll changes while the deployment goes on, so that
 * polls stay as cheap as they were.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const { schema } = db;
  await schema
    .createIndex('deployments_settled')
    .on('deployments')
    .columns(['is_watched', 'settle_at'])
    .execute();
  await schema
    .createIndex('deployments_messages_age')
    .on('deployments')
    .columns(['is_watched', 'messages_read_at'])
    .execute();
  await schema.createIndex('sessions_expiry').on('sessions').column('expires_at').execute();
  await schema.createIndex('sessions_revocation').on('sessions').column('revoked_at').execute();
}
