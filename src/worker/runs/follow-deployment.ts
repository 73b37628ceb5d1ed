import { isGatewayError } from '../../errors.ts';
import { parseJson } from '../../lib/json.ts';
import { findDeployment } from '../../store/deployments/deployments.ts';
import { findCredential } from '../../store/identity/credentials.ts';
import type { AiTaskRunRow, DeploymentRow } from '../../store/schema/index.ts';
import type { ReconcileResult } from '../reconcile.ts';
import { readListStop } from './claim.ts';
import type { RunContext } from './step.ts';

/** Shortest time until a deployment that is to be stopped and still runs is stopped again. */
const STOP_AGAIN_MS = 5_000;

/**
 * RUNNING: writes the status of the deployment to the AI task until the deployment has ended. It reads only the stored
 * row, which the deployment's own watch keeps up to date.
 */
export async function followDeployment(
  context: RunContext,
  run: AiTaskRunRow,
): Promise<ReconcileResult | undefined> {
  const { store, aiTasks, writer } = context;
  const deployment = await findDeployment(store.db, run.ownerId, run.deploymentId ?? '');
  if (deployment === undefined || !isPolled(deployment)) {
    await writer.updateTaskRun(run, { state: 'FINISHING', reason: findFailure(deployment) ?? null });
    return undefined;
  }
  const credential = await findCredential(store.db, run.ownerId, deployment.credentialId ?? '');
  // While its credential is refused the deployment is neither polled nor stopped: the owner sees the reason in the run.
  const isRejected = credential?.status === 'REJECTED';
  const listStop = isRejected ? undefined : await readListStop(store, run);
  const isTripped = await tripListGuard(
    context,
    run,
    listStop?.isGuardTripped === true ? deployment : undefined,
  );
  const mustStop = listStop?.stopsDeployments === true && !isTripped;
  const reason = isRejected
    ? 'CREDENTIAL_REJECTED'
    : mustStop
      ? await stop(context, { ...run, deploymentId: deployment.id })
      : null;
  if (reason !== run.reason) await writer.updateTaskRun(run, { reason });
  const progressMessage = toProgressMessage(deployment);
  if (progressMessage !== run.progressMessage) {
    await writer.assertLeaseHeld(run.ownerId);
    try {
      await aiTasks.updateTask(run.aiTaskId, { progressMessage });
    } catch (error) {
      // The task no longer exists, or the message is refused: the run goes on, and its end is written.
      if (!isGatewayError(error, 'NOT_FOUND') && !isGatewayError(error, 'UPSTREAM_REJECTED')) throw error;
    }
    await writer.updateTaskRun(run, { progressMessage });
  }
  return mustStop ? { hasChanges: true, minDelayMs: STOP_AGAIN_MS } : { hasChanges: false };
}

/**
 * The guard of the list run has tripped, maybe before this deployment was created: it is noted for the deployment, and its own
 * watch stops it.
 * @returns whether the watch stops the deployment
 */
async function tripListGuard(
  { writer }: RunContext,
  { ownerId, listRunId }: AiTaskRunRow,
  deployment: DeploymentRow | undefined,
): Promise<boolean> {
  if (deployment === undefined || listRunId === null || deployment.guard === null) return false;
  if (deployment.guardTripped === null) await writer.enforceListGuard({ ownerId, id: listRunId });
  return true;
}

/** Stops the deployment of a run. @returns the code of the failure; null without one */
async function stop(
  { writer, ...context }: RunContext,
  run: AiTaskRunRow & { deploymentId: string },
): Promise<string | null> {
  await writer.assertLeaseHeld(run.ownerId);
  try {
    await context.stop(run);
    return null;
  } catch (error) {
    if (!isGatewayError(error) || error.code === 'INTERNAL') throw error;
    // A deployment that was deleted does not run any more.
    return error.code === 'NOT_FOUND' ? null : error.code;
  }
}

/** False when nothing more will be stored of the deployment, because it has ended or cannot be read any more. */
function isPolled(deployment: DeploymentRow): boolean {
  return !deployment.isTerminal && !deployment.isDeleted && deployment.credentialId !== null;
}

/** @returns why a deployment that is no longer polled has failed; undefined when it has completed */
export function findFailure(deployment: DeploymentRow | undefined): string | undefined {
  if (deployment === undefined) return 'The deployment is not known any more';
  if (!deployment.isTerminal) {
    return deployment.isDeleted
      ? `Deployment ${deployment.id} was deleted`
      : `Nobody can say how deployment ${deployment.id} ends: its credential was deleted`;
  }
  // A deployment that was deleted after its end has completed all the same.
  if (deployment.status === 'COMPLETED') return undefined;
  const { runtimeError } = parseJson(deployment.state);
  const detail = runtimeError ? `: ${runtimeError}` : '';
  return `Deployment ${deployment.id} ended as ${deployment.rawStatus}${detail}`;
}

/** The status of a deployment as the AI task's progress message. */
export function toProgressMessage({ id, rawStatus }: DeploymentRow): string {
  return `Deployment ${id}: ${rawStatus}`;
}
