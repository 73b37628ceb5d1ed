import { isGatewayError } from '../../errors.ts';
import { type AiTaskListWriter, isSameItem, type ListOwner } from '../../events/writers/ai-task-lists.ts';
import type { Clock } from '../../lib/clock.ts';
import { parseJson } from '../../lib/json.ts';
import { aiTasksOfList } from '../../store/ai-tasks/tasks.ts';
import type { Lease } from '../../store/coordination/leases.ts';
import { findWatch } from '../../store/coordination/watches.ts';
import type { AiTaskRow, CredentialRow } from '../../store/schema/index.ts';
import type { Store } from '../../store/store.ts';
import type { QuantCdnClient } from '../../upstream/quantcdn/client.ts';
import { listAll } from '../../upstream/quantcdn/list-all.ts';
import type { AiTask } from '../../upstream/quantcdn/model.ts';
import { createTurns } from '../for-each-collecting.ts';
import type { Reconciler } from '../reconcile.ts';

/** Tasks of a list too long to be listed whole that one look reads by themselves: it must not cost as much as the list. */
const MAX_READS = 20;

export interface AiTaskListReconcilerDeps {
  store: Store;
  clock: Pick<Clock, 'now'>;
  /** Opens a stored credential for background reads. */
  clientOf(credential: CredentialRow): QuantCdnClient;
  /** Where what is seen is written, for as long as the lease is held. */
  writerUnder(lease: Lease): AiTaskListWriter;
}

/**
 * A list of AI tasks that somebody waits for. One call lists it; each task that has changed since is read once, for all
 * who wait, so that what they are told is the whole task.
 */
export function createAiTaskListReconciler({
  store,
  clock,
  clientOf,
  writerUnder,
}: AiTaskListReconcilerDeps): Reconciler {
  return {
    async isNeeded(tx, lease) {
      const watch = await findWatch(tx, lease);
      return watch !== undefined && watch.wantedUntil > clock.now();
    },

    async reconcile(lease, credential) {
      const client = clientOf(credential);
      const writer = writerUnder(lease);
      const place = { ownerId: lease.ownerId, organisation: credential.account };
      const known = await aiTasksOfList(store.db, { ...place, taskListId: lease.scope });

      const lookedAtMs = clock.now();
      const { tasks } = await listAll(client, { taskListId: lease.scope }, { maxReads: MAX_READS });
      const { isNew, toRead } = sorted(tasks, known);
      let hasChanges = await writer.applyObserved(place, isNew, lookedAtMs);
      const turns = createTurns();
      if (await turns.each(toRead, (id) => readOne(client, writer, place, id, clock.now())))
        hasChanges = true;
      turns.finish();
      return { hasChanges };
    },
  };
}

/** What a list shows when it is looked at first; later the ids of what is new, has changed or is no longer there. */
function sorted(tasks: readonly AiTask[], known: readonly AiTaskRow[]) {
  const rows = new Map(known.map((row) => [row.id, row]));
  const listed = new Set(tasks.map(({ id }) => id));
  const changed = tasks.filter((task) => {
    const row = rows.get(task.id);
    return row !== undefined && !isSameItem(parseJson(row.state), task);
  });
  const missing = known.filter(({ id }) => !listed.has(id));
  const isNew = tasks.filter(({ id }) => !rows.has(id));
  // A whole list at once is told as it is listed; whoever wants to know more of a task of it reads that.
  if (known.length === 0) return { isNew, toRead: [] };
  return { isNew: [], toRead: [...isNew, ...changed, ...missing].map(({ id }) => id) };
}

/** Reads a task that has changed or has left the list; tells whether that was news. */
async function readOne(
  client: QuantCdnClient,
  writer: AiTaskListWriter,
  place: ListOwner,
  id: string,
  lookedAtMs: number,
): Promise<boolean> {
  try {
    return await writer.applyObserved(place, [await client.readTask(id)], lookedAtMs);
  } catch (error) {
    if (!isGatewayError(error, 'NOT_FOUND')) throw error;
    return writer.markGone(place, [id], lookedAtMs);
  }
}
