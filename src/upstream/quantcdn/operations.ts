import type { ReadStart } from '../../domain/read-start.ts';
import { UpstreamFailure } from '../failure.ts';
import type { QuantCdnClient } from './client.ts';
import type { DecodedList, Decoders } from './decode.ts';
import { changesToWire, graphPath, listQuery, MAX_LIMIT, newTaskToWire, taskPath } from './encode.ts';
import { readExactMetadata } from './exact-metadata.ts';
import { findTask } from './find-task.ts';
import type { AiTask } from './model.ts';
import type { Send } from './request.ts';

/**
 * A 404 after an attempt whose answer was lost: that attempt deleted the task (docs/upstream/quantcdn.md, Sending
 * again).
 */
function wasDeletedBefore(error: unknown): boolean {
  return error instanceof UpstreamFailure && error.code === 'NOT_FOUND' && error.facts.afterLoss === true;
}

/** A task of which nothing but the id was asked for. */
function toIdOnly(id: string, organisation: string): AiTask {
  return {
    ...{ id, organisation, taskListId: null, title: '', description: null, status: 'UNKNOWN', rawStatus: '' },
    ...{ assignedAgentId: null, progress: null, blockedReason: null, blockedByTaskIds: null },
    ...{ createdAt: null, updatedAt: null, details: null, raw: null, incompleteFields: [] },
  };
}

/** The six operations (docs/upstream/quantcdn.md, Operations) for one organisation. */
export function createOperations(send: Send, organisation: string, decode: Decoders): QuantCdnClient {
  const readTask: QuantCdnClient['readTask'] = async (id, start) =>
    send({
      name: 'getTask',
      method: 'GET',
      path: taskPath(id),
      isAboutTask: true,
      start,
      decode: (answer) => decode.task(answer, { organisation, id }),
    });

  /**
   * The tasks of a list. A task that came only as an id is read by itself, because the upstream may ignore
   * `includeDetails`. These reads are sequential; at once they would take the whole rate budget.
   */
  const complete = async (
    { tasks, taskIds }: DecodedList,
    limit: number,
    start: ReadStart | undefined,
  ): Promise<AiTask[]> => {
    const byId = new Map(tasks.map((task) => [task.id, task]));
    const missing = (taskIds ?? []).slice(0, limit).filter((id) => !byId.has(id));
    if (missing.length === 0) return tasks;
    for (const id of new Set(missing)) {
      const task = await findTask({ readTask }, id, start);
      if (task) byId.set(id, task);
    }
    // The list of ids has the order, newest first.
    return [...new Set([...(taskIds ?? []), ...byId.keys()])].flatMap((id) => byId.get(id) ?? []);
  };

  return {
    readTask,
    readTaskToChange: async (id, start) =>
      send({
        name: 'getTask',
        method: 'GET',
        path: taskPath(id),
        isAboutTask: true,
        start,
        variant: 'to change',
        decode: (answer, text) => {
          const task = decode.task(answer, { organisation, id });
          const isWhole = !task.incompleteFields.includes('metadata');
          return { task, metadata: isWhole ? readExactMetadata(text) : null };
        },
      }),
    listTasks: async (query, start) => {
      const limit = query.limit ?? MAX_LIMIT;
      const list = await send({
        name: 'listTasks',
        method: 'GET',
        query: listQuery(query),
        start,
        decode: (answer) => decode.list(answer, organisation),
      });
      const { received, isComplete } = list;
      if (query.dependsOn !== undefined && query.idsOnly) {
        const ids = list.taskIds ?? list.tasks.map(({ id }) => id);
        const tasks = ids.map((id) => toIdOnly(id, organisation));
        return { tasks, isFull: received >= limit, isComplete };
      }
      return { tasks: await complete(list, limit, start), isFull: received >= limit, isComplete };
    },
    createTask: async (task) =>
      send({ name: 'createTask', method: 'POST', body: newTaskToWire(task), decode: decode.created }),
    updateTask: async (id, changes) =>
      send({
        name: 'updateTask',
        method: 'PUT',
        path: taskPath(id),
        body: changesToWire(changes),
        isAboutTask: true,
        decode: decode.updated,
      }),
    deleteTask: async (id, cascade) => {
      try {
        return await send({
          name: 'deleteTask',
          method: 'DELETE',
          path: taskPath(id),
          query: { cascade: cascade ? 'true' : undefined },
          isAboutTask: true,
          decode: (answer) => decode.deleted(answer, id),
        });
      } catch (error) {
        if (wasDeletedBefore(error)) return [id];
        throw error;
      }
    },
    readGraph: async (taskListId) =>
      send({
        name: 'getDependencyGraph',
        method: 'GET',
        path: graphPath(taskListId),
        decode: (answer) => decode.graph(answer, taskListId),
      }),
  };
}
