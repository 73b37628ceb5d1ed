import type { ReadStart } from '../../domain/read-start.ts';
import { isGatewayError } from '../../errors.ts';
import { type AiTaskListWriter, isSameItem, type ListOwner } from '../../events/writers/ai-task-lists.ts';
import type { Clock } from '../../lib/clock.ts';
import { parseJson } from '../../lib/json.ts';
import { putSeenTasks } from '../../store/ai-tasks/seen-tasks.ts';
import { aiTasksOfList } from '../../store/ai-tasks/tasks.ts';
import type { Lease } from '../../store/coordination/leases.ts';
import { findWatchInterest } from '../../store/coordination/watches.ts';
import { newestRevision } from '../../store/revisions.ts';
import type { AiTaskRow, CredentialRow } from '../../store/schema/index.ts';
import type { Store } from '../../store/store.ts';
import type { QuantCdnClient } from '../../upstream/quantcdn/client.ts';
import { listAll } from '../../upstream/quantcdn/list-all.ts';
import type { AiTask } from '../../upstream/quantcdn/model.ts';
import { forEachCollecting } from '../for-each-collecting.ts';
import type { Reconciler } from '../reconcile.ts';

/** Of a list that is too long to be listed whole, one poll reads at most so many tasks one by one. */
const MAX_READS = 20;

export interface AiTaskListReconcilerDeps {
  store: Store;
  clock: Pick<Clock, 'now' | 'evenMs'>;
  /** Opens a stored credential for background reads. */
  clientOf(credential: CredentialRow): QuantCdnClient;
  /** The writer for the holder of the lease. */
  writerUnder(lease: Lease): AiTaskListWriter;
}

/**
 * Watches of AI task lists that clients follow. One call lists the tasks; each task that has changed since is read once,
 * so that its event carries the whole task.
 */
export function createAiTaskListReconciler({
  store,
  clock,
  clientOf,
  writerUnder,
}: AiTaskListReconcilerDeps): Reconciler {
  return {
    async isNeeded(tx, lease) {
      const watch = await findWatchInterest(tx, lease, store.time(clock.evenMs()));
      return watch !== undefined && watch.wantedForMs > 0;
    },

    async reconcile(lease, credential) {
      const client = clientOf(credential);
      const writer = writerUnder(lease);
      const owner = { ownerId: lease.ownerId, organisation: credential.account };
      const rows = await aiTasksOfList(store.db, { ...owner, taskListId: lease.scope });

      const begin = async () => ({
        atMs: clock.now(),
        revision: await newestRevision(store.db, 'aiTasks', lease.ownerId),
      });
      const start = await begin();
      const list = await listAll(client, { taskListId: lease.scope }, { maxReads: MAX_READS, start });
      const { tasks, isComplete } = list;
      await putSeenTasks(store.db, owner, tasks, clock.now(), isComplete ? lease.scope : undefined);
      // The first poll emits the tasks as they are listed: reading each of them would cost as much as the list is long.
      if (rows.length === 0) return { hasChanges: await writer.applyObserved(owner, tasks, start) };
      const { hasChanges, errors } = await forEachCollecting(findIdsToRead(tasks, rows), (id) =>
        readOne({ client, writer, begin }, owner, id),
      );
      const [error] = errors;
      if (error !== undefined) throw error;
      return { hasChanges };
    },
  };
}

/** Tasks that are new in a list, have changed, or are no longer in it. */
export function findIdsToRead(listed: readonly AiTask[], rows: readonly AiTaskRow[]): string[] {
  const rowsById = new Map(rows.map((row) => [row.id, row]));
  const listedIds = new Set(listed.map(({ id }) => id));
  const added = listed.filter(({ id }) => !rowsById.has(id));
  const changed = listed.filter((task) => {
    const row = rowsById.get(task.id);
    return row !== undefined && !isSameItem(parseJson(row.state), task);
  });
  const missing = rows.filter(({ id }) => !listedIds.has(id));
  return [...added, ...changed, ...missing].map(({ id }) => id);
}

/** Reads one task. @returns whether an event was emitted */
async function readOne(
  {
    client,
    writer,
    begin,
  }: { client: QuantCdnClient; writer: AiTaskListWriter; begin(): Promise<ReadStart> },
  owner: ListOwner,
  id: string,
): Promise<boolean> {
  const start = await begin();
  try {
    return await writer.applyObserved(owner, [await client.readTask(id, start)], start);
  } catch (error) {
    if (!isGatewayError(error, 'NOT_FOUND')) throw error;
    return writer.markGone(owner, [id], start.atMs);
  }
}
