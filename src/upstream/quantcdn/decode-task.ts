import { z } from 'zod';
import { readAiTaskStatus } from '../../domain/ai-task-status.ts';
import { isJsonObject } from '../../lib/json.ts';
import { anything, text, textOrEmpty, textUnlessEmpty } from '../loose-fields.ts';
import { countOrNull, freeObject, idList, idListOrNull, progress, taskId, time } from './fields.ts';
import type { AiTaskDetails, AiTaskItem } from './model.ts';

/** A task of an answer, where the organisation may be missing. */
type DecodedItem = Omit<AiTaskItem, 'organisation'> & { organisation: string | null };
export type DecodedTask = DecodedItem & { details: AiTaskDetails | null };
export type DecodedDetailedTask = DecodedItem & { details: AiTaskDetails };

/** A list item (docs/upstream/quantcdn.md, List items). */
const itemSchema = z
  .object({
    taskId,
    orgId: textUnlessEmpty,
    taskListId: textUnlessEmpty,
    title: textOrEmpty,
    description: text,
    status: textOrEmpty,
    assignedAgentId: textUnlessEmpty,
    progress,
    blockedReason: text,
    blockedByTaskIds: idListOrNull,
    createdAt: time,
    updatedAt: time,
  })
  .transform(
    ({ taskId, orgId, status, ...same }): DecodedItem => ({
      ...same,
      id: taskId,
      organisation: orgId,
      status: readAiTaskStatus(status),
      rawStatus: status,
    }),
  );

/**
 * The fields that a list item does not have (docs/upstream/quantcdn.md, Task fields). Every field has a fallback, so
 * any object decodes.
 */
const detailsSchema = z.object({
  createdByAgentId: textUnlessEmpty,
  dependsOn: idList,
  metadata: freeObject,
  progressMessage: text,
  result: freeObject,
  error: text,
  retryCount: countOrNull,
  maxRetries: countOrNull,
  startedAt: time,
  completedAt: time,
  expiresAt: time,
  blockedAt: time,
});

/** Fields of a task with details, beside `dependsOn`. */
const DETAIL_FIELDS = ['metadata', 'retryCount', 'maxRetries'];

/**
 * True for a task with details. One extra field in a list item is not enough: the item would then show empty
 * dependencies and metadata, although the task has some.
 */
function hasDetails(raw: unknown): boolean {
  return (
    isJsonObject(raw) &&
    Object.hasOwn(raw, 'dependsOn') &&
    DETAIL_FIELDS.some((key) => Object.hasOwn(raw, key))
  );
}

function decoded<T>(raw: unknown, context: z.RefinementCtx, detailsOf: () => T) {
  const item = itemSchema.safeParse(raw);
  if (item.success) return { ...item.data, details: detailsOf() };
  context.addIssue({ code: 'custom', message: 'no task' });
  return z.NEVER;
}

/** An element of a list, with or without details. */
export const taskSchema = anything.transform(
  (raw, context): DecodedTask =>
    decoded(raw, context, () => (hasDetails(raw) ? detailsSchema.parse(raw) : null)),
);

/** The answer to a read of one task. */
export const detailedTaskSchema = anything.transform(
  (raw, context): DecodedDetailedTask => decoded(raw, context, () => detailsSchema.parse(raw)),
);
