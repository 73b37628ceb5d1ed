import { isGatewayError } from '../../errors.ts';
import { UpstreamFailure } from '../failure.ts';
import type { Ask } from './ask.ts';
import type { QuantCdnClient } from './client.ts';
import type { DecodedList, Decoders } from './decode.ts';
import type { AiTask } from './model.ts';
import { changesToWire, graphPath, listQuery, MAX_LIMIT, newTaskToWire, taskPath } from './wire.ts';

/** Decodes an answer whose content does not matter. */
function nothing(): void {
  // The call succeeded; there is nothing to return.
}

/** A 404 after an attempt whose answer was lost: that attempt did it (page section 9). */
function isDoneBefore(error: unknown): boolean {
  return error instanceof UpstreamFailure && error.code === 'NOT_FOUND' && error.facts.afterLoss === true;
}

/** The six operations (page section 1) for one organisation. */
export function createOperations(ask: Ask, organisation: string, decode: Decoders): QuantCdnClient {
  const readTask: QuantCdnClient['readTask'] = async (id) =>
    ask({
      method: 'GET',
      path: taskPath(id),
      isAboutTask: true,
      decode: (answer) => decode.task(answer, { organisation, id }),
    });

  /** Undefined once it is gone: between the list and this look it may have been deleted. */
  const findTask = async (id: string): Promise<AiTask | undefined> => {
    try {
      return await readTask(id);
    } catch (error) {
      if (isGatewayError(error, 'NOT_FOUND')) return undefined;
      throw error;
    }
  };

  /**
   * The tasks of a list, each that came as an id only read by itself, so that nothing is lost when
   * `includeDetails` is not honored. One after the other: at once they would take the whole rate budget.
   */
  const complete = async ({ tasks, taskIds }: DecodedList, limit: number): Promise<AiTask[]> => {
    const seen = new Map(tasks.map((task) => [task.id, task]));
    const missing = (taskIds ?? []).slice(0, limit).filter((id) => !seen.has(id));
    if (missing.length === 0) return tasks;
    for (const id of new Set(missing)) {
      const task = await findTask(id);
      if (task) seen.set(id, task);
    }
    // The ids carry the order, newest first.
    return [...new Set([...(taskIds ?? []), ...seen.keys()])].flatMap((id) => seen.get(id) ?? []);
  };

  return {
    readTask,
    listTasks: async (query) => {
      const limit = query.limit ?? MAX_LIMIT;
      const list = await ask({
        method: 'GET',
        query: listQuery(query),
        decode: (answer) => decode.list(answer, organisation),
      });
      return { tasks: await complete(list, limit), isFull: list.received >= limit };
    },
    createTask: async (task) => ask({ method: 'POST', body: newTaskToWire(task), decode: decode.created }),
    updateTask: async (id, changes) =>
      ask({
        method: 'PUT',
        path: taskPath(id),
        body: changesToWire(changes),
        isAboutTask: true,
        decode: nothing,
      }),
    deleteTask: async (id, cascade) => {
      try {
        return await ask({
          method: 'DELETE',
          path: taskPath(id),
          query: { cascade: cascade ? 'true' : undefined },
          isAboutTask: true,
          decode: (answer) => decode.deleted(answer, id),
        });
      } catch (error) {
        if (isDoneBefore(error)) return [id];
        throw error;
      }
    },
    readGraph: async (taskListId) =>
      ask({
        method: 'GET',
        path: graphPath(taskListId),
        decode: (answer) => decode.graph(answer, taskListId),
      }),
  };
}
