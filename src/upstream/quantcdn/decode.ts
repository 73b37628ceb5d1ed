import { z } from 'zod';
import type { UpstreamLogger } from '../logger.ts';
import { decodeList, elementsOf, textUnlessEmpty } from '../loose-fields.ts';
import { badAnswer } from '../transport/response-failures.ts';
import { decodeNodes } from './decode-graph.ts';
import { detailedTaskSchema, taskSchema } from './decode-task.ts';
import { countOrNull, idListOrNull, taskId, unwrapped } from './fields.ts';
import type { AiTask, AiTaskGraph, DetailedAiTask } from './model.ts';

/** The object of a successful answer. */
export type Answer = Record<string, unknown>;

/** A list as one answer showed it. */
export interface DecodedList {
  tasks: AiTask[];
  /** Ids of the reverse look-up, which may come without their tasks; null in any other list. */
  taskIds: string[] | null;
  /** Elements that came, odd ones too. */
  received: number;
}

/** Every decoder of the AI task API; they throw nothing but UPSTREAM_BAD_RESPONSE. */
export interface Decoders {
  task(answer: Answer, asked: { organisation: string; id: string }): DetailedAiTask;
  list(answer: Answer, organisation: string): DecodedList;
  graph(answer: Answer, taskListId: string): AiTaskGraph;
  /** The id of a receipt (page section 3.1). Without one the task is lost. */
  created(answer: Answer): { id: string };
  /** The ids of what was deleted (page section 3.5), the one asked for among them. */
  deleted(answer: Answer, id: string): string[];
}

/** Decoding only happens to answers of status 2xx. */
const DECODED_STATUS = 200;

function unusable(what: string) {
  return badAnswer(DECODED_STATUS, `no usable ${what}`);
}

const graphHead = z.object({
  taskListId: textUnlessEmpty,
  taskCount: countOrNull,
  roots: idListOrNull,
  leaves: idListOrNull,
});

/** Ids are compared without case, which UUIDs do not have. */
function isSameId(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** Makes the decoders; `log` hears of elements left out. */
export function createDecoders(logger: UpstreamLogger): Decoders {
  const onSkip = (field: string) => (skipped: number) =>
    logger('warn', 'upstream list elements left out', { field, skipped });

  return {
    task: (answer, asked) => {
      // All fields are optional (page section 2), so the id may be missing too; but something must be there.
      const isSomething = answer.title !== undefined || answer.status !== undefined;
      const id = answer.taskId ?? (isSomething ? asked.id : undefined);
      const task = detailedTaskSchema.safeParse({ ...answer, taskId: id });
      if (!task.success || !isSameId(task.data.id, asked.id)) throw unusable('task');
      return { ...task.data, organisation: task.data.organisation ?? asked.organisation };
    },

    list: (answer, organisation) => {
      const elements = elementsOf(unwrapped(answer.tasks));
      const rawIds = elementsOf(unwrapped(answer.taskIds));
      // An empty list may be null, as anywhere; an answer that merely lacks the list proves no emptiness.
      const isNone = answer.tasks === null && countOrNull.parse(answer.count) === 0;
      if (!elements && !rawIds && !isNone) throw unusable('tasks');
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
      // A list of nothing may leave out the rest; any other answer without a graph shows less than there is.
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
