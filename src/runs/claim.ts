import { isGatewayError } from '../errors.ts';
import { readLink, writeLink } from '../lib/ai-task-link.ts';
import { isAiTaskOver } from '../lib/ai-task-status.ts';
import type { AiTaskRunRow } from '../store/schema.ts';
import type { WholeAiTask } from '../upstream/quantcdn/model.ts';
import type { Step } from './step.ts';
import { isListStopping, STOPPED } from './stopping.ts';

/**
 * Claims the AI task: it goes to IN_PROGRESS, and the id of the run into its link. The upstream compares nothing before
 * it writes (upstream page, section 3.4), so the claim is read back: of two the later one has it.
 */
export const claim: Step = async ({ store, aiTasks, journal }, run) => {
  const fail = (reason: string): Promise<void> => journal.advanceTask(run, { state: 'FAILED', reason });
  if (await isListStopping(store, run)) return void (await fail(STOPPED));
  try {
    const task = await aiTasks.readTask(run.aiTaskId);
    const { taskId, runId } = readLink(task.details.metadata);
    if (taskId === null) return void (await fail('The AI task is not linked to a task'));
    if (runId !== run.id || task.status !== 'IN_PROGRESS') {
      const obstacle = obstacleTo(task, runId === run.id);
      if (obstacle !== undefined) return void (await fail(obstacle));
      await journal.assertHeld(run.ownerId);
      await aiTasks.updateTask(run.aiTaskId, claimOf(task, run));
      const claimed = await aiTasks.readTask(run.aiTaskId);
      if (readLink(claimed.details.metadata).runId !== run.id) {
        return void (await fail('Another run was faster to claim the AI task'));
      }
    }
    await journal.advanceTask(run, { state: 'DEPLOYING', taskId });
  } catch (error) {
    if (!isGatewayError(error)) throw error;
    if (error.code === 'NOT_FOUND') await fail('The AI task no longer exists');
    else if (error.code === 'UPSTREAM_REJECTED') await fail(`QuantCDN refused the claim: ${error.message}`);
    else throw error;
  }
  return undefined;
};

/** Why an AI task cannot be claimed; it may have been taken up or ended since the run was asked for. */
const obstacleTo = (task: WholeAiTask, wasOurs: boolean): string | undefined => {
  if (wasOurs && isAiTaskOver(task.status))
    return `The AI task was ended as ${task.rawStatus} by somebody else`;
  if (task.status === 'IN_PROGRESS' || task.status === 'COMPLETED')
    return `The AI task is ${task.rawStatus} already`;
  return undefined;
};

/** A task that had failed is tried again: the upstream leaves counting and clearing to its clients (section 4). */
const claimOf = (task: WholeAiTask, run: AiTaskRunRow) => ({
  rawStatus: 'in_progress',
  metadata: writeLink(task.details.metadata, { runId: run.id }),
  ...(task.status === 'FAILED' && { error: null, retryCount: (task.details.retryCount ?? 0) + 1 }),
});
