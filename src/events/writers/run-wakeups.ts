import { findListRun } from '../../store/ai-tasks/list-runs.ts';
import { taskRunsOf } from '../../store/ai-tasks/task-runs.ts';
import { wakeWatch } from '../../store/coordination/watches.ts';
import type { AiListRunRow, AiTaskRunRow, AiTaskRunState } from '../../store/schema/index.ts';
import type { Db } from '../../store/store.ts';

/** After these there may be room for another task of the list, or nothing more to wait for. */
const MAKES_ROOM: readonly AiTaskRunState[] = ['RUNNING', 'COMPLETED', 'FAILED'];

/** Has the list of a run looked at when the change of the run may let it go on. */
export async function wakeListRun(
  tx: Db,
  nowMs: number,
  { ownerId, listRunId }: AiTaskRunRow,
  state: AiTaskRunState,
): Promise<void> {
  const list = listRunId === null ? undefined : await findListRun(tx, ownerId, listRunId);
  if (list === undefined) return;
  if (list.credentialId !== null && MAKES_ROOM.includes(state)) {
    const key = { kind: 'AI_TASK_LIST_RUN', credentialId: list.credentialId, scope: list.id } as const;
    await wakeWatch(tx, key, nowMs);
  }
  // Its deployment is over, so its node is free.
  if (state === 'FINISHING') {
    await wakeMemberRuns(tx, nowMs, list, ({ reason }) => reason === 'UPSTREAM_NO_CAPACITY');
  }
}

/** The AI task was just told something: whoever reads its list hears of it soon. */
export async function wakeListReaders(
  tx: Db,
  nowMs: number,
  { credentialId, taskListId }: AiTaskRunRow,
): Promise<void> {
  if (credentialId === null || taskListId === null) return;
  await wakeWatch(tx, { kind: 'AI_TASK_LIST', credentialId, scope: taskListId }, nowMs);
}

/** Has those runs of a list looked at that have not ended and fit. */
export async function wakeMemberRuns(
  tx: Db,
  nowMs: number,
  { id }: AiListRunRow,
  fits: (run: AiTaskRunRow) => boolean,
): Promise<void> {
  for (const run of await taskRunsOf(tx, id)) {
    if (run.endedAt !== null || run.credentialId === null || !fits(run)) continue;
    await wakeWatch(tx, { kind: 'AI_TASK_RUN', credentialId: run.credentialId, scope: run.id }, nowMs);
  }
}
