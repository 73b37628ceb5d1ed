import { isGatewayError } from '../../errors.ts';
import { findDeployment } from '../../store/deployments/deployments.ts';
import { findCredential } from '../../store/identity/credentials.ts';
import type { AiTaskRunRow } from '../../store/schema/index.ts';
import type { ReconcileResult } from '../reconcile.ts';
import { failureOf, progressOf } from './outcome.ts';
import type { RunContext } from './step.ts';

/** Tells the AI task how its deployment stands, until that is over. Asks nobody: the poller sees the deployment. */
export async function followDeployment(
  { store, aiTasks, writer }: RunContext,
  run: AiTaskRunRow,
): Promise<ReconcileResult | undefined> {
  const deployment = await findDeployment(store.db, run.ownerId, run.deploymentId ?? '');
  const isLost = deployment === undefined || deployment.isDeleted === 1 || deployment.credentialId === null;
  if (isLost || deployment.isTerminal === 1) {
    await writer.updateTaskRun(run, { state: 'FINISHING', reason: failureOf(deployment) ?? null });
    return undefined;
  }
  const credential = await findCredential(store.db, run.ownerId, deployment.credentialId ?? '');
  // Nobody looks at the deployment then, so nothing moves until the owner has mended it.
  const reason = credential?.status === 'REJECTED' ? 'CREDENTIAL_REJECTED' : null;
  if (reason !== run.reason) await writer.updateTaskRun(run, { reason });
  const progressMessage = progressOf(deployment);
  if (progressMessage !== run.progressMessage) {
    await writer.assertLeaseHeld(run.ownerId);
    await aiTasks.updateTask(run.aiTaskId, { progressMessage }).catch((error: unknown) => {
      // Nobody to tell any more, or words it does not take: the deployment goes on, and its end is told.
      if (!isGatewayError(error, 'NOT_FOUND') && !isGatewayError(error, 'UPSTREAM_REJECTED')) throw error;
    });
    await writer.updateTaskRun(run, { progressMessage });
  }
  return { hasChanges: false };
}
