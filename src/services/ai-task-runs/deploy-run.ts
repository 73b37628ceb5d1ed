import { findPrincipal } from '../../store/identity/users.ts';
import type { AiTaskRunRow } from '../../store/schema/index.ts';
import type { Store } from '../../store/store.ts';
import { gatewayOnBehalfOf } from '../../viewer.ts';
import type { Deployments } from '../agents/deployments.ts';

/**
 * Deploys the task of a run as its owner would, with the gateway as the actor. The id of the run is the idempotency key, so
 * that repeated calls for one run deploy once.
 * @returns the id of the deployment
 * @throws GatewayError as `Deployments.deploy` does
 */
export type DeployRun = (run: AiTaskRunRow & { taskId: string }) => Promise<string>;

export function createDeployRun({
  store,
  deployments,
}: {
  store: Store;
  deployments: Pick<Deployments, 'deploy'>;
}): DeployRun {
  return async (run) => {
    const owner = await findPrincipal(store.db, run.ownerId);
    const viewer = gatewayOnBehalfOf({ id: run.ownerId, name: owner?.name ?? '' });
    const { id } = await deployments.deploy(viewer, {
      taskId: run.taskId,
      credentialId: run.agentCredentialId,
      idempotencyKey: run.id,
    });
    return id;
  };
}
