import type { ObservedDeployment } from '../../domain/observed.ts';
import { isGatewayError } from '../../errors.ts';
import type { DeploymentWriter } from '../../events/writers/deployments.ts';
import type { Clock } from '../../lib/clock.ts';
import { watchedDeployments } from '../../store/deployments/deployments.ts';
import type { DeploymentRow, WatchRow } from '../../store/schema/index.ts';
import type { Store } from '../../store/store.ts';
import type { QuantConnectClient } from '../../upstream/quantconnect/client.ts';
import { interpretStatus } from '../../upstream/quantconnect/status.ts';
import { createTurns } from '../for-each-collecting.ts';
import type { ReconcileResult } from '../reconcile.ts';
import type { PollConversation } from './conversation-poll.ts';

export interface PollDeps {
  store: Store;
  deployments: DeploymentWriter;
  pollConversation: PollConversation;
  clock: Pick<Clock, 'now'>;
}

/** Looks at what a watch covers. @throws GatewayError what the upstream did instead of answering */
export type PollOrganization = (watch: WatchRow, client: QuantConnectClient) => Promise<ReconcileResult>;

/**
 * One look at everything watched with a credential in one organization. The task list carries the status of
 * every unfinished deployment in one call; one that has left it is read once for its end.
 */
export function createOrganizationPoll(deps: PollDeps): PollOrganization {
  return async (watch, client) => {
    const { store, deployments, pollConversation, clock } = deps;
    const { ownerId } = watch;
    const rows = await watchedDeployments(store.db, watch);

    const lookedAtMs = clock.now();
    const active = await listActive(client, watch.scope);
    const listed: ObservedDeployment[] = [];
    const unlisted: DeploymentRow[] = [];
    for (const row of rows) {
      const seen = active.get(row.id);
      if (seen !== undefined && !seen.isTerminal) listed.push(seen);
      else unlisted.push(row);
    }
    const moved = await deployments.applyObserved(ownerId, listed, lookedAtMs);
    const turns = createTurns();
    const ended = await turns.each(unlisted, (row) => readOne(deps, client, row));
    const watched = await watchedDeployments(store.db, watch);
    const spoke = await turns.each(watched, (row) => pollConversation(row, client));
    turns.finish();
    const settling = await settle(deployments, await watchedDeployments(store.db, watch), clock.now());
    return { hasChanges: moved || ended || spoke || settling };
  };
}

/** Unfinished deployments by id, as the organization's task list shows them. */
async function listActive(
  client: QuantConnectClient,
  organizationId: string,
): Promise<Map<string, ObservedDeployment>> {
  if (organizationId === '') return new Map();
  const tasks = await client.listTasks(organizationId).catch((error: unknown) => {
    // A list that this credential may not see does not serve: each deployment is read by itself instead.
    if (isGatewayError(error, 'UPSTREAM_REJECTED')) return [];
    throw error;
  });
  return new Map(
    tasks.flatMap((task) =>
      task.activeDeployments.map(({ deploymentId: id, rawStatus }) => {
        const meaning = interpretStatus({ rawStatus, endedAt: null, runtimeError: null });
        return [id, { id, rawStatus, taskId: task.id, ...meaning }] as const;
      }),
    ),
  );
}

/** Reads a deployment that the list does not show; tells whether it changed. */
async function readOne(deps: PollDeps, client: QuantConnectClient, row: DeploymentRow): Promise<boolean> {
  const lookedAtMs = deps.clock.now();
  try {
    return await deps.deployments.applyObserved(
      row.ownerId,
      [await client.readDeployment(row.id)],
      lookedAtMs,
    );
  } catch (error) {
    if (!isGatewayError(error, 'NOT_FOUND')) throw error;
    await deps.deployments.markDeleted(row.ownerId, row.id);
    return true;
  }
}

/** Ends the watch of what has ended and has said all it had to say; true while something still may follow. */
async function settle(writer: DeploymentWriter, rows: DeploymentRow[], now: number): Promise<boolean> {
  const ended = rows.filter((row) => row.isTerminal === 1);
  const settled = ended.filter((row) => row.settleAt <= now);
  for (const row of settled) await writer.stopWatching(row.ownerId, row.id);
  return settled.length < ended.length;
}
