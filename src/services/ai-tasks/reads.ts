import type { ReadStart } from '../../domain/read-start.ts';
import { isGatewayError, notFound } from '../../errors.ts';
import type { JsonObject } from '../../lib/json.ts';
import { mapLimit } from '../../lib/map-limit.ts';
import { TASK_ID } from '../../upstream/quantcdn/encode.ts';
import { READS_AT_ONCE } from '../../upstream/quantcdn/find-task.ts';
import { listAll } from '../../upstream/quantcdn/list-all.ts';
import type { AiTask, AiTaskQuery, DetailedAiTask } from '../../upstream/quantcdn/model.ts';
import type { QuantCdnConnection } from '../common/connections.ts';
import type { AiTaskObservations } from './observations.ts';

/** An AI task, and the credential it was read with. `details` is null where only a list item was read. */
export interface AiTaskView extends AiTask {
  credentialId: string;
  /** In a feed only: the cursor of the change in the owner's log. */
  cursor?: string;
  /** In a feed only: true if the task has left its list. */
  isGone?: boolean;
}

/** An AI task with its details, and the credential it was read with. */
export type DetailedAiTaskView = AiTaskView & DetailedAiTask;

/** The tasks of a list. */
export interface AiTaskList {
  /** Newest first. */
  tasks: AiTaskView[];
  /** False if there may be more tasks, which the upstream offers no way to read. */
  isComplete: boolean;
}

/** Reads AI tasks upstream, and stores what has changed (`AiTaskObservations`). */
export interface AiTaskReads {
  /** @throws GatewayError `NOT_FOUND` */
  one(connection: QuantCdnConnection, id: string): Promise<DetailedAiTaskView>;
  /** One call for each id. Null for a task that does not exist, an error for one that could not be read. */
  many(
    connection: QuantCdnConnection,
    ids: readonly string[],
  ): Promise<(DetailedAiTaskView | null | Error)[]>;
  /** The metadata of a task as it can be written back; null when it cannot be. @throws GatewayError `NOT_FOUND` */
  metadataToChange(connection: QuantCdnConnection, id: string): Promise<JsonObject | null>;
  list(connection: QuantCdnConnection, query: AiTaskQuery): Promise<AiTaskList>;
}

export function createAiTaskReads({ observations }: { observations: AiTaskObservations }): AiTaskReads {
  const toView = <T extends AiTask>({ credentialId }: QuantCdnConnection, task: T) => ({
    ...task,
    credentialId,
  });

  const tryRead = async (
    connection: QuantCdnConnection,
    id: string,
    start: ReadStart,
  ): Promise<DetailedAiTask | null | Error> => {
    // Not an id that the upstream gives out: no call is needed.
    if (!TASK_ID.test(id)) return null;
    try {
      return await connection.call((client) => client.readTask(id, start));
    } catch (error) {
      if (isGatewayError(error, 'NOT_FOUND')) return null;
      return error as Error;
    }
  };

  const many: AiTaskReads['many'] = async (connection, ids) => {
    const start = await observations.begin(connection);
    const found = await mapLimit(READS_AT_ONCE, ids, (id) => tryRead(connection, id, start));
    const tasks = found.filter((task) => task !== null && !(task instanceof Error)) as DetailedAiTask[];
    await observations.apply(connection, tasks, start);
    if (tasks.length > 0) await observations.see(connection, tasks);
    const missing = ids.filter((id, index) => found[index] === null && TASK_ID.test(id));
    await observations.markGone(connection, missing, start.atMs);
    return found.map((task) => (task === null || task instanceof Error ? task : toView(connection, task)));
  };

  return {
    many,

    async one(connection, id) {
      const [task = null] = await many(connection, [id]);
      if (task === null) throw notFound('AI task');
      if (task instanceof Error) throw task;
      return task;
    },

    async metadataToChange(connection, id) {
      const { atMs } = await observations.begin(connection);
      try {
        return (await connection.call((client) => client.readTaskToChange(id))).metadata;
      } catch (error) {
        if (isGatewayError(error, 'NOT_FOUND')) await observations.markGone(connection, [id], atMs);
        throw error;
      }
    },

    async list(connection, query) {
      const start = await observations.begin(connection);
      const { tasks, isComplete } = await connection.call((client) => listAll(client, query, { start }));
      await observations.apply(connection, tasks, start);
      if (query.dependsOn === undefined || !query.idsOnly) {
        await observations.see(connection, tasks, isComplete ? wholeListOf(query) : undefined);
      }
      return { tasks: tasks.map((task) => toView(connection, task)), isComplete };
    },
  };
}

/** The list that a query asks for whole; undefined when a filter leaves tasks out. */
function wholeListOf(query: AiTaskQuery): string | undefined {
  const { taskListId, idsOnly: _, ...filters } = query;
  return Object.values(filters).every((filter) => filter === undefined) ? taskListId : undefined;
}
