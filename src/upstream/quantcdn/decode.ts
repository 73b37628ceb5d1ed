import { z } from 'zod';
import type { UpstreamLogger } from '../logger.ts';
import { decodeList, elementsOf, textUnlessEmpty } from '../loose-fields.ts';
import { badResponse } from '../transport/response-failures.ts';
import { decodeNodes } from './decode-graph.ts';
import { detailedTaskSchema, taskSchema } from './decode-task.ts';
import { countOrNull, idListOrNull, taskId, unwrapped } from './fields.ts';
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
}

/** The decoders of the AI task API. @throws UPSTREAM_BAD_RESPONSE, and nothing else */
export interface Decoders {
  task(answer: Answer, asked: { organisation: string; id: string }): DetailedAiTask;
  list(answer: Answer, organisation: string): DecodedList;
  graph(answer: Answer, taskListId: string): AiTaskGraph;
  /** The id of a new task (docs/upstream/quantcdn.md, Create a task). Without it the task is lost. */
  created(answer: Answer): { id: string };
  /** The ids of the deleted tasks (docs/upstream/quantcdn.md, Delete a task), including `id`. */
  deleted(answer: Answer, id: string): string[];
}

/** Only answers of status 2xx are decoded. */
const DECODED_STATUS = 200;

function unusable(what: string) {
  return badResponse(DECODED_STATUS, `no usable ${what}`);
}

const graphHead = z.object({
  taskListId: textUnlessEmpty,
  taskCount: countOrNull,
  roots: idListOrNull,
  leaves: idListOrNull,
});

/** Compares ids without case, because UUIDs ignore it. */
function isSameId(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** Creates the decoders. They log elements that are left out of a list. */
export function createDecoders(logger: UpstreamLogger): Decoders {
  const onSkip = (field: string) => (skipped: number) =>
    logger('warn', 'upstream list elements left out', { field, skipped });

  return {
    task: (answer, asked) => {
      // All fields are optional (docs/upstream/quantcdn.md, Task fields), also the id, but not all may be missing.
      const hasFields = answer.title !== undefined || answer.status !== undefined;
      const id = answer.taskId ?? (hasFields ? asked.id : undefined);
      const task = detailedTaskSchema.safeParse({ ...answer, taskId: id });
      if (!task.success || !isSameId(task.data.id, asked.id)) throw unusable('task');
      return { ...task.data, organisation: task.data.organisation ?? asked.organisation };
    },

    list: (answer, organisation) => {
      const elements = elementsOf(unwrapped(answer.tasks));
      const rawIds = elementsOf(unwrapped(answer.taskIds));
      // An empty list may be null. An answer without the list does not prove that the list is empty.
      const isEmpty = answer.tasks === null && countOrNull.parse(answer.count) === 0;
      if (!elements && !rawIds && !isEmpty) throw unusable('tasks');
      const tasks = decodeList(taskSchema, elements, onSkip('tasks'));
      return {
        tasks: tasks.map((task) => ({ ...task, organisation: task.organisation ?? organisation })),
        taskIds: rawIds ? decodeList(taskId, rawIds, onSkip('taskIds')) : null,
        received: Math.max(elements?.length ?? 0, rawIds?.length ?? 0),
      };
    },

    graph: (answer, asked) => {
      const head = graphHead.parse(answer);
      const nodes = decodeNodes(unwrapped(answer.graph), onSkip('graph'));
      // Only an answer for an empty list may come without a graph.
      if (!nodes && head.taskCount !== 0) throw unusable('graph');
      const known = nodes ?? [];
      const idsOf = (isEnd: (node: (typeof known)[number]) => boolean) =>
        known.filter(isEnd).map(({ id }) => id);
      return {
        taskListId: head.taskListId ?? asked,
        taskCount: head.taskCount ?? known.length,
        roots: head.roots ?? idsOf(({ dependsOn }) => dependsOn.length === 0),
        leaves: head.leaves ?? idsOf(({ dependents }) => dependents.length === 0),
        nodes: known,
      };
    },

    created: (answer) => {
      const id = taskId.safeParse(answer.taskId);
      if (!id.success) throw unusable('receipt');
      return { id: id.data };
    },

    deleted: (answer, id) => {
      if (answer.deleted === false) throw unusable('receipt');
      const ids = decodeList(taskId, unwrapped(answer.deletedTaskIds), onSkip('deletedTaskIds'));
      return ids.some((other) => isSameId(other, id)) ? ids : [id, ...ids];
    },
  };
}
