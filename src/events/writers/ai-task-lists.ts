import type { ObservedAiTask } from '../../domain/observed.ts';
import type { ReadStart } from '../../domain/read-start.ts';
import { parseJson, toJson } from '../../lib/json.ts';
import { putLink } from '../../store/ai-tasks/links.ts';
import { findAiTasks, markGone, putAiTask } from '../../store/ai-tasks/tasks.ts';
import { isListWatched, type Moment, wakeListWatches } from '../../store/coordination/watches.ts';
import type { AiTaskRow } from '../../store/schema/index.ts';
import type { Db } from '../../store/store.ts';
import type { Emit, EventLog } from '../log.ts';

/** The owner of AI tasks, and the organisation that they are in. */
export interface ListOwner {
  ownerId: string;
  organisation: string;
}

/** The only writer of the AI tasks of watched lists; each change is written in one transaction with its event. */
export interface AiTaskListWriter {
  /**
   * Stores what one read has shown, in one transaction. A new or changed task emits `TASK`; a task that was moved to
   * another list emits `TASK_GONE` for its old one. Tasks of lists that are not watched are passed over. A task that was
   * stored while the read was under way keeps its state; if the read shows another, its list is polled again at once.
   * @returns whether an event was emitted
   */
  applyObserved(owner: ListOwner, observed: readonly ObservedAiTask[], start: ReadStart): Promise<boolean>;
  /**
   * Stores that AI tasks no longer exist upstream.
   * @param observedAtMs when that was read, in ms since the epoch
   * @returns whether an event was emitted
   */
  markGone(owner: ListOwner, ids: readonly string[], observedAtMs: number): Promise<boolean>;
}

export function createAiTaskListWriter({ eventLog }: { eventLog: EventLog }): AiTaskListWriter {
  return {
    async applyObserved(owner, observed, start) {
      if (observed.length === 0) return false;
      return eventLog.write(owner.ownerId, async (tx, emit) => {
        const ids = observed.map(({ id }) => id);
        const rows = new Map((await findAiTasks(tx, owner, ids)).map((row) => [row.id, row]));
        let hasEmitted = false;
        for (const one of observed) {
          const step = { owner, row: rows.get(one.id), observed: one, start, now: eventLog.time() };
          if (await applyOne(tx, emit, step)) hasEmitted = true;
        }
        return hasEmitted;
      });
    },

    async markGone(owner, ids, observedAtMs) {
      if (ids.length === 0) return false;
      return eventLog.write(owner.ownerId, async (tx, emit) => {
        const rows = (await findAiTasks(tx, owner, ids)).filter(({ isGone }) => !isGone);
        for (const row of rows) await leaveList(tx, emit, row, observedAtMs);
        for (const aiTaskId of ids) await putLink(tx, { ...owner, aiTaskId, taskId: null });
        return rows.length > 0;
      });
    },
  };
}

interface Observation {
  owner: ListOwner;
  row: AiTaskRow | undefined;
  observed: ObservedAiTask;
  start: ReadStart;
  /** The time of the store. */
  now: Moment;
}

/** @returns whether an event was emitted */
async function applyOne(
  tx: Db,
  emit: Emit,
  { owner, row, observed, start, now }: Observation,
): Promise<boolean> {
  if (row !== undefined && row.revision > start.revision) {
    // Which of the two states is the newer one is not known: the next poll shows it.
    if (!row.isGone && !isSameItem(parseJson(row.state), observed)) {
      await wakeListWatches(tx, owner.ownerId, row.taskListId, now);
    }
    return false;
  }
  const wasListed = row !== undefined && !row.isGone;
  const hasMoved = wasListed && row.taskListId !== observed.taskListId;
  if (hasMoved) await leaveList(tx, emit, row, start.atMs);
  const { taskListId } = observed;
  if (taskListId === null || !(await isListWatched(tx, owner, taskListId))) return hasMoved;
  const state = toJson(keepDetails(row, observed));
  if (wasListed && !hasMoved && row.state === state) return false;
  const newRow = {
    ...owner,
    id: observed.id,
    taskListId,
    state,
    observedAt: start.atMs,
    isGone: 0 as const,
  };
  await putAiTask(tx, newRow);
  if (wasListed && !hasMoved && hasOnlyGainedDetails(row, observed)) return false;
  emitTask(emit, 'TASK', newRow);
  return true;
}

async function leaveList(tx: Db, emit: Emit, row: AiTaskRow, observedAtMs: number): Promise<void> {
  await markGone(tx, row, observedAtMs);
  emitTask(emit, 'TASK_GONE', row);
}

function emitTask(emit: Emit, kind: 'TASK' | 'TASK_GONE', row: Omit<AiTaskRow, 'revision'>): void {
  const { organisation, taskListId, id: subjectId, state: body } = row;
  emit({ kind, organisation, taskListId, subjectId, body });
}

/** The parts of a task that reads of a list and of the task itself show differently. */
type ReadDifferently = Pick<ObservedAiTask, 'details' | 'raw' | 'incompleteFields'>;

/** True when the parts of two tasks that a list item holds are equal; `details` come from reading one task. */
export function isSameItem(one: ReadDifferently, other: ReadDifferently): boolean {
  return toItemText(one) === toItemText(other);
}

function toItemText({ details: _, raw: _raw, incompleteFields: _fields, ...item }: ReadDifferently): string {
  return JSON.stringify(item);
}

/** A list item has no details: those that are stored for the same `updatedAt` are kept. */
function keepDetails(row: AiTaskRow | undefined, observed: ObservedAiTask): ObservedAiTask {
  if (row === undefined || observed.details !== null) return observed;
  const state = parseJson(row.state);
  const { details, raw, incompleteFields } = state;
  return state.updatedAt === observed.updatedAt ? { ...observed, details, raw, incompleteFields } : observed;
}

/** True when the task is unchanged and only its details were unknown so far: that is no event. */
function hasOnlyGainedDetails(row: AiTaskRow, observed: ObservedAiTask): boolean {
  const state = parseJson(row.state);
  return state.details === null && isSameItem(state, observed);
}
