import { readAiTaskStatus } from '../../domain/ai-task-status.ts';
import { isJsonObject, type JsonObject } from '../../lib/json.ts';
import { type Assumption, broken, HELD, heldUnless, Undecided } from '../assumption.ts';
import { looseTypesIn, type PlainTypes } from '../loose-types.ts';
import { shownWord, typeName } from '../shapes.ts';
import { type QuantCdnEvidence, textsOf } from './evidence.ts';

type QuantCdnAssumption = Assumption<QuantCdnEvidence>;

/** The fields of a task that is read (docs/upstream/quantcdn.md, Task fields). */
const TASK_FIELDS = [
  'taskId',
  'orgId',
  'taskListId',
  'title',
  'description',
  'status',
  'assignedAgentId',
  'createdByAgentId',
  'dependsOn',
  'metadata',
  'progress',
  'progressMessage',
  'result',
  'error',
  'retryCount',
  'maxRetries',
  'createdAt',
  'updatedAt',
  'startedAt',
  'completedAt',
  'expiresAt',
  'blockedReason',
  'blockedByTaskIds',
  'blockedAt',
];
/** Fields that only a task with its details has. */
const DETAILS = ['dependsOn', 'metadata', 'result', 'retryCount', 'maxRetries'];
const TIMES = ['createdAt', 'updatedAt', 'startedAt', 'completedAt', 'expiresAt', 'blockedAt'];
/** Smaller times are in seconds (docs/upstream/quantcdn.md, Times). */
const LEAST_MS = 1e11;
const DAY_MS = 86_400_000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const PLAIN_TYPES: PlainTypes = {
  numbers: new Set([...TIMES, 'progress', 'retryCount', 'maxRetries', 'count', 'taskCount']),
  booleans: new Set(),
  lists: new Set(['tasks', 'taskIds', 'dependsOn', 'dependents', 'blockedByTaskIds', 'roots', 'leaves']),
  free: new Set(['metadata', 'result']),
};
/** Members that may be JSON inside a text. */
const STRUCTURED = ['graph', 'metadata', 'result', ...PLAIN_TYPES.lists];

function isJsonText(value: unknown): boolean {
  return typeof value === 'string' && /^\s*[[{]/.test(value);
}

function judgeJsonTexts(evidence: QuantCdnEvidence) {
  const graph = evidence
    .all()
    .flatMap(({ read, answer }) =>
      read === 'getDependencyGraph' && answer.status === 200 ? [evidence.graph()] : [],
    );
  const objects = [...evidence.tasks(), ...graph.flatMap(({ head, nodes }) => [head, ...nodes])];
  return heldUnless(
    objects.flatMap((object) =>
      STRUCTURED.flatMap((name) => (isJsonText(object[name]) ? [`\`${name}\``] : [])),
    ),
  );
}

/** A time in milliseconds, whichever unit it has; undefined when there is none. */
function timeMs(value: unknown): number | undefined {
  const time = Number(value ?? 0);
  return time > 0 ? (time < LEAST_MS ? time * 1_000 : time) : undefined;
}

function judgeStatusTimes(evidence: QuantCdnEvidence) {
  const expected: Record<string, string> = {
    COMPLETED: 'completedAt',
    FAILED: 'completedAt',
    CANCELLED: 'completedAt',
    IN_PROGRESS: 'startedAt',
    BLOCKED: 'blockedAt',
  };
  const tasks = evidence.readTasks().flatMap((task) => {
    const status = readAiTaskStatus(String(task.status));
    const name = expected[status];
    return name === undefined ? [] : [{ task, status, name }];
  });
  if (tasks.length === 0) throw new Undecided('no task that was read has a status with a time');
  return heldUnless(
    tasks.flatMap(({ task, status, name }) =>
      timeMs(task[name]) === undefined ? [`${status} without \`${name}\``] : [],
    ),
  );
}

function judgeExpiry(evidence: QuantCdnEvidence) {
  const completed = evidence
    .readTasks()
    .filter(({ status }) => readAiTaskStatus(String(status)) === 'COMPLETED');
  if (completed.length === 0) throw new Undecided('no completed task was read');
  return heldUnless(
    completed.flatMap(({ completedAt, expiresAt }) => {
      const [fromMs, toMs] = [timeMs(completedAt), timeMs(expiresAt)];
      if (toMs === undefined) return ['without `expiresAt`'];
      if (fromMs === undefined) return [];
      const days = Math.round((toMs - fromMs) / DAY_MS);
      return days === 30 ? [] : [`after ${days} days`];
    }),
  );
}

function judgeFreeObjects(evidence: QuantCdnEvidence) {
  const values = evidence
    .readTasks()
    .flatMap(({ metadata, result }) => [['metadata', metadata] as const, ['result', result] as const]);
  return heldUnless(
    values.flatMap(([name, value]) => {
      const isNone = value === undefined || value === null || (Array.isArray(value) && value.length === 0);
      return isNone || isJsonObject(value) || isJsonText(value) ? [] : [`\`${name}\` is ${typeName(value)}`];
    }),
  );
}

function idsIn(task: JsonObject): unknown[] {
  return [task.taskId, ...textsOf(task.dependsOn), ...textsOf(task.blockedByTaskIds)];
}

/** Tasks (docs/upstream/quantcdn.md, Task fields, and below). */
export const TASK_ASSUMPTIONS: readonly QuantCdnAssumption[] = [
  {
    id: 'status-vocabulary',
    statement: 'Each status is one of the six words',
    judge(evidence) {
      const words = evidence.tasks().flatMap(({ status }) => (typeof status === 'string' ? [status] : []));
      const unknown = words.filter((word) => readAiTaskStatus(word) === 'UNKNOWN');
      return heldUnless(
        unknown.map((word) => shownWord(word, evidence.isValue)),
        'new',
      );
    },
  },
  {
    id: 'every-field-optional',
    statement: 'A task that is read has every field of the page, null where it has none',
    judge: (evidence) =>
      heldUnless(
        evidence
          .readTasks()
          .flatMap((task) =>
            TASK_FIELDS.flatMap((name) => (task[name] === undefined ? [`without \`${name}\``] : [])),
          ),
      ),
  },
  {
    id: 'loose-types',
    statement: 'Numbers are no texts, and lists are arrays',
    judge(evidence) {
      const answers = evidence.all().filter(({ answer }) => answer.status === 200);
      if (answers.length === 0) throw new Undecided('nothing was answered');
      return heldUnless(
        answers.flatMap(({ answer }) =>
          answer.body.isJson ? looseTypesIn(answer.body.value, PLAIN_TYPES) : [],
        ),
      );
    },
  },
  {
    id: 'json-inside-text',
    statement: '`graph`, `metadata`, `result` and lists are no JSON inside a text',
    judge: judgeJsonTexts,
  },
  {
    id: 'free-objects',
    statement: '`metadata` and `result` are objects or null',
    judge: judgeFreeObjects,
  },
  {
    id: 'task-id-form',
    statement: 'Ids of tasks are UUIDs',
    judge(evidence) {
      const odd = evidence
        .tasks()
        .flatMap(idsIn)
        .filter((id) => id !== undefined && !UUID.test(String(id)));
      return heldUnless(odd.map((id) => `a ${typeName(id)} of another form`));
    },
  },
  {
    id: 'list-item-size',
    statement: 'A list shows tasks without their details',
    judge(evidence) {
      const items = evidence.page('listTasks');
      if (items.length === 0) throw new Undecided('there is no task to look at');
      const names = items.flatMap((item) => DETAILS.filter((name) => item[name] !== undefined));
      return names.length === 0 ? HELD : broken(`with ${[...new Set(names)].join(', ')}`);
    },
  },
  {
    id: 'time-units',
    statement: 'Times are in milliseconds',
    judge: (evidence) =>
      heldUnless(
        evidence.tasks().flatMap((task) =>
          TIMES.flatMap((name) => {
            const time = Number(task[name] ?? 0);
            return time > 0 && time < LEAST_MS ? [`\`${name}\` is in seconds`] : [];
          }),
        ),
      ),
  },
  {
    id: 'progress-scale',
    statement: '`progress` is from 0 to 1',
    judge(evidence) {
      const odd = evidence
        .tasks()
        .filter(({ progress }) => Number(progress ?? 0) < 0 || Number(progress ?? 0) > 1);
      return odd.length === 0 ? HELD : broken('it is outside');
    },
  },
  {
    id: 'status-times',
    statement: 'An ended task has `completedAt`, one in progress `startedAt`, a blocked one `blockedAt`',
    judge: judgeStatusTimes,
  },
  {
    id: 'expiry',
    statement: 'A completed task expires 30 days after its completion',
    judge: judgeExpiry,
  },
];
