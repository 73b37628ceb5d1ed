import { isGatewayError } from '../errors.ts';
import { findDeployment } from '../store/deployments.ts';
import { failureOf, progressOf } from './outcome.ts';
import type { Step } from './step.ts';

/** Tells the AI task how its deployment stands, until that is over. Asks nobody: the poller sees the deployment. */
export const followDeployment: Step = async ({ store, aiTasks, journal }, run) => {
  const deployment = await findDeployment(store.db, run.ownerId, run.deploymentId ?? '');
  const isLost = deployment === undefined || deployment.isDeleted === 1 || deployment.credentialId === null;
  if (isLost || deployment.isTerminal === 1) {
    await journal.advanceTask(run, { state: 'FINISHING', reason: failureOf(deployment) ?? null });
    return undefined;
  }
  const progressMessage = progressOf(deployment);
  if (progressMessage !== run.progressMessage) {
    await journal.assertHeld(run.ownerId);
    await aiTasks.updateTask(run.aiTaskId, { progressMessage }).catch((error: unknown) => {
      // Nobody to tell any more, or words it does not take: the deployment goes on, and its end is told.
      if (!isGatewayError(error, 'NOT_FOUND') && !isGatewayError(error, 'UPSTREAM_REJECTED')) throw error;
    });
    await journal.advanceTask(run, { progressMessage });
  }
  return { isLively: false };
};
