import type { Insertable, Updateable } from 'kysely';
import type { AiTaskRunState } from '../../domain/ai-task-run.ts';
import { type Moment, NEVER } from '../coordination/watches.ts';
import type { AiTaskRunRow, Schema } from '../schema/index.ts';
import type { Db } from '../store.ts';

export type AiTaskRunChange = Updateable<Schema['aiTaskRuns']>;

export async function insertTaskRun(tx: Db, row: Insertable<Schema['aiTaskRuns']>): Promise<void> {
  await tx.insertInto('aiTaskRuns').values(row).execute();
}

export function findTaskRun(db: Db, ownerId: string, id: string): Promise<AiTaskRunRow | undefined> {
  return db
    .selectFrom('aiTaskRuns')
    .selectAll()
    .where('ownerId', '=', ownerId)
    .where('id', '=', id)
    .executeTakeFirst();
}

export async function updateTaskRun(tx: Db, id: string, change: AiTaskRunChange): Promise<void> {
  await tx.updateTable('aiTaskRuns').set(change).where('id', '=', id).execute();
}

/** The newest run of each of these AI tasks, by AI task id. */
export async function newestTaskRuns(
  db: Db,
  { ownerId, organisation }: { ownerId: string; organisation: string },
  aiTaskIds: readonly string[],
): Promise<Map<string, AiTaskRunRow>> {
  if (aiTaskIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('aiTaskRuns')
    .selectAll()
    .where('ownerId', '=', ownerId)
    .where('organisation', '=', organisation)
    .where('aiTaskId', 'in', aiTaskIds)
    .orderBy('createdAt')
    .orderBy('id')
    .execute();
  return new Map(rows.map((row) => [row.aiTaskId, row]));
}

/** The AI task runs of a list run, oldest first. */
export function taskRunsOf(db: Db, listRunId: string): Promise<AiTaskRunRow[]> {
  return db
    .selectFrom('aiTaskRuns')
    .selectAll()
    .where('listRunId', '=', listRunId)
    .orderBy('createdAt')
    .orderBy('id')
    .execute();
}

/** The AI task runs of several list runs of an owner, oldest first. */
export async function taskRunsOfLists(
  db: Db,
  ownerId: string,
  listRunIds: readonly string[],
): Promise<AiTaskRunRow[]> {
  return listRunIds.length === 0
    ? []
    : db
        .selectFrom('aiTaskRuns')
        .selectAll()
        .where('ownerId', '=', ownerId)
        .where('listRunId', 'in', listRunIds)
        .orderBy('createdAt')
        .orderBy('id')
        .execute();
}

/** The number of AI task runs of a list run, by state. */
export function countTaskRuns(
  db: Db,
  listRunId: string,
): Promise<{ state: AiTaskRunState; count: number }[]> {
  return db
    .selectFrom('aiTaskRuns')
    .select((build) => ['state' as const, build.fn.countAll<number>().as('count')])
    .where('listRunId', '=', listRunId)
    .groupBy('state')
    .execute();
}

/** True while another run is deploying the same QuantConnect task. */
export async function isTaskBeingDeployed(tx: Db, run: AiTaskRunRow, taskId: string): Promise<boolean> {
  const other = await tx
    .selectFrom('aiTaskRuns')
    .select('id')
    .where('ownerId', '=', run.ownerId)
    .where('agentCredentialId', '=', run.agentCredentialId)
    .where('taskId', '=', taskId)
    .where('state', '=', 'DEPLOYING')
    .where('endedAt', 'is', null)
    .where('id', '!=', run.id)
    .limit(1)
    .executeTakeFirst();
  return other !== undefined;
}

/** Makes the watches of the runs that wait for a deployment due now, because the deployment has changed. */
export async function wakeWaitingRuns(
  tx: Db,
  { ownerId, ids }: { ownerId: string; ids: readonly string[] },
  now: Moment,
): Promise<void> {
  const waiting = tx
    .selectFrom('aiTaskRuns')
    .select('id')
    .where('ownerId', '=', ownerId)
    .where('deploymentId', 'in', ids)
    .where('endedAt', 'is', null);
  await tx
    .updateTable('watches')
    .set({ nextLookAt: now })
    .where('kind', '=', 'AI_TASK_RUN')
    .where('scope', 'in', waiting)
    .where('nextLookAt', '>', now)
    .where('nextLookAt', '<', NEVER)
    .where('failures', '=', 0)
    .execute();
}
