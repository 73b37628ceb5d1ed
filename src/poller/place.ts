import { updateDeployment, watchedDeployments } from '../store/deployments.ts';
import type { DeploymentRow, WatchRow } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { ensureWatch } from '../store/watches.ts';
import type { QuantConnectClient } from '../upstream/quantconnect/client.ts';

/** Finds out where the deployments of a watch without an organization belong. */
export type Place = (watch: WatchRow, client: QuantConnectClient) => Promise<void>;

/**
 * Finds the organization of deployments for which only their task can tell it, once each, and hands them
 * over to that organization's watch.
 */
export const createPlace =
  (deps: { store: Store; clock: { now(): number } }): Place =>
  async (watch, client) => {
    const organizations = new Map<string, string>();
    for (const row of await watchedDeployments(deps.store.db, watch)) {
      const taskId = await taskOf(row, client);
      const organizationId = organizations.get(taskId) ?? (await client.readTask(taskId)).organizationId;
      organizations.set(taskId, organizationId);
      await deps.store.transaction(async (tx) => {
        await updateDeployment(tx, row.ownerId, row.id, { organizationId, taskId });
        await ensureWatch(tx, { ...watch, organizationId, nextLookAt: deps.clock.now() });
      });
    }
  };

const taskOf = async (row: DeploymentRow, client: QuantConnectClient): Promise<string> => {
  if (row.taskId !== null) return row.taskId;
  const { taskId } = await client.readDeployment(row.id);
  if (taskId === null) throw new Error(`Deployment ${row.id} names no task`);
  return taskId;
};
