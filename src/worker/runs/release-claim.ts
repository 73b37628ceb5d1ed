import { readLink } from '../../domain/ai-task-metadata.ts';
import { isGatewayError } from '../../errors.ts';
import type { AiTaskRunRow } from '../../store/schema/index.ts';
import type { RunContext } from './step.ts';

/** Ends a run for which nothing was deployed: an AI task it has claimed is free for others again. */
export async function releaseClaim(
  { aiTasks, writer }: RunContext,
  run: AiTaskRunRow,
  reason: string,
): Promise<void> {
  try {
    const { status, details } = await aiTasks.readTask(run.aiTaskId);
    if (status === 'IN_PROGRESS' && readLink(details.metadata).runId === run.id) {
      await writer.assertLeaseHeld(run.ownerId);
      await aiTasks.updateTask(run.aiTaskId, { rawStatus: 'pending' });
    }
  } catch (error) {
    // Gone, or not to be changed: nothing is left to give back.
    if (!isGatewayError(error, 'NOT_FOUND') && !isGatewayError(error, 'UPSTREAM_REJECTED')) throw error;
  }
  await writer.updateTaskRun(run, { state: 'FAILED', reason });
}
