import { isAiTaskOver } from '../../domain/ai-task-status.ts';
import { isGatewayError } from '../../errors.ts';
import { findDeployment } from '../../store/deployments/deployments.ts';
import type { AiTaskRunRow } from '../../store/schema/index.ts';
import type { AiTaskChanges, DetailedAiTask } from '../../upstream/quantcdn/model.ts';
import type { ReconcileResult } from '../reconcile.ts';
import { progressOf } from './outcome.ts';
import { isOurs } from './ownership.ts';
import { resultOf } from './result.ts';
import type { RunContext } from './step.ts';

/** Tells the AI task its end, exactly once: what was told before a crash is seen, and not told again. */
export async function finish(context: RunContext, run: AiTaskRunRow): Promise<ReconcileResult | undefined> {
  const end = (reason: string | null): Promise<void> =>
    context.writer.updateTaskRun(run, { state: reason === null ? 'COMPLETED' : 'FAILED', reason });
  try {
    const task = await context.aiTasks.readTask(run.aiTaskId);
    const isTold = isAiTaskOver(task.status) || !isOurs(task, run);
    if (!isTold) await tell(context, run);
    await end(run.reason ?? (isTold ? contradictionIn(task) : null));
  } catch (error) {
    if (!isGatewayError(error, 'NOT_FOUND') && !isGatewayError(error, 'UPSTREAM_REJECTED')) throw error;
    await end(run.reason ?? `The AI task could not be told that it is done: ${error.message}`);
  }
  return undefined;
}

/** What somebody else has made of an AI task whose deployment has completed; it is left as they want it. */
function contradictionIn({ status, rawStatus }: DetailedAiTask): string | null {
  if (status === 'COMPLETED') return null;
  return isAiTaskOver(status)
    ? `The AI task was ended as ${rawStatus} by somebody else`
    : 'Another run has taken the AI task over';
}

async function tell(context: RunContext, run: AiTaskRunRow): Promise<void> {
  const { aiTasks, writer } = context;
  const change = await endOf(context, run);
  await writer.assertLeaseHeld(run.ownerId);
  try {
    await aiTasks.updateTask(run.aiTaskId, change);
  } catch (error) {
    if (!isGatewayError(error, 'UPSTREAM_REJECTED')) throw error;
    // It does not take the words; better an end without them than a task in progress for ever.
    await aiTasks.updateTask(run.aiTaskId, { rawStatus: change.rawStatus });
  }
}

async function endOf(context: RunContext, run: AiTaskRunRow): Promise<AiTaskChanges> {
  const deployment = await findDeployment(context.store.db, run.ownerId, run.deploymentId ?? '');
  const progressMessage = deployment && progressOf(deployment);
  if (run.reason !== null) return { rawStatus: 'failed', error: run.reason, progressMessage };
  return { rawStatus: 'completed', progress: 1, progressMessage, result: await resultOf(context, run) };
}
