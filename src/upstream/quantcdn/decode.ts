import type { DriftReport } from '../../domain/upstream-drift.ts';
import { reportOnce } from '../fields/drift.ts';
import { readList, readObject } from '../fields/read.ts';
import { elementsOf, numberOf } from '../fields/values.ts';
import type { UpstreamLogger } from '../logger.ts';
import { badResponse } from '../transport/response-failures.ts';
import { decodeNodes } from './decode-graph.ts';
import { prepareTask, readListedTask, readTask } from './decode-task.ts';
import { otherIdOf, readCount, taskIdOf, unwrapped, withUnwrapped } from './fields.ts';
import type { AiTask, AiTaskGraph, DetailedAiTask } from './model.ts';

/** The object of a successful answer. */
export type Answer = Record<string, unknown>;

/** One page of a list. */
export interface DecodedList {
  tasks: AiTask[];
  /** Ids in the answer to a `dependsOn` query, which may come without their tasks; null in any other list. */
  taskIds: string[] | null;
  /** Number of elements, including those that could not be decoded. */
  received: number;
  /** False when an element could not be decoded. */
  isComplete: boolean;
}

/**
 * The decoders of the AI task API. What they do not know is reported as drift, under the upstream's name of the
 * operation (docs/upstream/quantcdn.md, Operations). @throws UPSTREAM_BAD_RESPONSE, and nothing else
 */
export interface Decoders {
  task(answer: Answer, asked: { organisation: string; id: string }): DetailedAiTask;
  list(answer: Answer, organisation: string): DecodedList;
  graph(answer: Answer, taskListId: string): AiTaskGraph;
  /** The id of a new task (docs/upstream/quantcdn.md, Create a task). Without it the task is lost. */
  created(answer: Answer): { id: string };
  /** The receipt of a change (docs/upstream/quantcdn.md, Update a task), of which nothing is used. */
  updated(answer: Answer): void;
  /** The ids of the deleted tasks (docs/upstream/quantcdn.md, Delete a task), including `id`. */
  deleted(answer: Answer, id: string): string[];
}

/** Only answers of status 2xx are decoded. */
const DECODED_STATUS = 200;

function unusable(what: string) {
  return badResponse(DECODED_STATUS, `no usable ${what}`);
}

/** Compares ids without case, because UUIDs ignore it. */
function isSameId(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** The root of an answer has no name in a path. */
const ROOT = '';

/** Creates the decoders. They log elements that are left out of a list. */
export function createDecoders(logger: UpstreamLogger, drift: DriftReport): Decoders {
  const logSkipped = (field: string, skipped: number): void => {
    if (skipped > 0) logger('warn', 'upstream list elements left out', { field, skipped });
  };

  return {
    task: (answer, asked) => {
      // All fields are optional (docs/upstream/quantcdn.md, Task fields), also the id, but not all may be missing.
      const hasFields = answer.title !== undefined || answer.status !== undefined;
      const known = { organisation: asked.organisation, id: hasFields ? asked.id : undefined };
      const report = reportOnce('getTask', drift);
      const task = readObject(prepareTask(answer), ROOT, report, (reader) => readTask(reader, known));
      if (task === undefined || !isSameId(task.id, asked.id)) throw unusable('task');
      return task;
    },

    list: (answer, organisation) => {
      const report = reportOnce('listTasks', drift);
      const elements = elementsOf(unwrapped(answer.tasks))?.map(prepareTask);
      const listed = readList(elements, 'tasks', report, (reader) =>
        readListedTask(reader, { organisation }),
      );
      const rest = readObject(withUnwrapped(answer, ['taskIds']), ROOT, report, (reader) => {
        reader.known('tasks', 'count', 'dependsOn');
        return { taskIds: reader.valuesOrNull('taskIds', taskIdOf), lists: reader.incompleteLists() };
      });
      const taskIds = rest?.taskIds ?? null;
      const receivedIds = elementsOf(unwrapped(answer.taskIds))?.length ?? 0;
      // An empty list may be null. An answer without the list does not prove that the list is empty.
      const isEmpty = answer.tasks === null && numberOf(answer.count) === 0;
      if (!listed && !taskIds && !isEmpty) throw unusable('tasks');
      const tasks = listed?.items ?? [];
      const received = elements?.length ?? 0;
      logSkipped('tasks', received - tasks.length);
      logSkipped('taskIds', receivedIds - (taskIds?.length ?? 0));
      return {
        tasks,
        taskIds,
        received: Math.max(received, receivedIds),
        isComplete: tasks.length === received && (taskIds?.length ?? 0) === receivedIds,
      };
    },

    graph: (answer, asked) => {
      const report = reportOnce('getDependencyGraph', drift);
      const decoded = decodeNodes(unwrapped(answer.graph), report);
      logSkipped('graph', decoded?.skipped ?? 0);
      const known = decoded?.nodes ?? [];
      const idsOf = (isEnd: (node: (typeof known)[number]) => boolean) =>
        known.filter(isEnd).map(({ id }) => id);
      const graph = readObject(withUnwrapped(answer, ['roots', 'leaves']), ROOT, report, (reader) => {
        reader.any('graph');
        const taskListId = reader.textUnlessEmpty('taskListId');
        const taskCount = readCount(reader, 'taskCount');
        // Only an answer for an empty list may come without a graph.
        if (!decoded && taskCount !== 0) return undefined;
        const roots = reader.valuesOrNull('roots', otherIdOf);
        const leaves = reader.valuesOrNull('leaves', otherIdOf);
        const raw = { ...reader.raw(), ...(decoded?.raw && { graph: decoded.raw }) };
        return {
          taskListId: taskListId ?? asked,
          taskCount: taskCount ?? known.length,
          roots: roots ?? idsOf(({ dependsOn }) => dependsOn.length === 0),
          leaves: leaves ?? idsOf(({ dependents }) => dependents.length === 0),
          nodes: known,
          isComplete: (decoded?.skipped ?? 0) === 0,
          raw: Object.keys(raw).length === 0 ? null : raw,
        };
      });
      if (graph === undefined) throw unusable('graph');
      return graph;
    },

    created: (answer) => {
      const report = reportOnce('createTask', drift);
      const receipt = readObject(answer, ROOT, report, (reader) => {
        reader.known('orgId', 'title', 'status', 'createdAt');
        return { id: reader.value('taskId', taskIdOf) };
      });
      if (receipt?.id == null) throw unusable('receipt');
      return { id: receipt.id };
    },

    updated: (answer) => {
      readObject(answer, ROOT, reportOnce('updateTask', drift), (reader) => {
        reader.known('taskId', 'status', 'updatedAt');
        return true;
      });
    },

    deleted: (answer, id) => {
      if (answer.deleted === false) throw unusable('receipt');
      const report = reportOnce('deleteTask', drift);
      const source = withUnwrapped(answer, ['deletedTaskIds']);
      const ids =
        readObject(source, ROOT, report, (reader) => {
          reader.known('deleted', 'deletedCount');
          return reader.values('deletedTaskIds', taskIdOf);
        }) ?? [];
      const received = elementsOf(source.deletedTaskIds)?.length ?? 0;
      logSkipped('deletedTaskIds', received - ids.length);
      return ids.some((other) => isSameId(other, id)) ? ids : [id, ...ids];
    },
  };
}
