import type { ObservedDeployment } from '../../domain/observed.ts';
import { ranMsOf } from '../../domain/usage.ts';
import { parseJson } from '../../lib/json.ts';
import type { Moment } from '../../store/coordination/watches.ts';
import { findDeployment } from '../../store/deployments/deployments.ts';
import type { AiTaskRunRow, DeploymentRow } from '../../store/schema/index.ts';
import type { Db } from '../../store/store.ts';
import { findUsage, recordUsage } from '../../store/usage/ledger.ts';
import type { Emit } from '../log.ts';
import { enforceBudgets } from './budgets.ts';

/**
 * What is counted of a deployment, in the transaction that changes its row: see `DeploymentUsageTable`.
 */

/** Counts a deployment that is stored for the first time. */
export async function countNew(
  tx: Db,
  row: DeploymentRow,
  observed: ObservedDeployment,
  nowMs: number,
): Promise<void> {
  const ranMs = observed.isTerminal ? ranMsOf(observed, null, nowMs) : 0;
  await recordUsage(tx, row, { agentId: observed.agentId, ranMs });
}

/**
 * Counts the time of an execution that has ended, or begins a new one: the upstream has revived the deployment.
 * @param row as it was stored before
 */
export async function countChange(
  tx: Db,
  row: DeploymentRow,
  observed: ObservedDeployment,
  nowMs: number,
): Promise<void> {
  if (!observed.isTerminal) return recordUsage(tx, row, { resumedAt: nowMs });
  const seen = { ...parseJson(row.state), ...observed };
  const resumedAt = (await findUsage(tx, row.ownerId, row.id))?.resumedAt ?? null;
  const taskId = observed.taskId ?? row.taskId;
  const ranMs = ranMsOf(seen, resumedAt, nowMs);
  await recordUsage(tx, { ...row, taskId }, { agentId: seen.agentId, ranMs });
}

/** A prompt has revived the deployment: its next execution begins. */
export function countRevival(tx: Db, row: DeploymentRow, nowMs: number): Promise<void> {
  return recordUsage(tx, row, { resumedAt: nowMs });
}

/** A deployment was deleted that had not ended: its execution ends. */
export async function countDeletion(tx: Db, row: DeploymentRow, nowMs: number): Promise<void> {
  const { startedAt = null, agentId } = parseJson(row.state);
  const resumedAt = (await findUsage(tx, row.ownerId, row.id))?.resumedAt ?? null;
  await recordUsage(tx, row, { agentId, ranMs: ranMsOf({ startedAt }, resumedAt, nowMs) });
}

/** The deployment of a run is known: it counts for the list of its AI task, and for the budgets of that. */
export async function countMember(
  tx: Db,
  emit: Emit,
  { ownerId, taskListId, listRunId, deploymentId }: AiTaskRunRow & { deploymentId: string },
  now: Moment,
): Promise<void> {
  const row = taskListId === null ? undefined : await findDeployment(tx, ownerId, deploymentId);
  if (row === undefined) return;
  await recordUsage(tx, row, { taskListId, listRunId });
  await enforceBudgets(tx, emit, row, now);
}

/** What a conversation has used so far. */
export type UsedTotals = Pick<DeploymentRow, 'inputTokens' | 'outputTokens' | 'turns'>;

/** Totals only grow: an answer without them does not reset them. */
export function growTotals(known: UsedTotals, read: UsedTotals): UsedTotals {
  return {
    inputTokens: Math.max(read.inputTokens, known.inputTokens),
    outputTokens: Math.max(read.outputTokens, known.outputTokens),
    turns: Math.max(read.turns, known.turns),
  };
}

/** Counts what a conversation has used. @param row as it was stored before. @returns whether it is more than before */
export async function countTotals(tx: Db, row: DeploymentRow, totals: UsedTotals): Promise<boolean> {
  const { inputTokens, outputTokens, turns } = totals;
  if (inputTokens <= row.inputTokens && outputTokens <= row.outputTokens && turns <= row.turns) return false;
  await recordUsage(tx, { ...row, ...totals });
  return true;
}
