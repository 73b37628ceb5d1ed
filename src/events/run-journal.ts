import { newestListEvent } from '../store/list-events.ts';
import { findListRun, insertListRun, updateListRun } from '../store/list-runs.ts';
import type { AiListRunRow, AiListRunState, AiTaskRunRow } from '../store/schema.ts';
import type { Db } from '../store/store.ts';
import {
  type AiTaskRunChange,
  findTaskRun,
  insertTaskRun,
  taskRunsOf,
  updateTaskRun,
} from '../store/task-runs.ts';
import { callForWatch, ensureWatch } from '../store/watches.ts';
import { type Bus, WATCH_STREAM } from './bus.ts';
import type { Emit, EventLog } from './log.ts';
import { type AiTaskListRunView, shownListRun } from './run-view.ts';

/** An AI task that is to be run. */
export type NewTaskRun = Pick<
  AiTaskRunRow,
  'ownerId' | 'id' | 'agentCredentialId' | 'organisation' | 'aiTaskId' | 'taskListId' | 'listRunId' | 'taskId'
> & { credentialId: string };

/** A list that is to be run. */
export type NewListRun = Omit<AiListRunRow, 'state' | 'reason' | 'createdAt' | 'endedAt' | 'credentialId'> & {
  credentialId: string;
};

/** The only writer of runs, each change together with the event that tells it and the watch that carries it on. */
export interface RunJournal {
  /** Begins runs of AI tasks; `check` speaks up in the same transaction if they may not begin. */
  beginTasks(runs: readonly NewTaskRun[], check?: (tx: Db) => Promise<void>): Promise<void>;
  /** Begins the run of a list. */
  beginList(run: NewListRun, check?: (tx: Db) => Promise<void>): Promise<void>;
  /** A run of an AI task has come further. Once it has ended nothing of it changes any more. */
  advanceTask(run: AiTaskRunRow, change: AiTaskRunChange): Promise<void>;
  /** A run of a list has come further. */
  advanceList(run: AiListRunRow, change: { state: AiListRunState; reason?: string | null }): Promise<void>;
  /** Does nothing but throw `LeaseLost` once somebody else carries the run on: asked before anything is sent. */
  assertHeld(ownerId: string): Promise<void>;
}

export interface RunJournalDeps {
  log: EventLog;
  bus: Bus;
  clock: { now(): number };
  /** How long a watch rests when nothing moves, at first. */
  pollIntervalMs: number;
}

export const createRunJournal = ({ log, bus, clock, pollIntervalMs }: RunJournalDeps): RunJournal => {
  const watch = (tx: Db, kind: 'AI_TASK_RUN' | 'AI_TASK_LIST_RUN', run: Watched): Promise<void> =>
    ensureWatch(tx, {
      kind,
      credentialId: run.credentialId,
      scope: run.id,
      ownerId: run.ownerId,
      nextLookAt: clock.now(),
      pauseMs: pollIntervalMs,
    });

  /** Tells how the run of a list stands, unless it was told just so before. */
  const tellList = async (tx: Db, emit: Emit, ownerId: string, listRunId: string | null): Promise<void> => {
    const row = listRunId === null ? undefined : await findListRun(tx, ownerId, listRunId);
    if (row === undefined) return;
    const view: AiTaskListRunView = shownListRun(row, await taskRunsOf(tx, row.id));
    const body = JSON.stringify(view);
    if ((await newestListEvent(tx, ownerId, row.id))?.body === body) return;
    const { organisation, taskListId, id: subjectId } = row;
    emit({ kind: 'LIST_RUN', organisation, taskListId, subjectId, body });
  };

  const write = async (ownerId: string, work: (tx: Db, emit: Emit) => Promise<void>): Promise<void> => {
    await log.write(ownerId, work);
    bus.publish(WATCH_STREAM, 0);
  };

  return {
    async beginTasks(runs, check) {
      const [first] = runs;
      if (first === undefined) return;
      await write(first.ownerId, async (tx, emit) => {
        await check?.(tx);
        for (const run of runs) {
          await insertTaskRun(tx, { ...run, ...FRESH, state: 'STARTING', createdAt: clock.now() });
          await watch(tx, 'AI_TASK_RUN', run);
        }
        await tellList(tx, emit, first.ownerId, first.listRunId);
      });
    },

    beginList: (run, check) =>
      write(run.ownerId, async (tx, emit) => {
        await check?.(tx);
        const fresh = { reason: null, endedAt: null, state: 'RUNNING' as const, createdAt: clock.now() };
        await insertListRun(tx, { ...run, ...fresh });
        await watch(tx, 'AI_TASK_LIST_RUN', run);
        await tellList(tx, emit, run.ownerId, run.id);
      }),

    advanceTask: ({ ownerId, id, listRunId }, change) =>
      write(ownerId, async (tx, emit) => {
        const current = await findTaskRun(tx, ownerId, id);
        if (current === undefined || current.endedAt !== null) return;
        const isOver = change.state === 'COMPLETED' || change.state === 'FAILED';
        await updateTaskRun(tx, id, { ...change, ...(isOver && { endedAt: clock.now() }) });
        const list = listRunId === null ? undefined : await findListRun(tx, ownerId, listRunId);
        if (isOver && list?.credentialId != null) {
          const key = { kind: 'AI_TASK_LIST_RUN', credentialId: list.credentialId, scope: list.id } as const;
          await callForWatch(tx, key, clock.now());
        }
        await tellList(tx, emit, ownerId, listRunId);
      }),

    advanceList: ({ ownerId, id, credentialId }, { state, reason = null }) =>
      write(ownerId, async (tx, emit) => {
        const current = await findListRun(tx, ownerId, id);
        if (current === undefined || current.endedAt !== null) return;
        const isOver = state !== 'RUNNING' && state !== 'STOPPING';
        await updateListRun(tx, id, { state, reason, ...(isOver && { endedAt: clock.now() }) });
        if (!isOver && credentialId !== null) {
          await callForWatch(tx, { kind: 'AI_TASK_LIST_RUN', credentialId, scope: id }, clock.now());
        }
        await tellList(tx, emit, ownerId, id);
      }),

    assertHeld: (ownerId) => log.write(ownerId, async () => undefined),
  };
};

interface Watched {
  id: string;
  ownerId: string;
  credentialId: string;
}

const FRESH = { deploymentId: null, progressMessage: null, reason: null, endedAt: null };
