import { type AiTaskStatus, readAiTaskStatus } from '../../domain/ai-task-status.ts';
import type { FieldProblem } from '../../errors.ts';
import { isJsonObject } from '../../lib/json.ts';
import { hasLength } from '../../lib/text.ts';
import { TASK_ID } from '../../upstream/quantcdn/encode.ts';
import type { AiTaskChanges, AiTaskQuery, NewAiTask } from '../../upstream/quantcdn/model.ts';
import { assertValid, check, checkJson, checkText, MAX_TEXT } from '../common/input.ts';

/** A status in the gateway's spelling or in the upstream's. */
export type StatusWord = AiTaskStatus | Lowercase<AiTaskStatus>;

/** Null and absent mean the same: no filter. */
export interface AiTaskFilter {
  taskListId?: string | null | undefined;
  status?: StatusWord | null | undefined;
  assignedAgentId?: string | null | undefined;
  dependsOn?: string | null | undefined;
  limit?: number | null | undefined;
}

/** Fields that both a new task and a change may have. */
interface Fields {
  title?: string | null | undefined;
  description?: string | null | undefined;
  taskListId?: string | null | undefined;
  status?: StatusWord | null | undefined;
  assignedAgentId?: string | null | undefined;
  dependsOn?: readonly string[] | null | undefined;
  metadata?: unknown;
  maxRetries?: number | null | undefined;
  blockedReason?: string | null | undefined;
  blockedByTaskIds?: readonly string[] | null | undefined;
}

/** Null and absent mean the same: the upstream's default value. */
export interface CreateAiTask extends Fields {
  title: string;
  createdByAgentId?: string | null | undefined;
}

/** An absent field stays as it is; null clears it where the upstream allows that. */
export interface UpdateAiTask extends Fields {
  metadataPatch?: unknown;
  progress?: number | null | undefined;
  progressMessage?: string | null | undefined;
  result?: unknown;
  error?: string | null | undefined;
  retryCount?: number | null | undefined;
}

/** Largest `limit` of a filter, and most ids in one field. */
const MAX_LIMIT = 500;
const MAX_NAME = 256;

/** The upstream's query for a filter. @throws GatewayError `BAD_USER_INPUT` */
export function parseFilter(filter: AiTaskFilter): AiTaskQuery {
  const { limit } = filter;
  const isInRange = limit == null || (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT);
  assertValid([
    checkName(filter.taskListId, 'filter.taskListId'),
    checkStatus(filter.status, 'filter.status'),
    checkName(filter.assignedAgentId, 'filter.assignedAgentId'),
    check(filter.dependsOn == null || TASK_ID.test(filter.dependsOn), 'filter.dependsOn', MUST_BE_ID),
    check(isInRange, 'filter.limit', `must be from 1 to ${MAX_LIMIT}`),
  ]);
  const { status, ...same } = withoutNulls(filter);
  return { ...same, ...rawStatus(status) };
}

/** The upstream's fields of a new task. @throws GatewayError `BAD_USER_INPUT` */
export function parseNewTask(input: CreateAiTask): NewAiTask {
  assertValid([
    ...checksOf(input),
    input.title === null && cannotBeCleared('title'),
    checkName(input.createdByAgentId, 'input.createdByAgentId'),
  ]);
  const { status, dependsOn, ...same } = withoutNulls(input);
  const checked = same as Omit<NewAiTask, 'dependsOn' | 'rawStatus'>;
  return { ...checked, ...rawStatus(status), ...distinct(dependsOn) };
}

/** Changes in the upstream's fields, and a patch for the metadata (RFC 7396). */
export interface ParsedChanges {
  changes: AiTaskChanges;
  metadataPatch: Record<string, unknown> | undefined;
}

/** @throws GatewayError `BAD_USER_INPUT` */
export function parseChanges(fields: UpdateAiTask): ParsedChanges {
  const { progress, retryCount, metadata, metadataPatch } = fields;
  assertValid([
    ...checksOf(fields),
    ...NEVER_NULL.map((name) => fields[name] === null && cannotBeCleared(name)),
    checkObject(fields.result, 'input.result'),
    checkObject(metadataPatch, 'input.metadataPatch'),
    metadata !== undefined &&
      metadataPatch !== undefined && { path: 'input.metadataPatch', message: 'does not go with metadata' },
    check(progress == null || (progress >= 0 && progress <= 1), 'input.progress', 'must be from 0 to 1'),
    check(
      retryCount == null || (Number.isInteger(retryCount) && retryCount >= 0),
      'input.retryCount',
      'must be 0 or more',
    ),
    checkLength(fields.progressMessage, 'input.progressMessage'),
    checkLength(fields.error, 'input.error'),
  ]);
  const { status, dependsOn, metadataPatch: patch, ...same } = fields;
  const checked = same as Omit<AiTaskChanges, 'dependsOn' | 'rawStatus'>;
  const changes = { ...checked, ...rawStatus(status ?? undefined), ...distinct(dependsOn ?? undefined) };
  return { changes, metadataPatch: patch as ParsedChanges['metadataPatch'] };
}

/** Fields that the upstream does not clear (docs/upstream/quantcdn.md, Update a task). */
const NEVER_NULL = [
  ...(['title', 'description', 'status', 'dependsOn', 'metadata', 'metadataPatch'] as const),
  ...(['progress', 'progressMessage', 'result', 'retryCount', 'maxRetries'] as const),
];

/** A problem unless the name can be that of an agent. */
export function checkAgent(name: string, path: string): FieldProblem | undefined {
  return checkName(name, path);
}

const MUST_BE_ID = 'must be the id of an AI task';

function checksOf(fields: Fields): (FieldProblem | undefined)[] {
  const { maxRetries } = fields;
  const isInRange =
    maxRetries == null || (Number.isInteger(maxRetries) && maxRetries >= 0 && maxRetries <= 10);
  return [
    checkText(fields.title, 'input.title'),
    checkLength(fields.description, 'input.description'),
    checkName(fields.taskListId, 'input.taskListId'),
    checkStatus(fields.status, 'input.status'),
    checkName(fields.assignedAgentId, 'input.assignedAgentId'),
    ...checkIds(fields.dependsOn, 'input.dependsOn'),
    checkObject(fields.metadata, 'input.metadata'),
    check(isInRange, 'input.maxRetries', 'must be from 0 to 10'),
    checkLength(fields.blockedReason, 'input.blockedReason'),
    ...checkIds(fields.blockedByTaskIds, 'input.blockedByTaskIds'),
  ];
}

function cannotBeCleared(name: string): FieldProblem {
  return {
    path: `input.${name}`,
    message: 'cannot be cleared',
  };
}

/** A problem unless it can name a list or an agent. Names are part of paths, where `.` and `..` have a meaning. */
export function checkName(name: string | null | undefined, path: string): FieldProblem | undefined {
  const isName = name == null || (name.trim() !== '' && hasLength(name, 1, MAX_NAME) && name.isWellFormed());
  return check(
    isName && name !== '.' && name !== '..',
    path,
    `must be a name of 1 to ${MAX_NAME} characters`,
  );
}

function checkStatus(word: StatusWord | null | undefined, path: string): FieldProblem | undefined {
  return check(
    word == null || readAiTaskStatus(word) !== 'UNKNOWN',
    path,
    'must be a status that can be set',
  );
}

function checkLength(text: string | null | undefined, path: string): FieldProblem | undefined {
  return check(
    text == null || hasLength(text, 0, MAX_TEXT),
    path,
    `must have at most ${MAX_TEXT} characters`,
  );
}

function checkObject(value: unknown, path: string): FieldProblem | undefined {
  if (value == null) return undefined;
  return isJsonObject(value) ? checkJson(value, path) : { path, message: 'must be an object' };
}

function checkIds(ids: readonly string[] | null | undefined, path: string): (FieldProblem | undefined)[] {
  return [
    check((ids ?? []).length <= MAX_LIMIT, path, `must name at most ${MAX_LIMIT} tasks`),
    ...(ids ?? []).map((id, index) => check(TASK_ID.test(id), `${path}.${index}`, MUST_BE_ID)),
  ];
}

function rawStatus(status: StatusWord | undefined): { rawStatus?: string } {
  return status === undefined ? {} : { rawStatus: status.toLowerCase() };
}

function distinct(dependsOn: readonly string[] | undefined): { dependsOn?: string[] } {
  return dependsOn === undefined ? {} : { dependsOn: [...new Set(dependsOn)] };
}

type WithoutNulls<T> = { [Name in keyof T]: Exclude<T[Name], null> };

function withoutNulls<T extends object>(fields: T): WithoutNulls<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)) as WithoutNulls<T>;
}
