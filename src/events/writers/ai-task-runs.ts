import { isDeepStrictEqual } from 'node:util';
import type { AiListRunState } from '../../domain/ai-task-run.ts';
import type { Clock } from '../../lib/clock.ts';
import { toJson } from '../../lib/json.ts';
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
import type { AiListRunRow, AiTaskRunRow } from '../../store/schema/index.ts';
import type { Db } from '../../store/store.ts';
import { type Bus, WATCH_STREAM } from '../bus.ts';
import type { Emit, EventLog } from '../log.ts';
import { enforceListGuard } from './list-guard.ts';
import { type AiTaskListRunView, countRuns, toListRunView, toTaskRunView } from './run-view.ts';
import { wakeListReaders, wakeListRun, wakeMemberRuns } from './run-wakeups.ts';
import { countMember } from './usage.ts';
import { assertWatchShare } from './watch-share.ts';

/** A run of an AI task that is to be started. */
export type NewTaskRun = Pick<
  AiTaskRunRow,
  | 'ownerId'
  | 'id'
  | 'agentCredentialId'
  | 'organisation'
  | 'aiTaskId'
  | 'taskListId'
  | 'listRunId'
  | 'taskId'
  | 'guard'
  | 'startedBy'
> & { credentialId: string };

/** A run of a list that is to be started. */
export type NewListRun = Omit<
  AiListRunRow,
  | 'state'
  | 'stopsDeployments'
  | 'guardWarned'
  | 'guardTripped'
  | 'reason'
  | 'createdAt'
  | 'endedAt'
  | 'credentialId'
> & { credentialId: string };

/** The only writer of runs; each change is written in one transaction with its event and the watch of the run. */
export interface AiTaskRunWriter {
  /**
   * @returns the ids of the runs that were started; an AI task whose last run has not ended is passed over
   * @throws GatewayError `RATE_LIMITED` beyond the share of watches, unless a list run starts it
   */
  startTaskRuns(runs: readonly NewTaskRun[]): Promise<string[]>;
  /**
   * @returns false when the last run of the list has not ended; nothing is started then
   * @throws GatewayError `RATE_LIMITED` beyond the share of watches
   */
  startListRun(run: NewListRun): Promise<boolean>;
  /** Changes a run of an AI task. A run that has ended does not change. */
  updateTaskRun(run: AiTaskRunRow, change: AiTaskRunChange): Promise<void>;
  /** Moves a run to `DEPLOYING`. @returns false while another run deploys the same task; nothing is changed then */
  startDeploying(run: AiTaskRunRow, taskId: string): Promise<boolean>;
  /** Changes a run of a list. A run that has ended does not change. */
  updateListRun(run: AiListRunRow, change: { state: AiListRunState; reason?: string | null }): Promise<void>;
  /**
   * Moves a run of a list to `STOPPING`, unless it has ended.
   * @param stopsDeployments whether those who carry on its runs stop their deployments; never taken back
   * @param reason why, when it was not its owner who wanted it
   */
  stopListRun(run: AiListRunRow, stopsDeployments: boolean, reason?: string): Promise<void>;
  /**
   * Checks the guard of a list run over all of its deployments together: warns, and stops them and the list run when a limit
   * is exceeded. Repeated calls change nothing more.
   */
  enforceListGuard(run: Pick<AiListRunRow, 'ownerId' | 'id'>): Promise<void>;
  /** To be called right before a request is sent. @throws LeaseLostError once another replica has the lease */
  assertLeaseHeld(ownerId: string): Promise<void>;
}

export interface AiTaskRunWriterDeps {
  eventLog: EventLog;
  bus: Bus;
  clock: Pick<Clock, 'now'>;
  /** The pause of a new watch. */
  pollIntervalMs: number;
  /** What is watched for one owner at most. Runs that a list run starts are carried out all the same. @default no limit */
  maxWatchesPerUser?: number;
}

export function createAiTaskRunWriter({
  eventLog,
  bus,
  clock,
  pollIntervalMs,
  maxWatchesPerUser = Number.POSITIVE_INFINITY,
}: AiTaskRunWriterDeps): AiTaskRunWriter {
  const watch = (tx: Db, kind: 'AI_TASK_RUN' | 'AI_TASK_LIST_RUN', run: WatchedRun): Promise<void> =>
    ensureWatch(tx, {
      kind,
      credentialId: run.credentialId,
      scope: run.id,
      ownerId: run.ownerId,
      nextLookAt: eventLog.time(),
      pauseMs: pollIntervalMs,
    });

  /** Writes in one transaction, then wakes the poller. */
  const write = async <T>(ownerId: string, work: (tx: Db, emit: Emit) => Promise<T>): Promise<T> => {
    const result = await eventLog.write(ownerId, work);
    bus.publish(WATCH_STREAM, 0);
    return result;
  };

  const startTaskRun = async (tx: Db, emit: Emit, run: NewTaskRun): Promise<boolean> => {
    const last = (await newestTaskRuns(tx, run, [run.aiTaskId])).get(run.aiTaskId);
    if (last !== undefined && last.endedAt === null) return false;
    if (run.listRunId === null) await assertWatchShare(tx, run.ownerId, maxWatchesPerUser);
    await insertTaskRun(tx, { ...run, ...NEW_TASK_RUN, createdAt: clock.now() });
    await watch(tx, 'AI_TASK_RUN', run);
    await emitListRunOf(tx, emit, run);
    return true;
  };

  const changeTaskRun = async (
    tx: Db,
    emit: Emit,
    { ownerId, id }: AiTaskRunRow,
    change: AiTaskRunChange,
  ): Promise<void> => {
    const current = await findTaskRun(tx, ownerId, id);
    if (current === undefined || current.endedAt !== null) return;
    const hasEnded = change.state === 'COMPLETED' || change.state === 'FAILED';
    await updateTaskRun(tx, id, { ...change, ...(hasEnded && { endedAt: clock.now() }) });
    const { deploymentId } = change;
    if (deploymentId != null) await countMember(tx, emit, { ...current, deploymentId }, eventLog.time());
    await wakeListReaders(tx, eventLog.time(), current);
    if (change.state !== undefined) await wakeListRun(tx, eventLog.time(), current, change.state);
    await emitListRunOf(tx, emit, current, current);
  };

  const changeListRun = async (
    tx: Db,
    emit: Emit,
    before: AiListRunRow,
    change: Parameters<typeof updateListRun>[2],
  ): Promise<void> => {
    await updateListRun(tx, before.id, change);
    const after = await findListRun(tx, before.ownerId, before.id);
    if (after === undefined || isDeepStrictEqual(toListRunView(before), toListRunView(after))) return;
    await emitListRun(tx, emit, after);
  };

  /** @param stop whether its deployments are stopped, never taken back; and why, if its guard did it */
  const stopRun = async (
    tx: Db,
    emit: Emit,
    run: AiListRunRow,
    stop: { stopsDeployments: boolean; reason?: string },
  ): Promise<void> => {
    await changeListRun(tx, emit, run, {
      state: 'STOPPING',
      reason: stop.reason ?? (run.guardTripped === null ? null : run.reason),
      ...(stop.stopsDeployments && { stopsDeployments: 1 }),
    });
    // The one that stops it sees to the deployments that run; a member that runs comes back to that at its own pace.
    await wakeMemberRuns(tx, eventLog.time(), run, ({ state }) => state !== 'RUNNING');
  };

  return {
    async startTaskRuns(runs) {
      const [first] = runs;
      if (first === undefined) return [];
      return write(first.ownerId, async (tx, emit) => {
        const started: string[] = [];
        for (const run of runs) if (await startTaskRun(tx, emit, run)) started.push(run.id);
        return started;
      });
    },

    startListRun: (run) =>
      write(run.ownerId, async (tx, emit) => {
        const last = await newestListRun(tx, run);
        if (last !== undefined && last.endedAt === null) return false;
        await assertWatchShare(tx, run.ownerId, maxWatchesPerUser);
        // In the time of the store: the guard's limit of time is counted from it.
        const createdAt = await eventLog.readTimeMs(tx);
        await insertListRun(tx, { ...run, ...NEW_LIST_RUN, createdAt });
        await watch(tx, 'AI_TASK_LIST_RUN', run);
        await emitListRun(tx, emit, await findListRun(tx, run.ownerId, run.id));
        return true;
      }),

    updateTaskRun: (run, change) => write(run.ownerId, (tx, emit) => changeTaskRun(tx, emit, run, change)),

    startDeploying: (run, taskId) =>
      write(run.ownerId, async (tx, emit) => {
        if (await isTaskBeingDeployed(tx, run, taskId)) return false;
        await changeTaskRun(tx, emit, run, { state: 'DEPLOYING', taskId, reason: null });
        return true;
      }),

    updateListRun: ({ ownerId, id }, { state, reason = null }) =>
      write(ownerId, async (tx, emit) => {
        const current = await findListRun(tx, ownerId, id);
        if (current === undefined || current.endedAt !== null) return;
        // The run was stopped after the caller had read it.
        if (state === 'RUNNING' && current.state !== 'RUNNING') return;
        const hasEnded = state !== 'RUNNING' && state !== 'STOPPING';
        await changeListRun(tx, emit, current, { state, reason, ...(hasEnded && { endedAt: clock.now() }) });
      }),

    stopListRun: ({ ownerId, id }, stopsDeployments, reason) =>
      write(ownerId, async (tx, emit) => {
        const current = await findListRun(tx, ownerId, id);
        if (current === undefined || current.endedAt !== null) return;
        await stopRun(tx, emit, current, { stopsDeployments, ...(reason !== undefined && { reason }) });
      }),

    async enforceListGuard(run) {
      const isStopping = await eventLog.write(run.ownerId, async (tx, emit) =>
        enforceListGuard(tx, emit, run, {
          nowMs: await eventLog.readTimeMs(tx),
          now: eventLog.time(),
          stop: (current, reason) => stopRun(tx, emit, current, { stopsDeployments: true, reason }),
        }),
      );
      if (isStopping) bus.publish(WATCH_STREAM, 0);
    },

    assertLeaseHeld: (ownerId) => eventLog.write(ownerId, async () => undefined),
  };
}

interface WatchedRun {
  id: string;
  ownerId: string;
  credentialId: string;
}

const NEW_TASK_RUN = {
  state: 'STARTING',
  deploymentId: null,
  progressMessage: null,
  reason: null,
  endedAt: null,
} as const;

const NEW_LIST_RUN = { state: 'RUNNING', reason: null, endedAt: null } as const;

/** Emits how the run of a list stands, with the one member run that has changed, if any: never all of them. */
async function emitListRun(
  tx: Db,
  emit: Emit,
  row: AiListRunRow | undefined,
  changed?: AiTaskRunRow,
): Promise<void> {
  if (row === undefined) return;
  const { organisation, taskListId, id: subjectId } = row;
  const view: AiTaskListRunView = {
    ...toListRunView(row),
    counts: countRuns(await countTaskRuns(tx, subjectId)),
    changed: changed === undefined ? null : toTaskRunView(changed),
  };
  emit({ kind: 'LIST_RUN', organisation, taskListId, subjectId, body: toJson(view) });
}

/**
 * Emits how the list run of a member stands.
 * @param before the member before the change: nothing is emitted when clients would see no difference
 */
async function emitListRunOf(
  tx: Db,
  emit: Emit,
  { ownerId, listRunId, id }: Pick<AiTaskRunRow, 'ownerId' | 'listRunId' | 'id'>,
  before?: AiTaskRunRow,
): Promise<void> {
  if (listRunId === null) return;
  const run = await findTaskRun(tx, ownerId, id);
  if (run === undefined) return;
  if (before !== undefined && isDeepStrictEqual(toTaskRunView(before), toTaskRunView(run))) return;
  await emitListRun(tx, emit, await findListRun(tx, ownerId, listRunId), run);
}
