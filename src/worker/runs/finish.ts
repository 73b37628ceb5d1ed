import { isAiTaskOver } from '../../domain/ai-task-status.ts';
import { isGatewayError } from '../../errors.ts';
import { findDeployment } from '../../store/deployments/deployments.ts';
import { findCredential } from '../../store/identity/credentials.ts';
import type { AiTaskRunRow, DeploymentRow } from '../../store/schema/index.ts';
import type { AiTaskChanges, DetailedAiTask } from '../../upstream/quantcdn/model.ts';
import { filesOf } from '../../upstream/quantconnect/tool-calls.ts';
import type { ReconcileResult } from '../reconcile.ts';
import { isOwnTask } from './claim.ts';
import { toProgressMessage } from './follow-deployment.ts';
import type { RunContext, RunDeps } from './step.ts';

/** Failures that waiting does not end: the result is then written without tokens and files. */
const LASTING_CODES = ['NOT_FOUND', 'CREDENTIAL_REJECTED', 'UPSTREAM_REJECTED', 'UPSTREAM_BAD_RESPONSE'];

/** FINISHING: writes the result or the error to the AI task, unless it has ended already, and ends the run. */
export async function finish(context: RunContext, run: AiTaskRunRow): Promise<ReconcileResult | undefined> {
  const { aiTasks, writer } = context;
  const end = (reason: string | null): Promise<void> =>
    writer.updateTaskRun(run, { state: reason === null ? 'COMPLETED' : 'FAILED', reason });
  try {
    const task = await aiTasks.readTask(run.aiTaskId);
    const isOpen = !isAiTaskOver(task.status) && isOwnTask(task, run);
    if (isOpen) await writeEnd(context, run);
    await end(run.reason ?? (isOpen ? null : findContradiction(task)));
  } catch (error) {
    if (!isGatewayError(error, 'NOT_FOUND') && !isGatewayError(error, 'UPSTREAM_REJECTED')) throw error;
    await end(run.reason ?? `The AI task could not be told that it is done: ${error.message}`);
  }
  return undefined;
}

/**
 * Another client may have ended or claimed the AI task although the deployment has completed; it is left as it is.
 * @returns why the run has not completed; null when the AI task was completed, by this run before a crash or otherwise
 */
export function findContradiction({ status, rawStatus }: DetailedAiTask): string | null {
  if (status === 'COMPLETED') return null;
  return isAiTaskOver(status)
    ? `The AI task was ended as ${rawStatus} by somebody else`
    : 'Another run has taken the AI task over';
}

async function writeEnd(context: RunContext, run: AiTaskRunRow): Promise<void> {
  const { store, aiTasks, writer } = context;
  const deployment = await findDeployment(store.db, run.ownerId, run.deploymentId ?? '');
  const result = run.reason === null ? await readResult(context, run) : undefined;
  const changes = toEndChanges(run, deployment, result);
  await writer.assertLeaseHeld(run.ownerId);
  try {
    await aiTasks.updateTask(run.aiTaskId, changes);
  } catch (error) {
    if (!isGatewayError(error, 'UPSTREAM_REJECTED')) throw error;
    // The upstream refuses the texts: the status alone is better than a task that stays IN_PROGRESS.
    await aiTasks.updateTask(run.aiTaskId, { rawStatus: changes.rawStatus });
  }
}

/** @param result of a run that has not failed */
export function toEndChanges(
  { reason }: AiTaskRunRow,
  deployment: DeploymentRow | undefined,
  result: Record<string, unknown> | undefined,
): AiTaskChanges {
  const progressMessage = deployment && toProgressMessage(deployment);
  return reason === null
    ? { rawStatus: 'completed', progress: 1, progressMessage, result }
    : { rawStatus: 'failed', error: reason, progressMessage };
}

/** The ids, with tokens and paths of files where the conversation can be read. */
async function readResult(
  { store, agentsOf }: RunDeps,
  { ownerId, agentCredentialId, taskId, deploymentId }: AiTaskRunRow,
): Promise<Record<string, unknown>> {
  const ids = { taskId, deploymentId };
  const credential = await findCredential(store.db, ownerId, agentCredentialId);
  if (credential === undefined || credential.status === 'REJECTED' || deploymentId === null) return ids;
  try {
    const conversation = await agentsOf(credential).readConversation(deploymentId);
    const { inputTokens, outputTokens } = conversation;
    return { ...ids, inputTokens, outputTokens, files: filesOf(conversation).map(({ path }) => path) };
  } catch (error) {
    if (isGatewayError(error) && LASTING_CODES.includes(error.code)) return ids;
    throw error;
  }
}
