import { badRequest } from './errors.ts';
import type { Operation } from './operation.ts';
import { isUuid, STATUSES, type TaskRecord } from './records.ts';
import { listItem, taskView } from './views.ts';

/** The query of a list (docs/upstream/quantcdn.md, List tasks). */
const LIMIT = { least: 1, most: 100, default: 50 };

type Filter = (task: TaskRecord) => boolean;

/** The filters of a query, which combine. Of a filter that is given twice, the first counts. */
function filtersOf(query: URLSearchParams, strict: boolean): Filter[] {
  const filters: Filter[] = [];
  for (const name of ['taskListId', 'assignedAgentId', 'status'] as const) {
    const wanted = query.get(name);
    if (wanted === null) continue;
    if (strict && name === 'status' && !STATUSES.some((status) => status === wanted)) {
      throw badRequest(`The status must be one of ${STATUSES.join(', ')}.`);
    }
    filters.push((task) => task[name] === wanted);
  }
  const needed = query.get('dependsOn');
  if (needed === null) return filters;
  if (strict && !isUuid(needed)) throw badRequest('The parameter dependsOn must be a UUID.');
  return [...filters, ({ dependsOn }) => dependsOn.includes(needed)];
}

function limitOf(query: URLSearchParams, strict: boolean): number {
  const text = query.get('limit');
  if (text === null) return LIMIT.default;
  const limit = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (limit >= LIMIT.least && limit <= LIMIT.most) return limit;
  if (strict) throw badRequest(`The limit must be an integer from ${LIMIT.least} to ${LIMIT.most}.`);
  return Number.isNaN(limit) ? LIMIT.default : Math.min(LIMIT.most, Math.max(LIMIT.least, limit));
}

/** Newest first; within one millisecond, the task created last comes first (docs/upstream/quantcdn.md, List tasks). */
function newestFirst(tasks: Iterable<TaskRecord>): TaskRecord[] {
  return [...tasks].toReversed().sort((a, b) => b.createdAt - a.createdAt);
}

/**
 * A list in its three forms (docs/upstream/quantcdn.md, List tasks). There is no cursor and no offset, so tasks beyond
 * the limit are not shown.
 */
export const listTasks: Operation = ({ world, tasks, query }) => {
  const { badQuery, count: counted, listItems } = world.behavior;
  const strict = badQuery === 'refused';
  const filters = filtersOf(query, strict);
  const limit = limitOf(query, strict);
  const matching = [...tasks.values()].filter((task) => filters.every((passes) => passes(task)));
  const answered = newestFirst(matching).slice(0, limit);
  const count = counted === 'total' ? matching.length : answered.length;
  const items = () => ({ tasks: answered.map(listItems === 'full' ? taskView : listItem) });

  const dependsOn = query.get('dependsOn');
  if (dependsOn === null) return { ...items(), count };
  const taskIds = answered.map(({ taskId }) => taskId);
  const details = query.get('includeDetails') === 'true' ? items() : {};
  return { taskIds, ...details, count, dependsOn };
};
