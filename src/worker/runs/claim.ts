import { readLink, writeLink } from '../../domain/ai-task-metadata.ts';
import { isAiTaskOver } from '../../domain/ai-task-status.ts';
import { isGatewayError } from '../../errors.ts';
import { findExceededBudget } from '../../events/writers/budget-check.ts';
import type { JsonObject } from '../../lib/json.ts';
import { findListRun } from '../../store/ai-tasks/list-runs.ts';
import { isTaskBeingDeployed } from '../../store/ai-tasks/task-runs.ts';
import type { AiTaskRunRow } from '../../store/schema/index.ts';
import type { Store } from '../../store/store.ts';
import type { AiTaskChanges, DetailedAiTask } from '../../upstream/quantcdn/model.ts';
import type { ReconcileResult } from '../reconcile.ts';
import { whyNothingBegins } from './starter.ts';
import type { RunContext } from './step.ts';

/** Why a run ended before anything was deployed for it. */
const LIST_STOPPED = 'The run of the list was stopped before this task was deployed';

/** Why a run waits while another create of its QuantConnect task is under way: a code, as for all that wait. */
export const TURN_TAKEN = 'OUTCOME_UNKNOWN';

/** Why a run waits while a budget refuses deployments, and how long until it looks again; a change of a budget wakes it. */
export const BUDGET_EXCEEDED = 'BUDGET_EXCEEDED';
const BUDGET_AGAIN_MS = 5_000;

/** What a run does with the AI task as it was read. */
export type ClaimDecision =
  | { action: 'CLAIM'; changes: AiTaskChanges }
  /** This run has claimed it already: an earlier process may have crashed before saving that. */
  | { action: 'KEEP' }
  | { action: 'REFUSE'; reason: string };

/**
 * STARTING: claims the AI task by setting it to IN_PROGRESS with the id of the run in its link. The upstream does not
 * compare before it writes, so the task is read back: of two claims the later one counts (docs/upstream/quantcdn.md,
 * Update a task). One deployment of a QuantConnect task is created at a time, so that one whose answer was lost can be
 * distinguished from others; until it is this run's turn, nothing is claimed.
 */
export async function claim(context: RunContext, run: AiTaskRunRow): Promise<ReconcileResult | undefined> {
  const { store, aiTasks, writer } = context;
  const fail = (reason: string): Promise<void> => writer.updateTaskRun(run, { state: 'FAILED', reason });
  const obstacle = await findObstacle(store, run);
  if (obstacle !== undefined) {
    await releaseClaim(context, run, obstacle);
    return undefined;
  }
  try {
    const { task, metadata } = await aiTasks.readTaskToChange(run.aiTaskId);
    const { taskId } = readLink(task.details.metadata);
    if (taskId === null) {
      await releaseClaim(context, run, 'The AI task is not linked to a task');
      return undefined;
    }
    const decision = decideClaim(task, run, metadata);
    if (decision.action === 'REFUSE') {
      await fail(decision.reason);
      return undefined;
    }
    if (decision.action === 'CLAIM') {
      if ((await findExceededBudget(context, run.ownerId, { ...run, taskId })) !== undefined) {
        if (run.reason !== BUDGET_EXCEEDED) await writer.updateTaskRun(run, { reason: BUDGET_EXCEEDED });
        return { hasChanges: false, maxDelayMs: BUDGET_AGAIN_MS };
      }
      if (!(await isTurnFree(context, { ...run, taskId }))) {
        if (run.reason !== TURN_TAKEN) await writer.updateTaskRun(run, { reason: TURN_TAKEN });
        return { hasChanges: true };
      }
      await writer.assertLeaseHeld(run.ownerId);
      await aiTasks.updateTask(run.aiTaskId, decision.changes);
      if (!isClaimConfirmed(task, await aiTasks.readTask(run.aiTaskId), run)) {
        await fail('Somebody else was faster to claim the AI task');
        return undefined;
      }
    }
    // Another run of the same task may have claimed its AI task at the same time.
    const isStarted = await writer.startDeploying(run, taskId);
    return isStarted ? undefined : { hasChanges: true };
  } catch (error) {
    if (isGatewayError(error, 'NOT_FOUND')) await fail('The AI task no longer exists');
    else if (isGatewayError(error, 'UPSTREAM_REJECTED'))
      await fail(`QuantCDN refused the claim: ${error.message}`);
    else throw error;
    return undefined;
  }
}

/** True when no other create of the task, by a run or by the owner, is under way. */
async function isTurnFree(context: RunContext, run: AiTaskRunRow & { taskId: string }): Promise<boolean> {
  return !(await isTaskBeingDeployed(context.store.db, run, run.taskId)) && context.isTurnFree(run);
}

/**
 * The AI task may have been claimed or ended by another client since the run was started.
 * @param metadata of the task, to be written back with the claim; null when it cannot be read whole
 */
export function decideClaim(
  task: DetailedAiTask,
  run: AiTaskRunRow,
  metadata: JsonObject | null,
): ClaimDecision {
  if (hasClaimed(task, run)) return { action: 'KEEP' };
  if (metadata === null)
    return { action: 'REFUSE', reason: 'The AI task cannot be read whole, so it is not claimed' };
  const changes = {
    rawStatus: 'in_progress',
    metadata: writeLink(metadata, { runId: run.id }),
  };
  if (task.status === 'PENDING') return { action: 'CLAIM', changes };
  const { runId } = readLink(task.details.metadata);
  if (runId === run.id && isAiTaskOver(task.status)) {
    return { action: 'REFUSE', reason: `The AI task was ended as ${task.rawStatus} by somebody else` };
  }
  // A failed task is tried again when the run was started for it alone; a list run tries each task once. Counting and
  // clearing is left to clients (docs/upstream/quantcdn.md, Statuses).
  if (task.status === 'FAILED' && run.listRunId === null) {
    const retryCount = (task.details.retryCount ?? 0) + 1;
    return { action: 'CLAIM', changes: { ...changes, error: null, retryCount } };
  }
  return { action: 'REFUSE', reason: `The AI task is ${task.rawStatus} already` };
}

/** Other clients claim a task by assigning it: a new assignee believes that the task is theirs. */
export function isClaimConfirmed(before: DetailedAiTask, after: DetailedAiTask, run: AiTaskRunRow): boolean {
  return hasClaimed(after, run) && after.assignedAgentId === before.assignedAgentId;
}

/**
 * False once another run has claimed the AI task. A link without a run counts as this run's: other clients may have
 * replaced the whole metadata (docs/upstream/quantcdn.md, Update a task).
 */
export function isOwnTask(task: DetailedAiTask, run: AiTaskRunRow): boolean {
  const { runId } = readLink(task.details.metadata);
  return runId === null || runId === run.id;
}

function hasClaimed(task: DetailedAiTask, run: AiTaskRunRow): boolean {
  return task.status === 'IN_PROGRESS' && readLink(task.details.metadata).runId === run.id;
}

/** Why nothing more may be begun for a run: its list run is stopping, or who began it may begin nothing. */
export async function findObstacle(store: Store, run: AiTaskRunRow): Promise<string | undefined> {
  if ((await readListStop(store, run)) !== undefined) return LIST_STOPPED;
  return whyNothingBegins(store, run);
}

/** What the stop of the list run of this run asks for; undefined while it is not stopping. */
export async function readListStop(
  store: Store,
  { ownerId, listRunId }: AiTaskRunRow,
): Promise<{ stopsDeployments: boolean; isGuardTripped: boolean } | undefined> {
  const list = listRunId === null ? undefined : await findListRun(store.db, ownerId, listRunId);
  if (list?.state !== 'STOPPING') return undefined;
  return { stopsDeployments: list.stopsDeployments === 1, isGuardTripped: list.guardTripped !== null };
}

/** Ends a run for which nothing was deployed. An AI task that it has claimed goes back to PENDING. */
export async function releaseClaim(
  { aiTasks, writer }: RunContext,
  run: AiTaskRunRow,
  reason: string,
): Promise<void> {
  try {
    if (hasClaimed(await aiTasks.readTask(run.aiTaskId), run)) {
      await writer.assertLeaseHeld(run.ownerId);
      await aiTasks.updateTask(run.aiTaskId, { rawStatus: 'pending' });
    }
  } catch (error) {
    // The task no longer exists, or may not be changed: there is no claim to release.
    if (!isGatewayError(error, 'NOT_FOUND') && !isGatewayError(error, 'UPSTREAM_REJECTED')) throw error;
  }
  await writer.updateTaskRun(run, { state: 'FAILED', reason });
}
