import { readAiTaskStatus } from '../../domain/ai-task-status.ts';
import { isJsonObject } from '../../lib/json.ts';
import type { ObjectReader } from '../fields/object-reader.ts';
import {
  otherIdOf,
  readCount,
  readFreeObject,
  readShare,
  readTime,
  taskIdOf,
  withUnwrapped,
} from './fields.ts';
import type { AiTask, AiTaskDetails, DetailedAiTask } from './model.ts';

/** Members of a task that may be JSON text in place of a list. */
const LISTS = ['dependsOn', 'blockedByTaskIds'];

/** A task of an answer, ready to be read: lists in JSON text are unwrapped. Any other value is unchanged. */
export function prepareTask(value: unknown): unknown {
  return isJsonObject(value) ? withUnwrapped(value, LISTS) : value;
}

/** What an answer need not say, because the request did. */
interface Asked {
  organisation: string;
  /** Of a request about one task. */
  id?: string | undefined;
}

/**
 * An element of a list, with or without details (docs/upstream/quantcdn.md, List items); `undefined` when it has no
 * usable id.
 */
export function readListedTask(reader: ObjectReader, asked: Asked): AiTask | undefined {
  return hasDetails(reader) ? readTask(reader, asked) : readItem(reader, asked);
}

/** The answer to a read of one task; `undefined` when it has no usable id. */
export function readTask(reader: ObjectReader, asked: Asked): DetailedAiTask | undefined {
  const item = readFields(reader, asked);
  if (item === undefined) return undefined;
  const tooDeep: string[] = [];
  const details = readDetails(reader, (name) => tooDeep.push(name));
  return { ...item, details, ...readRest(reader, tooDeep) };
}

function readItem(reader: ObjectReader, asked: Asked): AiTask | undefined {
  const item = readFields(reader, asked);
  if (item === undefined) return undefined;
  // Details of which too few are there to show them.
  reader.known(...DETAIL_NAMES);
  return { ...item, details: null, ...readRest(reader) };
}

function readFields(reader: ObjectReader, asked: Asked) {
  const id = reader.value('taskId', taskIdOf) ?? (reader.has('taskId') ? undefined : asked.id);
  if (id === undefined) return undefined;
  const organisation = reader.textUnlessEmpty('orgId') ?? asked.organisation;
  const taskListId = reader.textUnlessEmpty('taskListId');
  const title = reader.text('title') ?? '';
  const description = reader.text('description');
  return {
    ...{ id, organisation, taskListId, title, description },
    ...readStatus(reader),
    assignedAgentId: reader.textUnlessEmpty('assignedAgentId'),
    progress: readShare(reader, 'progress'),
    blockedReason: reader.text('blockedReason'),
    blockedByTaskIds: reader.valuesOrNull('blockedByTaskIds', otherIdOf),
    createdAt: readTime(reader, 'createdAt'),
    updatedAt: readTime(reader, 'updatedAt'),
  };
}

/** The status, and the upstream's word for it; empty when there is none. An unknown word is kept and reported. */
export function readStatus(reader: ObjectReader) {
  const rawStatus = reader.word('status', (word) => readAiTaskStatus(word) !== 'UNKNOWN') ?? '';
  return { status: readAiTaskStatus(rawStatus), rawStatus };
}

/** The fields that a list item does not have (docs/upstream/quantcdn.md, Task fields). */
function readDetails(reader: ObjectReader, onTooDeep: (name: string) => void): AiTaskDetails {
  return {
    createdByAgentId: reader.textUnlessEmpty('createdByAgentId'),
    dependsOn: reader.values('dependsOn', otherIdOf),
    metadata: readFreeObject(reader, 'metadata', onTooDeep),
    progressMessage: reader.text('progressMessage'),
    result: readFreeObject(reader, 'result', onTooDeep),
    error: reader.text('error'),
    retryCount: readCount(reader, 'retryCount'),
    maxRetries: readCount(reader, 'maxRetries'),
    startedAt: readTime(reader, 'startedAt'),
    completedAt: readTime(reader, 'completedAt'),
    expiresAt: readTime(reader, 'expiresAt'),
    blockedAt: readTime(reader, 'blockedAt'),
  };
}

/** The names of those fields. */
const DETAIL_NAMES: readonly (keyof AiTaskDetails)[] = [
  ...(['createdByAgentId', 'dependsOn', 'metadata', 'progressMessage', 'result', 'error'] as const),
  ...(['retryCount', 'maxRetries', 'startedAt', 'completedAt', 'expiresAt', 'blockedAt'] as const),
];

/** Read after everything else. */
function readRest(
  reader: ObjectReader,
  tooDeep: readonly string[] = [],
): Pick<AiTask, 'raw' | 'incompleteFields'> {
  return { raw: reader.raw(), incompleteFields: [...reader.incompleteLists(), ...tooDeep] };
}

/**
 * True for a task with details. One extra field in a list item is not enough: the item would then show empty
 * dependencies and metadata, although the task has some.
 */
function hasDetails(reader: ObjectReader): boolean {
  return reader.has('dependsOn') && ['metadata', 'retryCount', 'maxRetries'].some((name) => reader.has(name));
}
