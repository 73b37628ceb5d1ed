import type { Kysely } from 'kysely';

/**
 * Disabling and erasing users, users of outside identity providers, tokens that set a password, and secrets that expire. The
 * version before writes none of the new columns; their defaults are what it means.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const { schema } = db;
  await schema
    .alterTable('users')
    .addColumn('is_disabled', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
  await schema
    .alterTable('users')
    .addColumn('rights_revision', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
  await schema.alterTable('users').addColumn('erasing_at', 'bigint').execute();
  await schema.alterTable('users').addColumn('issuer', 'text').execute();
  await schema.alterTable('users').addColumn('subject', 'text').execute();
  await schema.createIndex('users_outside').unique().on('users').columns(['issuer', 'subject']).execute();
  await schema.createIndex('users_made').on('users').columns(['created_at', 'id']).execute();

  await schema
    .createTable('password_resets')
    .addColumn('user_id', 'text', (column) => column.primaryKey().references('users.id').onDelete('cascade'))
    .addColumn('hash', 'text', (column) => column.notNull().unique())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute();

  await schema.alterTable('service_accounts').addColumn('created_by', 'text').execute();
  await schema.createIndex('service_accounts_maker').on('service_accounts').column('created_by').execute();
  await schema.alterTable('service_secrets').addColumn('expires_at', 'bigint').execute();

  // When an account is erased, its e-mail is replaced in the rows of the audit log that name it.
  await schema.createIndex('audit_actor').on('audit').column('actor_id').execute();
  await schema.createIndex('audit_on_behalf_of').on('audit').column('on_behalf_of_id').execute();
}
