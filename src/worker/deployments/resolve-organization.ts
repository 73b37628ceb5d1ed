import { isGatewayError, notFound } from '../../errors.ts';
import type { DeploymentWriter } from '../../events/writers/deployments.ts';
import { watchedDeployments } from '../../store/deployments/deployments.ts';
import type { DeploymentRow, WatchRow } from '../../store/schema/index.ts';
import type { Store } from '../../store/store.ts';
import type { QuantConnectClient } from '../../upstream/quantconnect/client.ts';

/** Finds out where the deployments of a watch without an organization belong. */
export type ResolveOrganization = (watch: WatchRow, client: QuantConnectClient) => Promise<void>;

/**
 * Finds the organization of deployments for which only their task can tell it, once each, and hands them
 * over to that organization's watch. One whose task is gone stays, and is looked at by itself.
 */
export function createOrganizationResolver({
  store,
  deployments,
}: {
  store: Store;
  deployments: DeploymentWriter;
}): ResolveOrganization {
  return async (watch, client) => {
    const organizations = new Map<string, string>();
    const placeOne = async (row: DeploymentRow): Promise<void> => {
      const taskId = await taskOf(row, client);
      const organizationId = organizations.get(taskId) ?? (await client.readTask(taskId)).organizationId;
      if (organizationId === '') return;
      organizations.set(taskId, organizationId);
      await deployments.assignOrganization(row.ownerId, row.id, { organizationId, taskId });
    };
    for (const row of await watchedDeployments(store.db, watch)) {
      await placeOne(row).catch((error: unknown) => {
        if (!isGatewayError(error, 'NOT_FOUND')) throw error;
      });
    }
  };
}

async function taskOf(row: DeploymentRow, client: QuantConnectClient): Promise<string> {
  if (row.taskId !== null) return row.taskId;
  const { taskId } = await client.readDeployment(row.id);
  if (taskId === null) throw notFound('Task');
  return taskId;
}
