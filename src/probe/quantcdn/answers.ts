import { describeStatus, limitHeadersOf, objectIn, type ProbeAnswer } from '../answers.ts';
import { type Assumption, broken, HELD, held, heldUnless, Undecided } from '../assumption.ts';
import { shapeOf } from '../shapes.ts';
import { objectsOf, type QuantCdnEvidence, type QuantCdnRead } from './evidence.ts';

type QuantCdnAssumption = Assumption<QuantCdnEvidence>;

/** An assumption about the status of one answer. */
function answersStatus(
  id: string,
  statement: string,
  read: QuantCdnRead,
  expected: readonly number[],
): QuantCdnAssumption {
  return {
    id,
    statement,
    judge(evidence) {
      const answer = evidence.of(read);
      if (answer.status >= 500) throw new Undecided(`${read} answered ${describeStatus(answer)}`);
      return expected.includes(answer.status)
        ? held(`HTTP ${answer.status}`)
        : broken(describeStatus(answer));
    },
  };
}

function successes(evidence: QuantCdnEvidence): { read: QuantCdnRead; answer: ProbeAnswer }[] {
  const answers = evidence.all().filter(({ answer }) => answer.status >= 200 && answer.status < 300);
  if (answers.length === 0) throw new Undecided('nothing was answered');
  return answers;
}

/** `{error: true, message}` for the body of an error. */
function errorShapeOf(answer: ProbeAnswer, isValue: (name: string) => boolean): string {
  const fields = objectIn(answer);
  if (fields === undefined) return describeStatus(answer);
  const shape = shapeOf(fields, isValue);
  return fields.error === true ? shape.replace('error: boolean', 'error: true') : shape;
}

/** Transport, errors and answers as a whole (docs/upstream/quantcdn.md, Transport and Errors). */
export const ANSWER_ASSUMPTIONS: readonly QuantCdnAssumption[] = [
  {
    id: 'token',
    statement: 'The token is accepted as `Authorization: Bearer`',
    judge(evidence) {
      const answer = evidence.of('listTasks');
      if (answer.status >= 500) throw new Undecided(`listTasks answered ${describeStatus(answer)}`);
      return answer.status < 400 ? HELD : broken(`HTTP ${answer.status}, or the stored token is wrong`);
    },
  },
  answersStatus('missing-token', 'Without a token the answer is 401', 'listTasks without a token', [401]),
  answersStatus(
    'not-found-of-organisation',
    'An organisation that the caller cannot reach is refused with 403 or 404',
    'listTasks of an unknown organisation',
    [403, 404],
  ),
  answersStatus('unknown-task-is-404', 'An unknown task answers 404', 'getTask of an unknown id', [404]),
  answersStatus(
    'wrong-filter',
    'A status that does not exist is refused with 400, or made to fit',
    'listTasks with a wrong status',
    [400, 200],
  ),
  {
    id: 'error-bodies',
    statement: 'The body of an error is `{error: true, message}`',
    judge(evidence) {
      const answer = evidence.of('getTask of an unknown id');
      if (answer.status < 400 || answer.status >= 500) throw new Undecided('no error was answered');
      const { error, message } = objectIn(answer) ?? {};
      const shape = errorShapeOf(answer, evidence.isValue);
      return error === true && typeof message === 'string' ? held(shape) : broken(shape);
    },
  },
  {
    id: 'error-under-success',
    statement: 'An answer of 2xx is a JSON object without `error: true`',
    judge: (evidence) =>
      heldUnless(
        successes(evidence).flatMap(({ read, answer }) => {
          const fields = objectIn(answer);
          if (fields === undefined) return [`${read}: ${describeStatus(answer)}`];
          return fields.error === true ? [`${read}: error: true`] : [];
        }),
      ),
  },
  {
    id: 'rate-limits',
    statement: 'An ordinary answer names no limit in its headers',
    judge: (evidence) => heldUnless(limitHeadersOf(successes(evidence)), 'new'),
  },
  {
    id: 'filters',
    statement: 'A list holds what matches `taskListId` and `status`, and nothing else',
    judge(evidence) {
      const { filters } = evidence;
      if (filters === undefined) throw new Undecided('no task is in a list');
      const tasks = evidence.page('listTasks with filters');
      if (tasks.length === 0) return broken('there are no tasks');
      const others = (['taskListId', 'status'] as const).filter((name) =>
        tasks.some((task) => task[name] !== filters[name]),
      );
      return heldUnless(others.map((name) => `with tasks of another \`${name}\``));
    },
  },
  {
    id: 'list-cut-at-limit',
    statement: '`limit` is honored',
    judge(evidence) {
      if (evidence.page('listTasks').length < 2) throw new Undecided('there are fewer than two tasks');
      const { length } = evidence.page('listTasks with limit 1');
      return length === 1 ? HELD : broken(`with limit 1 come ${length === 0 ? 'none' : 'more'}`);
    },
  },
  {
    id: 'count-meaning',
    statement: '`count` is the number of tasks in the answer, not of all that match',
    judge(evidence) {
      if (evidence.page('listTasks').length < 2) throw new Undecided('there are fewer than two tasks');
      const { length } = evidence.page('listTasks with limit 1');
      const count = Number(evidence.objectOf('listTasks with limit 1').count);
      if (Number.isNaN(count)) return broken('there is no count');
      return count === length ? HELD : broken(count > length ? 'it is larger' : 'it is smaller');
    },
  },
  {
    id: 'list-order',
    statement: 'A list has the newest first, by `createdAt`',
    judge(evidence) {
      const times = evidence.page('listTasks').map(({ createdAt }) => Number(createdAt));
      if (times.length < 2 || times.some(Number.isNaN))
        throw new Undecided('there are fewer than two tasks with a time');
      const isSorted = times.every((time, at) => at === 0 || time <= (times[at - 1] ?? 0));
      return isSorted ? HELD : broken('it has another order');
    },
  },
  {
    id: 'list-by-dependency',
    statement: 'A list by `dependsOn` is `{taskIds, count, dependsOn}`',
    judge(evidence) {
      const { taskIds, count, dependsOn } = evidence.objectOf('listTasks with dependsOn');
      const names = Object.entries({ taskIds, count, dependsOn });
      return heldUnless(
        names.flatMap(([name, value]) => (value === undefined ? [`without \`${name}\``] : [])),
      );
    },
  },
  {
    id: 'include-details',
    statement: 'With `includeDetails=true` a list by `dependsOn` has `tasks` too',
    judge(evidence) {
      if (evidence.dependency === undefined) throw new Undecided('no task depends on another one');
      const { tasks } = evidence.objectOf('listTasks with includeDetails');
      return objectsOf(tasks).length > 0 ? HELD : broken('there are no tasks');
    },
  },
];
