import { sql } from 'kysely';
import { toDay } from '../../domain/usage.ts';
import type { DeploymentRow, DeploymentUsageRow } from '../schema/index.ts';
import type { Db } from '../store.ts';

/** What is counted of a deployment, as its row has it after a change. */
export type UsedByDeployment = Pick<
  DeploymentRow,
  'ownerId' | 'id' | 'taskId' | 'createdAt' | 'inputTokens' | 'outputTokens' | 'turns'
>;

/** What the row of the deployment does not tell. What is left out stays as it is. */
export interface UsageAddition {
  agentId?: string | null | undefined;
  taskListId?: string | null;
  listRunId?: string | null;
  resumedAt?: number;
  /** Added to what is counted already: the time of an execution that has just ended. */
  ranMs?: number;
}

/**
 * Counts a deployment, once however often this is repeated. Tokens and turns never become fewer. Plain SQL: it runs with each
 * end that a poll has seen.
 */
export async function recordUsage(
  tx: Db,
  { ownerId, id, taskId, createdAt, inputTokens, outputTokens, turns }: UsedByDeployment,
  { agentId = null, taskListId = null, listRunId = null, resumedAt, ranMs = 0 }: UsageAddition = {},
): Promise<void> {
  await sql`
    insert into deployment_usage as u (owner_id, deployment_id, task_id, agent_id, task_list_id, list_run_id, day, created_at,
      resumed_at, input_tokens, output_tokens, turns, ran_ms)
    values (${ownerId}, ${id}, ${taskId}, ${agentId}, ${taskListId}, ${listRunId}, ${toDay(createdAt)}, ${createdAt},
      ${resumedAt ?? null}, ${inputTokens}, ${outputTokens}, ${turns}, ${ranMs})
    on conflict (owner_id, deployment_id) do update set
      task_id = coalesce(excluded.task_id, u.task_id),
      agent_id = coalesce(excluded.agent_id, u.agent_id),
      task_list_id = coalesce(excluded.task_list_id, u.task_list_id),
      list_run_id = coalesce(excluded.list_run_id, u.list_run_id),
      resumed_at = coalesce(excluded.resumed_at, u.resumed_at),
      input_tokens = case when excluded.input_tokens > u.input_tokens then excluded.input_tokens else u.input_tokens end,
      output_tokens = case when excluded.output_tokens > u.output_tokens then excluded.output_tokens else u.output_tokens end,
      turns = case when excluded.turns > u.turns then excluded.turns else u.turns end,
      ran_ms = u.ran_ms + excluded.ran_ms`.execute(tx.withoutPlugins());
}

/** What is counted of a deployment; undefined before anything was. */
export function findUsage(
  db: Db,
  ownerId: string,
  deploymentId: string,
): Promise<DeploymentUsageRow | undefined> {
  return db
    .selectFrom('deploymentUsage')
    .selectAll()
    .where('ownerId', '=', ownerId)
    .where('deploymentId', '=', deploymentId)
    .executeTakeFirst();
}
