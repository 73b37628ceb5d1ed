import type { QuantCdnBehavior } from './behavior.ts';
import { badRequest } from './errors.ts';
import { isObject, isUuid, STATUSES, type TaskFields } from './records.ts';

type Check = (value: unknown) => boolean;

interface Rule {
  check: Check;
  /** The expected value, for the message. */
  wanted: string;
  /** The operations that accept the field. @default both */
  only?: 'create' | 'update';
  /** `null` is a value when updating (docs/upstream/quantcdn.md, Update a task). @default false */
  nullable?: boolean;
}

const text: Check = (value) => typeof value === 'string';
function integer(max: number): Check {
  return (value) => Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= max;
}
const uuids: Check = (value) => Array.isArray(value) && value.every(isUuid);
const fraction: Check = (value) => typeof value === 'number' && value >= 0 && value <= 1;

/** The fields of a body (docs/upstream/quantcdn.md, Create a task and Update a task). */
const RULES: Readonly<Record<keyof TaskFields, Rule>> = {
  title: { check: (value) => typeof value === 'string' && value.trim() !== '', wanted: 'a non-empty string' },
  description: { check: text, wanted: 'a string' },
  taskListId: { check: text, wanted: 'a string', nullable: true },
  status: {
    check: (value) => STATUSES.some((one) => one === value),
    wanted: `one of ${STATUSES.join(', ')}`,
  },
  assignedAgentId: { check: text, wanted: 'a string', nullable: true },
  createdByAgentId: { check: text, wanted: 'a string', only: 'create' },
  dependsOn: { check: uuids, wanted: 'an array of UUIDs' },
  metadata: { check: isObject, wanted: 'an object' },
  progress: { check: fraction, wanted: 'a number from 0 to 1', only: 'update' },
  progressMessage: { check: text, wanted: 'a string', only: 'update' },
  result: { check: isObject, wanted: 'an object', only: 'update' },
  error: { check: text, wanted: 'a string', only: 'update', nullable: true },
  retryCount: { check: integer(Number.MAX_SAFE_INTEGER), wanted: 'an integer of 0 or more', only: 'update' },
  maxRetries: { check: integer(10), wanted: 'an integer from 0 to 10' },
  blockedReason: { check: text, wanted: 'a string', nullable: true },
  blockedByTaskIds: { check: uuids, wanted: 'an array of UUIDs', nullable: true },
};

/** The fields that a body sets; absent fields are left out, `null` is kept. @throws ApiError for an invalid body */
export function readFields(
  body: unknown,
  write: 'create' | 'update',
  unknownFields: QuantCdnBehavior['unknownFields'],
): Partial<TaskFields> {
  if (!isObject(body)) throw badRequest('The request body must be a JSON object.');
  const taken = Object.entries(body).filter(([name, value]) => {
    const rule = Object.hasOwn(RULES, name) ? RULES[name as keyof TaskFields] : undefined;
    if (!rule || (rule.only ?? write) !== write) {
      if (unknownFields === 'refused') throw badRequest(`The field ${name} is not accepted.`);
      return false;
    }
    const cleared = value === null && rule.nullable === true && write === 'update';
    if (!cleared && !rule.check(value)) throw badRequest(`The field ${name} must be ${rule.wanted}.`);
    return true;
  });
  return Object.fromEntries(taken) as Partial<TaskFields>;
}
