import { putLink } from '../../store/ai-tasks/links.ts';
import { findAiTasks, markGone, putAiTask } from '../../store/ai-tasks/tasks.ts';
import { isListWatched } from '../../store/coordination/watches.ts';
import type { AiTaskRow } from '../../store/schema/index.ts';
import type { Db } from '../../store/store.ts';
import type { Emit, EventLog } from '../log.ts';

/** An AI task as a look found it: whatever else it holds is kept and told as it is. */
export interface ObservedAiTask {
  id: string;
  taskListId: string | null;
  updatedAt: string | null;
  /** Null where only a list item was seen. */
  details: object | null;
}

/** Whose tasks, and of which organisation. */
export interface ListOwner {
  ownerId: string;
  organisation: string;
}

/** The only writer of what is known of AI tasks in watched lists, each change together with the event that tells it. */
export interface AiTaskListWriter {
  /**
   * Records what one look found, in one transaction: a task that is new or has changed is told, one that was moved to
   * another list is told to be gone from its own. Tasks of lists nobody watches are passed over.
   * @returns whether anything was worth an event
   */
  applyObserved(place: ListOwner, seen: readonly ObservedAiTask[], lookedAtMs: number): Promise<boolean>;
  /** Some tasks no longer exist upstream. @returns whether that was news */
  markGone(place: ListOwner, ids: readonly string[], lookedAtMs: number): Promise<boolean>;
}

export function createAiTaskListWriter({ eventLog }: { eventLog: EventLog }): AiTaskListWriter {
  const tell = (emit: Emit, kind: 'TASK' | 'TASK_GONE', row: AiTaskRow): void => {
    const { organisation, taskListId, id: subjectId, state: body } = row;
    emit({ kind, organisation, taskListId, subjectId, body });
  };

  const leave = async (tx: Db, emit: Emit, row: AiTaskRow, lookedAtMs: number): Promise<void> => {
    await markGone(tx, row, lookedAtMs);
    tell(emit, 'TASK_GONE', row);
  };

  const record = async (
    tx: Db,
    emit: Emit,
    { place, known, seen, lookedAtMs }: Sighting,
  ): Promise<boolean> => {
    if (known !== undefined && known.observedAt > lookedAtMs) return false;
    const wasThere = known !== undefined && !known.isGone;
    const hasMoved = wasThere && known.taskListId !== seen.taskListId;
    if (hasMoved) await leave(tx, emit, known, lookedAtMs);
    const { taskListId } = seen;
    if (taskListId === null || !(await isListWatched(tx, place, taskListId))) return hasMoved;
    const state = JSON.stringify(merged(known, seen));
    if (wasThere && !hasMoved && known.state === state) return false;
    const row = { ...place, id: seen.id, taskListId, state, observedAt: lookedAtMs, isGone: 0 as const };
    await putAiTask(tx, row);
    // Somebody has read what until now was only listed: more is known of it, and nothing has happened to it.
    if (wasThere && !hasMoved && isOnlyCompleted(known, seen)) return false;
    tell(emit, 'TASK', row);
    return true;
  };

  return {
    applyObserved: async (place, seen, lookedAtMs) => {
      if (seen.length === 0) return false;
      return eventLog.write(place.ownerId, async (tx, emit) => {
        const known = await knownTasks(tx, place, seen);
        let isNew = false;
        for (const one of seen) {
          const sighting = { place, known: known.get(one.id), seen: one, lookedAtMs };
          if (await record(tx, emit, sighting)) isNew = true;
        }
        return isNew;
      });
    },

    markGone: async (place, ids, lookedAtMs) => {
      if (ids.length === 0) return false;
      return eventLog.write(place.ownerId, async (tx, emit) => {
        const there = (await findAiTasks(tx, place, ids)).filter(({ isGone }) => !isGone);
        for (const row of there) await leave(tx, emit, row, lookedAtMs);
        for (const aiTaskId of ids) await putLink(tx, { ...place, aiTaskId, taskId: null });
        return there.length > 0;
      });
    },
  };
}

interface Sighting {
  place: ListOwner;
  known: AiTaskRow | undefined;
  seen: ObservedAiTask;
  lookedAtMs: number;
}

async function knownTasks(
  tx: Db,
  place: ListOwner,
  seen: readonly ObservedAiTask[],
): Promise<Map<string, AiTaskRow>> {
  const rows = await findAiTasks(
    tx,
    place,
    seen.map(({ id }) => id),
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** True when the parts of two tasks that a list item holds are equal; `details` come from reading one task. */
export function isSameItem(one: { details: object | null }, other: { details: object | null }): boolean {
  return JSON.stringify({ ...one, details: null }) === JSON.stringify({ ...other, details: null });
}

/** A list item says nothing of the rest: while it is of the same version, what was known of that still holds. */
function merged(known: AiTaskRow | undefined, seen: ObservedAiTask): ObservedAiTask {
  if (known === undefined || seen.details !== null) return seen;
  const state: ObservedAiTask = JSON.parse(known.state);
  return state.updatedAt === seen.updatedAt ? { ...seen, details: state.details } : seen;
}

/** True for a task as it was, of which only a list item had been seen. */
function isOnlyCompleted(known: AiTaskRow, seen: ObservedAiTask): boolean {
  const state: ObservedAiTask = JSON.parse(known.state);
  return state.details === null && isSameItem(state, seen);
}
