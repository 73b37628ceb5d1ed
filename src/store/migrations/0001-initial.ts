import type { Kysely } from 'kysely';

/** Uses only text, integers and 64-bit integers, so that the same statements work on SQLite and PostgreSQL. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const { schema } = db;
  await schema
    .createTable('users')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('email', 'text', (column) => column.unique())
    .addColumn('password_hash', 'text')
    .addColumn('roles', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();

  await schema
    .createTable('sessions')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('user_id', 'text', (column) => column.notNull().references('users.id').onDelete('cascade'))
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('revoked_at', 'bigint')
    .addColumn('current_hash', 'text', (column) => column.notNull().unique())
    .addColumn('parent_hash', 'text')
    .addColumn('rotated_at', 'bigint')
    .addColumn('user_agent', 'text')
    .execute();
  await schema.createIndex('sessions_user').on('sessions').column('user_id').execute();

  await schema
    .createTable('spent_tokens')
    .addColumn('hash', 'text', (column) => column.primaryKey())
    .addColumn('session_id', 'text', (column) =>
      column.notNull().references('sessions.id').onDelete('cascade'),
    )
    .execute();
  await schema.createIndex('spent_tokens_session').on('spent_tokens').column('session_id').execute();

  await schema
    .createTable('service_accounts')
    .addColumn('id', 'text', (column) => column.primaryKey().references('users.id').onDelete('cascade'))
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('scopes', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();

  await schema
    .createTable('service_secrets')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('service_id', 'text', (column) =>
      column.notNull().references('service_accounts.id').onDelete('cascade'),
    )
    .addColumn('hash', 'text', (column) => column.notNull().unique())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('last_used_at', 'bigint')
    .execute();
  await schema.createIndex('service_secrets_service').on('service_secrets').column('service_id').execute();

  await schema
    .createTable('audit')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('act', 'text', (column) => column.notNull())
    .addColumn('actor_id', 'text')
    .addColumn('actor_name', 'text')
    .addColumn('on_behalf_of_id', 'text')
    .addColumn('on_behalf_of_name', 'text')
    .addColumn('outcome', 'text', (column) => column.notNull())
    .addColumn('subjects', 'text', (column) => column.notNull())
    .addColumn('address', 'text')
    .execute();
  await schema.createIndex('audit_age').on('audit').column('at').execute();

  await schema
    .createTable('credentials')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('owner_id', 'text', (column) => column.notNull().references('users.id').onDelete('cascade'))
    .addColumn('provider', 'text', (column) => column.notNull())
    .addColumn('label', 'text')
    .addColumn('account', 'text', (column) => column.notNull())
    .addColumn('organization_id', 'text')
    .addColumn('token_hint', 'text', (column) => column.notNull())
    .addColumn('sealed', 'text', (column) => column.notNull())
    .addColumn('kid', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('is_default', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('first_used_at', 'bigint')
    .execute();
  await schema.createIndex('credentials_owner').on('credentials').columns(['owner_id', 'provider']).execute();

  await schema
    .createTable('key_checks')
    .addColumn('kid', 'text', (column) => column.primaryKey())
    .addColumn('sealed', 'text', (column) => column.notNull())
    .execute();

  await schema
    .createTable('deployments')
    .addColumn('owner_id', 'text', (column) => column.notNull().references('users.id').onDelete('cascade'))
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('credential_id', 'text')
    .addColumn('organization_id', 'text')
    .addColumn('task_id', 'text')
    .addColumn('raw_status', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('is_terminal', 'integer', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('observed_at', 'bigint', (column) => column.notNull())
    .addColumn('is_stale', 'integer', (column) => column.notNull())
    .addColumn('is_watched', 'integer', (column) => column.notNull())
    .addColumn('messages_wanted_until', 'bigint', (column) => column.notNull())
    .addColumn('messages_read_at', 'bigint', (column) => column.notNull())
    .addColumn('settle_at', 'bigint', (column) => column.notNull())
    .addColumn('is_deleted', 'integer', (column) => column.notNull())
    .addColumn('guard', 'text')
    .addColumn('guard_tripped', 'text')
    .addColumn('input_tokens', 'bigint', (column) => column.notNull())
    .addColumn('output_tokens', 'bigint', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('run_started_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('deployments_key', ['owner_id', 'id'])
    .execute();
  await schema
    .createIndex('deployments_watch')
    .on('deployments')
    .columns(['credential_id', 'is_watched', 'organization_id'])
    .execute();
  await schema.createIndex('deployments_task').on('deployments').columns(['owner_id', 'task_id']).execute();

  await schema
    .createTable('watches')
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('credential_id', 'text', (column) =>
      column.notNull().references('credentials.id').onDelete('cascade'),
    )
    .addColumn('scope', 'text', (column) => column.notNull())
    .addColumn('owner_id', 'text', (column) => column.notNull())
    .addColumn('next_look_at', 'bigint', (column) => column.notNull())
    .addColumn('pause_ms', 'bigint', (column) => column.notNull())
    .addColumn('failures', 'integer', (column) => column.notNull())
    .addColumn('degraded_reason', 'text')
    .addColumn('wanted_until', 'bigint', (column) => column.notNull())
    .addColumn('lease_until', 'bigint', (column) => column.notNull())
    .addColumn('fence', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('watches_key', ['credential_id', 'kind', 'scope'])
    .execute();
  await schema.createIndex('watches_due').on('watches').column('next_look_at').execute();

  await schema
    .createTable('watch_counts')
    .addColumn('credential_id', 'text', (column) =>
      column.primaryKey().references('credentials.id').onDelete('cascade'),
    )
    .addColumn('made', 'bigint', (column) => column.notNull())
    .execute();

  await schema
    .createTable('event_heads')
    .addColumn('owner_id', 'text', (column) => column.primaryKey().references('users.id').onDelete('cascade'))
    .addColumn('last_seq', 'bigint', (column) => column.notNull())
    .addColumn('pruned_seq', 'bigint', (column) => column.notNull())
    .execute();

  await schema
    .createTable('events')
    .addColumn('owner_id', 'text', (column) => column.notNull().references('users.id').onDelete('cascade'))
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('deployment_id', 'text', (column) => column.notNull())
    .addColumn('task_id', 'text')
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('previous_status', 'text')
    .addColumn('raw_status', 'text', (column) => column.notNull())
    .addColumn('reason', 'text')
    .addColumn('occurred_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('events_key', ['owner_id', 'seq'])
    .execute();
  await schema
    .createIndex('events_deployment')
    .on('events')
    .columns(['owner_id', 'deployment_id', 'seq'])
    .execute();
  await schema.createIndex('events_task').on('events').columns(['owner_id', 'task_id', 'seq']).execute();
  await schema.createIndex('events_age').on('events').column('occurred_at').execute();

  await schema
    .createTable('messages')
    .addColumn('owner_id', 'text', (column) => column.notNull().references('users.id').onDelete('cascade'))
    .addColumn('deployment_id', 'text', (column) => column.notNull())
    .addColumn('position', 'integer', (column) => column.notNull())
    .addColumn('revision', 'bigint', (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('messages_key', ['owner_id', 'deployment_id', 'position'])
    .execute();
  await schema
    .createIndex('messages_revision')
    .on('messages')
    .columns(['owner_id', 'deployment_id', 'revision'])
    .execute();

  await schema
    .createTable('intents')
    .addColumn('owner_id', 'text', (column) => column.notNull().references('users.id').onDelete('cascade'))
    .addColumn('operation', 'text', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('fingerprint', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('result', 'text')
    .addColumn('held_until', 'bigint', (column) => column.notNull())
    .addColumn('fence', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('intents_key', ['owner_id', 'operation', 'key'])
    .execute();
  await schema.createIndex('intents_age').on('intents').column('created_at').execute();

  await schema
    .createTable('ai_tasks')
    .addColumn('owner_id', 'text', (column) => column.notNull().references('users.id').onDelete('cascade'))
    .addColumn('organisation', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('task_list_id', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('observed_at', 'bigint', (column) => column.notNull())
    .addColumn('is_gone', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('ai_tasks_key', ['owner_id', 'organisation', 'id'])
    .execute();
  await schema
    .createIndex('ai_tasks_list')
    .on('ai_tasks')
    .columns(['owner_id', 'organisation', 'task_list_id'])
    .execute();

  await schema
    .createTable('ai_links')
    .addColumn('owner_id', 'text', (column) => column.notNull().references('users.id').onDelete('cascade'))
    .addColumn('organisation', 'text', (column) => column.notNull())
    .addColumn('ai_task_id', 'text', (column) => column.notNull())
    .addColumn('task_id', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('ai_links_key', ['owner_id', 'organisation', 'ai_task_id'])
    .execute();
  await schema.createIndex('ai_links_task').on('ai_links').columns(['owner_id', 'task_id']).execute();

  await schema
    .createTable('list_events')
    .addColumn('owner_id', 'text', (column) => column.notNull().references('users.id').onDelete('cascade'))
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('organisation', 'text', (column) => column.notNull())
    .addColumn('task_list_id', 'text', (column) => column.notNull())
    .addColumn('subject_id', 'text', (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .addColumn('occurred_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('list_events_key', ['owner_id', 'seq'])
    .execute();
  await schema
    .createIndex('list_events_list')
    .on('list_events')
    .columns(['owner_id', 'organisation', 'task_list_id', 'seq'])
    .execute();
  await schema
    .createIndex('list_events_subject')
    .on('list_events')
    .columns(['owner_id', 'subject_id', 'seq'])
    .execute();
  await schema.createIndex('list_events_age').on('list_events').column('occurred_at').execute();

  await schema
    .createTable('ai_list_runs')
    .addColumn('owner_id', 'text', (column) => column.notNull().references('users.id').onDelete('cascade'))
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('credential_id', 'text')
    .addColumn('agent_credential_id', 'text', (column) => column.notNull())
    .addColumn('organisation', 'text', (column) => column.notNull())
    .addColumn('task_list_id', 'text', (column) => column.notNull())
    .addColumn('max_parallel', 'integer', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('reason', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('ended_at', 'bigint')
    .execute();
  await schema
    .createIndex('ai_list_runs_list')
    .on('ai_list_runs')
    .columns(['owner_id', 'organisation', 'task_list_id', 'created_at'])
    .execute();

  await schema
    .createTable('ai_task_runs')
    .addColumn('owner_id', 'text', (column) => column.notNull().references('users.id').onDelete('cascade'))
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('credential_id', 'text')
    .addColumn('agent_credential_id', 'text', (column) => column.notNull())
    .addColumn('organisation', 'text', (column) => column.notNull())
    .addColumn('ai_task_id', 'text', (column) => column.notNull())
    .addColumn('task_list_id', 'text')
    .addColumn('list_run_id', 'text')
    .addColumn('task_id', 'text')
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('deployment_id', 'text')
    .addColumn('progress_message', 'text')
    .addColumn('reason', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('ended_at', 'bigint')
    .execute();
  await schema
    .createIndex('ai_task_runs_task')
    .on('ai_task_runs')
    .columns(['owner_id', 'ai_task_id', 'created_at'])
    .execute();
  await schema.createIndex('ai_task_runs_list').on('ai_task_runs').column('list_run_id').execute();
  await schema
    .createIndex('ai_task_runs_deployment')
    .on('ai_task_runs')
    .columns(['owner_id', 'deployment_id'])
    .execute();
}
