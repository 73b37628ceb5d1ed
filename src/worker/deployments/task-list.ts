import type { ObservedDeployment } from '../../domain/observed.ts';
import type { ReadStart } from '../../domain/read-start.ts';
import { isGatewayError } from '../../errors.ts';
import type { DeploymentWriter } from '../../events/writers/deployments.ts';
import type { Sighting } from '../../events/writers/watch-health.ts';
import type { Clock } from '../../lib/clock.ts';
import { type PolledDeployment, polledDeployments, storedSince } from '../../store/deployments/polled.ts';
import type { WatchRow } from '../../store/schema/index.ts';
import type { Db, Store } from '../../store/store.ts';
import type { AgentTask } from '../../upstream/quantconnect/model.ts';
import { interpretStatus } from '../../upstream/quantconnect/status.ts';

/** What one read of an organization's task list has shown of the deployments of a watch. */
export interface ListRead {
  /** Those that the list does not show as active: each is read by itself. */
  unlisted: PolledDeployment[];
  /** True when the list tells all that the poll has to know; then only the sighting is left to be stored. */
  isAll: boolean;
  sighting: Sighting;
  /** What differs from the stored rows, and what was stored while the list was read. */
  findChanged(db: Db): Promise<ObservedDeployment[]>;
}

/** What of the upstream a poll of a task list uses. */
export interface TaskLister {
  listTasks(
    organizationId: string,
    start: ReadStart,
  ): Promise<{ items: readonly Pick<AgentTask, 'id' | 'activeDeployments'>[] }>;
}

export interface TaskListContext {
  store: Store;
  clock: Pick<Clock, 'now' | 'evenMs'>;
  client: TaskLister;
  deployments: DeploymentWriter;
}

/**
 * Reads the task list of an organization, which shows the status of every active deployment in one call, and compares it
 * with what is stored. Nothing is written here.
 * @returns undefined when the watch has no deployments
 * @throws GatewayError the upstream's failure
 */
export async function readTaskList(
  { store, clock, client, deployments }: TaskListContext,
  watch: WatchRow,
): Promise<ListRead | undefined> {
  const rows = await polledDeployments(store.db, watch, store.time(clock.evenMs()));
  if (rows.length === 0) return undefined;
  const start = { atMs: clock.now(), revision: Math.max(0, ...rows.map(({ revision }) => revision)) };
  const active = await readActive(client, watch.scope, start);
  const listed = new Map<string, ObservedDeployment>();
  const unlisted: PolledDeployment[] = [];
  const changed: string[] = [];
  for (const row of rows) {
    const observed = active.get(row.id);
    if (observed === undefined || observed.isTerminal) unlisted.push(row);
    else {
      listed.set(row.id, observed);
      if (isChanged(row, observed)) changed.push(row.id);
    }
  }

  const findChanged = async (db: Db): Promise<ObservedDeployment[]> => {
    const ids = new Set([...changed, ...(await storedSince(db, watch, start.revision))]);
    return [...ids].flatMap((id) => listed.get(id) ?? []);
  };
  return {
    unlisted,
    isAll: unlisted.length === 0 && rows.every(({ needsMore }) => needsMore === 0),
    sighting: {
      start,
      isQuiet: changed.length === 0,
      async store(tx, emit) {
        const found = await findChanged(tx);
        return found.length > 0 && deployments.applyWithin(tx, emit, watch.ownerId, found, start);
      },
    },
    findChanged,
  };
}

/** True when storing what was observed would change the row in more than its times. */
function isChanged(row: PolledDeployment, observed: ObservedDeployment): boolean {
  return (
    row.rawStatus !== observed.rawStatus ||
    row.status !== observed.status ||
    row.taskId !== observed.taskId ||
    row.isStale === 1 ||
    row.hasEnd === 1
  );
}

/** Active deployments by id, as the organization's task list shows them. */
async function readActive(
  client: TaskLister,
  organizationId: string,
  start: ReadStart,
): Promise<Map<string, ObservedDeployment>> {
  const { items } = await client.listTasks(organizationId, start).catch((error: unknown) => {
    // This credential may not read the list: each deployment is read by itself instead.
    if (isGatewayError(error, 'UPSTREAM_REJECTED')) return { items: [] };
    throw error;
  });
  const active = new Map<string, ObservedDeployment>();
  for (const task of items) {
    for (const { deploymentId: id, rawStatus } of task.activeDeployments) {
      const meaning = interpretStatus({ rawStatus, endedAt: null, runtimeError: null });
      active.set(id, { id, rawStatus, taskId: task.id, ...meaning });
    }
  }
  return active;
}
