import { isGatewayError, notFound } from '../../errors.ts';
import type { Clock } from '../../lib/clock.ts';
import { mapLimit } from '../../lib/map-limit.ts';
import { READS_AT_ONCE } from '../../upstream/quantcdn/find-task.ts';
import { listAll } from '../../upstream/quantcdn/list-all.ts';
import type { AiTask, AiTaskQuery, DetailedAiTask } from '../../upstream/quantcdn/model.ts';
import { TASK_ID } from '../../upstream/quantcdn/wire.ts';
import type { QuantCdnConnection } from '../common/connections.ts';
import type { AiTaskSightings } from './observations.ts';

/** An AI task, and the credential it was seen with. Without `details` only what a list shows of it is known. */
export interface AiTaskView extends AiTask {
  credentialId: string;
  /** Of a task that was pushed: the place of the change in the owner's log. */
  cursor?: string;
  /** Of a task that was pushed: it has left its list. */
  isGone?: boolean;
}

/** An AI task that was read itself, and the credential it was seen with. */
export type DetailedAiTaskView = AiTaskView & DetailedAiTask;

/** A list as far as it can be seen. */
export interface AiTaskList {
  /** Newest first. */
  tasks: AiTaskView[];
  /** False when there may be more that the upstream cannot be asked for. */
  isComplete: boolean;
}

/** Looking at AI tasks; what is seen is told to those who wait for it. */
export interface AiTaskReads {
  /** @throws GatewayError `NOT_FOUND` */
  one(connection: QuantCdnConnection, id: string): Promise<DetailedAiTaskView>;
  /** Each by one call: null for what does not exist, its own error for what could not be read. */
  many(
    connection: QuantCdnConnection,
    ids: readonly string[],
  ): Promise<(DetailedAiTaskView | null | Error)[]>;
  list(connection: QuantCdnConnection, query: AiTaskQuery): Promise<AiTaskList>;
}

export function createAiTaskReads({
  sightings,
  clock,
}: {
  sightings: AiTaskSightings;
  clock: Pick<Clock, 'now'>;
}): AiTaskReads {
  const shown = <T extends AiTask>({ credentialId }: QuantCdnConnection, task: T) => ({
    ...task,
    credentialId,
  });

  const tryRead = async (
    connection: QuantCdnConnection,
    id: string,
  ): Promise<DetailedAiTask | null | Error> => {
    // What cannot be an id exists nowhere.
    if (!TASK_ID.test(id)) return null;
    try {
      return await connection.call((client) => client.readTask(id));
    } catch (error) {
      if (isGatewayError(error, 'NOT_FOUND')) return null;
      return error as Error;
    }
  };

  const many: AiTaskReads['many'] = async (connection, ids) => {
    const lookedAtMs = clock.now();
    const found = await mapLimit(READS_AT_ONCE, ids, (id) => tryRead(connection, id));
    const tasks = found.filter((task) => task !== null && !(task instanceof Error)) as DetailedAiTask[];
    await sightings.saw(connection, tasks, lookedAtMs);
    const missing = ids.filter((id, index) => found[index] === null && TASK_ID.test(id));
    await sightings.missed(connection, missing, lookedAtMs);
    return found.map((task) => (task === null || task instanceof Error ? task : shown(connection, task)));
  };

  return {
    many,

    async one(connection, id) {
      const [task = null] = await many(connection, [id]);
      if (task === null) throw notFound('AI task');
      if (task instanceof Error) throw task;
      return task;
    },

    async list(connection, query) {
      const lookedAtMs = clock.now();
      const { tasks, isComplete } = await connection.call((client) => listAll(client, query));
      await sightings.saw(connection, tasks, lookedAtMs);
      return { tasks: tasks.map((task) => shown(connection, task)), isComplete };
    },
  };
}
