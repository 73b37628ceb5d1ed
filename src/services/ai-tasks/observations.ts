import { readLink } from '../../domain/ai-task-metadata.ts';
import type { AiTaskListWriter } from '../../events/writers/ai-task-lists.ts';
import { linksOf, putLink } from '../../store/ai-tasks/links.ts';
import type { Store } from '../../store/store.ts';
import type { AiTask, DetailedAiTask } from '../../upstream/quantcdn/model.ts';
import type { QuantCdnConnection } from '../common/connections.ts';

/** Takes note of AI tasks a caller's request has brought to light, so that those who wait for them hear of it. */
export interface AiTaskSightings {
  /** What was read upstream by a look begun at `lookedAtMs`. List items tell too little, and are passed over. */
  saw(connection: QuantCdnConnection, tasks: readonly AiTask[], lookedAtMs: number): Promise<void>;
  /** What no longer exists upstream. */
  missed(connection: QuantCdnConnection, ids: readonly string[], lookedAtMs: number): Promise<void>;
}

export function createAiTaskSightings({
  store,
  writer,
}: {
  store: Store;
  writer: AiTaskListWriter;
}): AiTaskSightings {
  const noteLinks = async (
    place: { ownerId: string; organisation: string },
    tasks: readonly DetailedAiTask[],
  ): Promise<void> => {
    const { ownerId, organisation } = place;
    const ids = tasks.map(({ id }) => id);
    const known = await linksOf(store.db, ownerId, organisation, ids);
    for (const { id: aiTaskId, details } of tasks) {
      const { taskId } = readLink(details.metadata);
      if (taskId !== (known.get(aiTaskId) ?? null)) await putLink(store.db, { ...place, aiTaskId, taskId });
    }
  };

  return {
    async saw({ ownerId, account: organisation }, tasks, lookedAtMs) {
      const place = { ownerId, organisation };
      const whole = tasks.filter((task): task is DetailedAiTask => task.details !== null);
      await noteLinks(place, whole);
      await writer.applyObserved(place, whole, lookedAtMs);
    },

    async missed({ ownerId, account: organisation }, ids, lookedAtMs) {
      await writer.markGone({ ownerId, organisation }, ids, lookedAtMs);
    },
  };
}
