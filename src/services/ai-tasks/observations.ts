import { readLink } from '../../domain/ai-task-metadata.ts';
import type { ReadStart } from '../../domain/read-start.ts';
import type { AiTaskListWriter, ListOwner } from '../../events/writers/ai-task-lists.ts';
import type { Clock } from '../../lib/clock.ts';
import { linksOf, putLink } from '../../store/ai-tasks/links.ts';
import { deleteSeenTasks, putSeenTasks, type SeenTask } from '../../store/ai-tasks/seen-tasks.ts';
import { newestRevision } from '../../store/revisions.ts';
import type { Store } from '../../store/store.ts';
import type { AiTask, DetailedAiTask } from '../../upstream/quantcdn/model.ts';
import type { QuantCdnConnection } from '../common/connections.ts';

/** Stores what the requests of callers show of AI tasks, so that subscribers do not have to wait for the next poll. */
export interface AiTaskObservations {
  /**
   * Stores links and emits changes. Tasks without details are passed over: a list item shows too little to compare.
   */
  apply(connection: QuantCdnConnection, tasks: readonly AiTask[], start: ReadStart): Promise<void>;
  /**
   * Stores in which lists tasks are, for the summary of lists.
   * @param whole the list, when these are all of its tasks
   */
  see(connection: QuantCdnConnection, tasks: readonly SeenTask[], whole?: string): Promise<void>;
  /** The beginning of a read whose observation is applied. To be called right before the read. */
  begin(connection: QuantCdnConnection): Promise<ReadStart>;
  /**
   * Stores that AI tasks no longer exist upstream.
   * @param observedAtMs when that was read, in ms since the epoch
   */
  markGone(connection: QuantCdnConnection, ids: readonly string[], observedAtMs: number): Promise<void>;
}

export function createAiTaskObservations({
  store,
  writer,
  clock,
}: {
  store: Store;
  writer: AiTaskListWriter;
  clock: Pick<Clock, 'now'>;
}): AiTaskObservations {
  const storeLinks = async (owner: ListOwner, tasks: readonly DetailedAiTask[]): Promise<void> => {
    const ids = tasks.map(({ id }) => id);
    const stored = await linksOf(store.db, owner.ownerId, owner.organisation, ids);
    for (const { id: aiTaskId, details } of tasks) {
      const { taskId } = readLink(details.metadata);
      if (taskId !== (stored.get(aiTaskId) ?? null)) await putLink(store.db, { ...owner, aiTaskId, taskId });
    }
  };

  return {
    async begin({ ownerId }) {
      return { atMs: clock.now(), revision: await newestRevision(store.db, 'aiTasks', ownerId) };
    },

    async see({ ownerId, account: organisation }, tasks, whole) {
      await putSeenTasks(store.db, { ownerId, organisation }, tasks, clock.now(), whole);
    },

    async apply({ ownerId, account: organisation }, tasks, start) {
      const owner = { ownerId, organisation };
      const detailed = tasks.filter((task): task is DetailedAiTask => task.details !== null);
      await storeLinks(owner, detailed);
      await writer.applyObserved(owner, detailed, start);
    },

    async markGone({ ownerId, account: organisation }, ids, observedAtMs) {
      await deleteSeenTasks(store.db, { ownerId, organisation }, ids);
      await writer.markGone({ ownerId, organisation }, ids, observedAtMs);
    },
  };
}
