import { readLink, writeLink } from '../../domain/ai-task-metadata.ts';
import { isAiTaskOver } from '../../domain/ai-task-status.ts';
import { isGatewayError } from '../../errors.ts';
import type { AiTaskRunRow } from '../../store/schema/index.ts';
import type { DetailedAiTask } from '../../upstream/quantcdn/model.ts';
import type { ReconcileResult } from '../reconcile.ts';
import { releaseClaim } from './release-claim.ts';
import type { RunContext } from './step.ts';
import { isListStopping, STOPPED } from './stopping.ts';

/**
 * Claims the AI task: it goes to IN_PROGRESS, and the id of the run into its link. The upstream compares nothing before
 * it writes (upstream page, section 3.4), so the claim is read back: of two the later one has it.
 */
export async function claim(context: RunContext, run: AiTaskRunRow): Promise<ReconcileResult | undefined> {
  const { store, aiTasks, writer } = context;
  const fail = (reason: string): Promise<void> => writer.updateTaskRun(run, { state: 'FAILED', reason });
  // Claimed it may be all the same, by a process that died before it could note that.
  if (await isListStopping(store, run)) return void (await releaseClaim(context, run, STOPPED));
  try {
    const task = await aiTasks.readTask(run.aiTaskId);
    const { taskId } = readLink(task.details.metadata);
    if (taskId === null) {
      return void (await releaseClaim(context, run, 'The AI task is not linked to a task'));
    }
    const obstacle = isClaimed(task, run) ? undefined : await takeUp(context, run, task);
    if (obstacle !== undefined) return void (await fail(obstacle));
    // Of one task one deployment is made at a time, so that one whose answer was lost can be told from the others.
    return (await writer.startDeploying(run, taskId)) ? undefined : { hasChanges: true };
  } catch (error) {
    if (!isGatewayError(error)) throw error;
    if (error.code === 'NOT_FOUND') await fail('The AI task no longer exists');
    else if (error.code === 'UPSTREAM_REJECTED') await fail(`QuantCDN refused the claim: ${error.message}`);
    else throw error;
  }
  return undefined;
}

function isClaimed(task: DetailedAiTask, run: AiTaskRunRow): boolean {
  return task.status === 'IN_PROGRESS' && readLink(task.details.metadata).runId === run.id;
}

/** @returns what has kept the AI task from being claimed */
async function takeUp(
  { aiTasks, writer }: RunContext,
  run: AiTaskRunRow,
  task: DetailedAiTask,
): Promise<string | undefined> {
  const obstacle = obstacleTo(task, run);
  if (obstacle !== undefined) return obstacle;
  await writer.assertLeaseHeld(run.ownerId);
  await aiTasks.updateTask(run.aiTaskId, claimOf(task, run));
  const claimed = await aiTasks.readTask(run.aiTaskId);
  // Others claim by assigning it (section 3.4): one who did so since the first look believes to have it.
  if (isClaimed(claimed, run) && claimed.assignedAgentId === task.assignedAgentId) return undefined;
  return 'Somebody else was faster to claim the AI task';
}

/** Why an AI task cannot be claimed; it may have been taken up or ended since the run was asked for. */
function obstacleTo(task: DetailedAiTask, run: AiTaskRunRow): string | undefined {
  if (task.status === 'PENDING') return undefined;
  const { runId } = readLink(task.details.metadata);
  if (runId === run.id && isAiTaskOver(task.status)) {
    return `The AI task was ended as ${task.rawStatus} by somebody else`;
  }
  // One that had failed is tried again when somebody asks for it by name; a list is not run in circles.
  if (task.status === 'FAILED' && run.listRunId === null) return undefined;
  return `The AI task is ${task.rawStatus} already`;
}

/** A task that had failed is tried again: the upstream leaves counting and clearing to its clients (section 4). */
function claimOf(task: DetailedAiTask, run: AiTaskRunRow) {
  return {
    rawStatus: 'in_progress',
    metadata: writeLink(task.details.metadata, { runId: run.id }),
    ...(task.status === 'FAILED' && { error: null, retryCount: (task.details.retryCount ?? 0) + 1 }),
  };
}
