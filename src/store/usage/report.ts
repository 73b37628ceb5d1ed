import { type RawBuilder, sql } from 'kysely';
import type { UsageGroup } from '../../domain/usage.ts';
import type { Db } from '../store.ts';

/** Which deployments are summed up. Times are ms since the epoch; `toMs` is not part of the range. */
export interface UsageFilter {
  /** Null for every owner. */
  ownerId: string | null;
  fromMs?: number | undefined;
  toMs?: number | undefined;
  taskId?: string | undefined;
  taskListId?: string | undefined;
}

/** What the deployments of one group have used. */
export interface UsageSum {
  key: string;
  deployments: number;
  inputTokens: number;
  outputTokens: number;
  turns: number;
  ranMs: number;
  /** The first and the last time at which one of them was created. */
  firstAt: number;
  lastAt: number;
}

const KEYS: Record<UsageGroup, RawBuilder<string | null>> = {
  DAY: sql.ref('day'),
  MONTH: sql`substr(day, 1, 7)`,
  TASK: sql.ref('task_id'),
  AGENT: sql.ref('agent_id'),
  TASK_LIST: sql.ref('task_list_id'),
  DEPLOYMENT: sql.ref('deployment_id'),
  USER: sql.ref('owner_id'),
};

/**
 * Sums by group, in the order of their keys. Deployments without the key are left out: a task list is known of few.
 * @param after the last key of the page before
 */
export async function sumUsage(
  db: Db,
  groupBy: UsageGroup,
  { ownerId, fromMs, toMs, taskId, taskListId }: UsageFilter,
  { after, limit }: { after?: string | undefined; limit: number },
): Promise<UsageSum[]> {
  const key = KEYS[groupBy];
  let query = db
    .selectFrom('deploymentUsage')
    .select(({ fn }) => [
      key.as('key'),
      fn.countAll().as('deployments'),
      fn.sum('inputTokens').as('inputTokens'),
      fn.sum('outputTokens').as('outputTokens'),
      fn.sum('turns').as('turns'),
      fn.sum('ranMs').as('ranMs'),
      fn.min('createdAt').as('firstAt'),
      fn.max('createdAt').as('lastAt'),
    ])
    .where(key, 'is not', null);
  if (ownerId !== null) query = query.where('ownerId', '=', ownerId);
  if (fromMs !== undefined) query = query.where('createdAt', '>=', fromMs);
  if (toMs !== undefined) query = query.where('createdAt', '<', toMs);
  if (taskId !== undefined) query = query.where('taskId', '=', taskId);
  if (taskListId !== undefined) query = query.where('taskListId', '=', taskListId);
  if (after !== undefined) query = query.where(key, '>', after);
  const rows = await query.groupBy(key).orderBy(key).limit(limit).execute();
  // Counts and sums are text on PostgreSQL.
  return rows.map((row) => ({
    key: String(row.key),
    deployments: Number(row.deployments),
    inputTokens: Number(row.inputTokens),
    outputTokens: Number(row.outputTokens),
    turns: Number(row.turns),
    ranMs: Number(row.ranMs),
    firstAt: Number(row.firstAt),
    lastAt: Number(row.lastAt),
  }));
}
