import { isGatewayError } from '../errors.ts';
import { readLink } from '../lib/ai-task-link.ts';
import { isAiTaskOver } from '../lib/ai-task-status.ts';
import { findCredential } from '../store/credentials.ts';
import { findDeployment } from '../store/deployments.ts';
import type { AiTaskRunRow } from '../store/schema.ts';
import type { AiTaskChanges, WholeAiTask } from '../upstream/quantcdn/model.ts';
import { filesOf } from '../upstream/quantconnect/conversation.ts';
import { progressOf } from './outcome.ts';
import type { RunContext, Step } from './step.ts';

/** Tells the AI task its end, exactly once: what was told before a crash is seen, and not told again. */
export const finish: Step = async (context, run) => {
  const { aiTasks, journal } = context;
  const end = (reason: string | null): Promise<void> =>
    journal.advanceTask(run, { state: reason === null ? 'COMPLETED' : 'FAILED', reason });
  try {
    const task = await aiTasks.readTask(run.aiTaskId);
    if (isStillOurs(task, run)) {
      const change = await endOf(context, run);
      await journal.assertHeld(run.ownerId);
      await aiTasks.updateTask(run.aiTaskId, change);
    }
  } catch (error) {
    if (!isGatewayError(error, 'NOT_FOUND') && !isGatewayError(error, 'UPSTREAM_REJECTED')) throw error;
    await end(run.reason ?? `The AI task could not be told that it is done: ${error.message}`);
    return undefined;
  }
  await end(run.reason);
  return undefined;
};

/** False once the AI task has its end: this run's own, told before a crash, or somebody else's, which is left alone. */
const isStillOurs = (task: WholeAiTask, run: AiTaskRunRow): boolean =>
  !isAiTaskOver(task.status) && readLink(task.details.metadata).runId === run.id;

const endOf = async (context: RunContext, run: AiTaskRunRow): Promise<AiTaskChanges> => {
  const deployment = await findDeployment(context.store.db, run.ownerId, run.deploymentId ?? '');
  const progressMessage = deployment && progressOf(deployment);
  if (run.reason !== null) return { rawStatus: 'failed', error: run.reason, progressMessage };
  return { rawStatus: 'completed', progress: 1, progressMessage, result: await resultOf(context, run) };
};

/** What came of the deployment; without tokens and files where the conversation cannot be read any more. */
const resultOf = async (
  { store, agentsOf }: RunContext,
  { ownerId, agentCredentialId, taskId, deploymentId }: AiTaskRunRow,
): Promise<Record<string, unknown>> => {
  const known = { taskId, deploymentId };
  const credential = await findCredential(store.db, ownerId, agentCredentialId);
  if (credential === undefined || credential.status === 'REJECTED' || deploymentId === null) return known;
  try {
    const conversation = await agentsOf(credential).readConversation(deploymentId);
    const { inputTokens, outputTokens } = conversation;
    return { ...known, inputTokens, outputTokens, files: filesOf(conversation).map(({ path }) => path) };
  } catch (error) {
    if (isGatewayError(error, 'NOT_FOUND') || isGatewayError(error, 'CREDENTIAL_REJECTED')) return known;
    throw error;
  }
};
