import { type Kysely, sql } from 'kysely';

/**
 * What each deployment has used. It outlives the deployment's row, and begins with what is stored of deployments and runs. The
 * version before does not write it: a deployment that it has polled is counted when this version next stores something of it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const { schema } = db;
  await schema
    .createTable('deployment_usage')
    .addColumn('owner_id', 'text', (column) => column.notNull().references('users.id').onDelete('cascade'))
    .addColumn('deployment_id', 'text', (column) => column.notNull())
    .addColumn('task_id', 'text')
    .addColumn('agent_id', 'text')
    .addColumn('task_list_id', 'text')
    .addColumn('list_run_id', 'text')
    .addColumn('day', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('resumed_at', 'bigint')
    .addColumn('input_tokens', 'bigint', (column) => column.notNull())
    .addColumn('output_tokens', 'bigint', (column) => column.notNull())
    .addColumn('turns', 'bigint', (column) => column.notNull())
    .addColumn('ran_ms', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('deployment_usage_key', ['owner_id', 'deployment_id'])
    .execute();
  for (const columns of [['created_at'], ['day', 'task_id'], ['task_list_id', 'list_run_id']]) {
    await schema
      .createIndex(`deployment_usage_${columns[0]}`)
      .on('deployment_usage')
      .columns(['owner_id', ...columns])
      .execute();
  }
  await fill(db);
}

/** Rows that are read at a time. */
const PAGE_SIZE = 500;

interface StoredDeployment {
  ownerId: string;
  id: string;
  taskId: string | null;
  state: string;
  createdAt: number | string;
  inputTokens: number | string;
  outputTokens: number | string;
  turns: number | string;
}

async function fill(db: Kysely<unknown>): Promise<void> {
  for (let offset = 0; ; offset += PAGE_SIZE) {
    const { rows } = await sql<StoredDeployment>`
      select owner_id, id, task_id, state, created_at, input_tokens, output_tokens, turns from deployments
      order by owner_id, id limit ${PAGE_SIZE} offset ${offset}`.execute(db);
    for (const row of rows) await fillOne(db, row);
    if (rows.length < PAGE_SIZE) return;
  }
}

async function fillOne(db: Kysely<unknown>, row: StoredDeployment): Promise<void> {
  const { ownerId, id } = row;
  const { agentId = null, startedAt, endedAt } = JSON.parse(row.state) as Record<string, string | null>;
  const ranMs = Date.parse(endedAt ?? '') - Date.parse(startedAt ?? '');
  const day = new Date(Number(row.createdAt)).toISOString().slice(0, 10);
  const member = (column: string) => sql`
    (select max(${sql.ref(column)}) from ai_task_runs where owner_id = ${ownerId} and deployment_id = ${id})`;
  await sql`
    insert into deployment_usage (owner_id, deployment_id, task_id, agent_id, task_list_id, list_run_id, day, created_at,
      input_tokens, output_tokens, turns, ran_ms)
    values (${ownerId}, ${id}, ${row.taskId}, ${agentId}, ${member('task_list_id')}, ${member('list_run_id')}, ${day},
      ${row.createdAt}, ${row.inputTokens}, ${row.outputTokens}, ${row.turns}, ${ranMs > 0 ? ranMs : 0})`.execute(
    db,
  );
}
