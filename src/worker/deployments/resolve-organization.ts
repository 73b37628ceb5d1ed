import { isGatewayError, notFound } from '../../errors.ts';
import type { DeploymentWriter } from '../../events/writers/deployments.ts';
import { watchedDeployments } from '../../store/deployments/deployments.ts';
import type { DeploymentRow, WatchRow } from '../../store/schema/index.ts';
import type { Store } from '../../store/store.ts';
import type { QuantConnectClient } from '../../upstream/quantconnect/client.ts';

export interface ResolveContext {
  store: Store;
  client: QuantConnectClient;
  deployments: DeploymentWriter;
}

/**
 * Finds the organization of each deployment of a watch without one, by reading its task, and hands the deployment over to
 * the watch of that organization. A deployment whose task no longer exists stays.
 * @throws GatewayError the upstream's failure
 */
export async function resolveOrganizations(
  { store, client, deployments }: ResolveContext,
  watch: WatchRow,
): Promise<void> {
  const organizationsByTask = new Map<string, string>();
  const resolveOne = async (row: DeploymentRow): Promise<void> => {
    const taskId = await readTaskId(client, row);
    const organizationId = organizationsByTask.get(taskId) ?? (await client.readTask(taskId)).organizationId;
    if (organizationId === '') return;
    organizationsByTask.set(taskId, organizationId);
    await deployments.assignOrganization(row.ownerId, row.id, { organizationId, taskId });
  };
  for (const row of await watchedDeployments(store.db, watch)) {
    try {
      await resolveOne(row);
    } catch (error) {
      if (!isGatewayError(error, 'NOT_FOUND')) throw error;
    }
  }
}

/** @throws GatewayError `NOT_FOUND` when the deployment names no task */
async function readTaskId(client: QuantConnectClient, row: DeploymentRow): Promise<string> {
  if (row.taskId !== null) return row.taskId;
  const { taskId } = await client.readDeployment(row.id);
  if (taskId === null) throw notFound('Task');
  return taskId;
}
