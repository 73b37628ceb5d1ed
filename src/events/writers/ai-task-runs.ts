import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../lib/clock.ts';
import { findListRun, insertListRun, newestListRun, updateListRun } from '../../store/ai-tasks/list-runs.ts';
import {
  type AiTaskRunChange,
  countTaskRuns,
  findTaskRun,
  insertTaskRun,
  isTaskBeingDeployed,
  newestTaskRuns,
  updateTaskRun,
} from '../../store/ai-tasks/task-runs.ts';
import { ensureWatch } from '../../store/coordination/watches.ts';
import type { AiListRunRow, AiListRunState, AiTaskRunRow } from '../../store/schema/index.ts';
import type { Db } from '../../store/store.ts';
import { type Bus, WATCH_STREAM } from '../bus.ts';
import type { Emit, EventLog } from '../log.ts';
import { type AiTaskListRunView, countsOf, toListRunView, toTaskRunView } from './run-view.ts';
import { wakeListReaders, wakeListRun, wakeMemberRuns } from './run-wakeups.ts';

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
export interface AiTaskRunWriter {
  /** Begins runs of AI tasks. @returns the ids of those begun: none is begun for one that is being run already */
  startTaskRuns(runs: readonly NewTaskRun[]): Promise<string[]>;
  /** Begins the run of a list. @returns false when it is being run already */
  startListRun(run: NewListRun): Promise<boolean>;
  /** A run of an AI task has come further. Once it has ended nothing of it changes any more. */
  updateTaskRun(run: AiTaskRunRow, change: AiTaskRunChange): Promise<void>;
  /** The task of a run is to be deployed. @returns false while it is another run's turn to deploy that task */
  startDeploying(run: AiTaskRunRow, taskId: string): Promise<boolean>;
  /** A run of a list has come further. */
  updateListRun(run: AiListRunRow, change: { state: AiListRunState; reason?: string | null }): Promise<void>;
  /** Does nothing but throw `LeaseLostError` once somebody else carries the run on: asked before anything is sent. */
  assertLeaseHeld(ownerId: string): Promise<void>;
}

export interface AiTaskRunWriterDeps {
  eventLog: EventLog;
  bus: Bus;
  clock: Pick<Clock, 'now'>;
  /** How long a watch rests when nothing moves, at first. */
  pollIntervalMs: number;
}

export function createAiTaskRunWriter({
  eventLog,
  bus,
  clock,
  pollIntervalMs,
}: AiTaskRunWriterDeps): AiTaskRunWriter {
  const watch = (tx: Db, kind: 'AI_TASK_RUN' | 'AI_TASK_LIST_RUN', run: Watched): Promise<void> =>
    ensureWatch(tx, {
      kind,
      credentialId: run.credentialId,
      scope: run.id,
      ownerId: run.ownerId,
      nextLookAt: clock.now(),
      pauseMs: pollIntervalMs,
    });

  /** Tells how the run of a list stands, and which of its runs has changed, if it was one: never all of them. */
  const tellList = async (
    tx: Db,
    emit: Emit,
    row: AiListRunRow | undefined,
    changed?: AiTaskRunRow,
  ): Promise<void> => {
    if (row === undefined) return;
    const { organisation, taskListId, id: subjectId } = row;
    const view: AiTaskListRunView = {
      ...toListRunView(row),
      counts: countsOf(await countTaskRuns(tx, subjectId)),
      changed: changed === undefined ? null : toTaskRunView(changed),
    };
    emit({ kind: 'LIST_RUN', organisation, taskListId, subjectId, body: JSON.stringify(view) });
  };

  /**
   * Tells the list of a run how the run stands.
   * @param before the run as it was last told: without a difference to see nothing is told
   */
  const tellListOf = async (
    tx: Db,
    emit: Emit,
    { ownerId, listRunId, id }: Pick<AiTaskRunRow, 'ownerId' | 'listRunId' | 'id'>,
    before?: AiTaskRunRow,
  ): Promise<void> => {
    if (listRunId === null) return;
    const run = await findTaskRun(tx, ownerId, id);
    if (run === undefined) return;
    if (before !== undefined && isDeepStrictEqual(toTaskRunView(before), toTaskRunView(run))) return;
    await tellList(tx, emit, await findListRun(tx, ownerId, listRunId), run);
  };

  const write = async <T>(ownerId: string, work: (tx: Db, emit: Emit) => Promise<T>): Promise<T> => {
    const result = await eventLog.write(ownerId, work);
    bus.publish(WATCH_STREAM, 0);
    return result;
  };

  const beginTask = async (tx: Db, emit: Emit, run: NewTaskRun): Promise<boolean> => {
    const last = (await newestTaskRuns(tx, run, [run.aiTaskId])).get(run.aiTaskId);
    if (last !== undefined && last.endedAt === null) return false;
    await insertTaskRun(tx, { ...run, ...FRESH, state: 'STARTING', createdAt: clock.now() });
    await watch(tx, 'AI_TASK_RUN', run);
    await tellListOf(tx, emit, run);
    return true;
  };

  const advance = async (tx: Db, emit: Emit, { ownerId, id }: AiTaskRunRow, change: AiTaskRunChange) => {
    const current = await findTaskRun(tx, ownerId, id);
    if (current === undefined || current.endedAt !== null) return;
    const isOver = change.state === 'COMPLETED' || change.state === 'FAILED';
    await updateTaskRun(tx, id, { ...change, ...(isOver && { endedAt: clock.now() }) });
    await wakeListReaders(tx, clock.now(), current);
    if (change.state !== undefined) await wakeListRun(tx, clock.now(), current, change.state);
    await tellListOf(tx, emit, current, current);
  };

  return {
    async startTaskRuns(runs) {
      const [first] = runs;
      if (first === undefined) return [];
      return write(first.ownerId, async (tx, emit) => {
        const begun: string[] = [];
        for (const run of runs) if (await beginTask(tx, emit, run)) begun.push(run.id);
        return begun;
      });
    },

    startListRun: (run) =>
      write(run.ownerId, async (tx, emit) => {
        const last = await newestListRun(tx, run);
        if (last !== undefined && last.endedAt === null) return false;
        const fresh = { reason: null, endedAt: null, state: 'RUNNING' as const, createdAt: clock.now() };
        await insertListRun(tx, { ...run, ...fresh });
        await watch(tx, 'AI_TASK_LIST_RUN', run);
        await tellList(tx, emit, await findListRun(tx, run.ownerId, run.id));
        return true;
      }),

    updateTaskRun: (run, change) => write(run.ownerId, (tx, emit) => advance(tx, emit, run, change)),

    startDeploying: (run, taskId) =>
      write(run.ownerId, async (tx, emit) => {
        if (await isTaskBeingDeployed(tx, run, taskId)) return false;
        await advance(tx, emit, run, { state: 'DEPLOYING', taskId });
        return true;
      }),

    updateListRun: ({ ownerId, id }, { state, reason = null }) =>
      write(ownerId, async (tx, emit) => {
        const current = await findListRun(tx, ownerId, id);
        if (current === undefined || current.endedAt !== null) return;
        // Whoever writes that it runs has not seen yet that it was told to stop.
        if (state === 'RUNNING' && current.state !== 'RUNNING') return;
        const isOver = state !== 'RUNNING' && state !== 'STOPPING';
        await updateListRun(tx, id, { state, reason, ...(isOver && { endedAt: clock.now() }) });
        if (state === 'STOPPING') await wakeMemberRuns(tx, clock.now(), current, () => true);
        const after = await findListRun(tx, ownerId, id);
        if (after === undefined || isDeepStrictEqual(toListRunView(current), toListRunView(after))) return;
        await tellList(tx, emit, after);
      }),

    assertLeaseHeld: (ownerId) => eventLog.write(ownerId, async () => undefined),
  };
}

interface Watched {
  id: string;
  ownerId: string;
  credentialId: string;
}

const FRESH = { deploymentId: null, progressMessage: null, reason: null, endedAt: null };
