import type { AiTaskRunState } from '../../domain/ai-task-run.ts';
import { findListRun } from '../../store/ai-tasks/list-runs.ts';
import { taskRunsOf } from '../../store/ai-tasks/task-runs.ts';
import { type Moment, wakeWatch } from '../../store/coordination/watches.ts';
import type { AiListRunRow, AiTaskRunRow } from '../../store/schema/index.ts';
import type { Db } from '../../store/store.ts';

/** In these states a member run no longer holds up the next start of its list run. */
const FREES_THE_LIST: readonly AiTaskRunState[] = ['RUNNING', 'COMPLETED', 'FAILED'];

/** Wakes the list run of a member whose new state may let it go on. */
export async function wakeListRun(
  tx: Db,
  now: Moment,
  { ownerId, listRunId }: AiTaskRunRow,
  state: AiTaskRunState,
): Promise<void> {
  const list = listRunId === null ? undefined : await findListRun(tx, ownerId, listRunId);
  if (list === undefined) return;
  if (list.credentialId !== null && FREES_THE_LIST.includes(state)) {
    const key = { kind: 'AI_TASK_LIST_RUN', credentialId: list.credentialId, scope: list.id } as const;
    await wakeWatch(tx, key, now);
  }
  // Its deployment has ended, so a node is free for members that wait for one.
  if (state === 'FINISHING') {
    await wakeMemberRuns(tx, now, list, ({ reason }) => reason === 'UPSTREAM_NO_CAPACITY');
  }
}

/** A request to the AI task follows: wakes the watch of its list, so that subscribers see the change soon. */
export async function wakeListReaders(
  tx: Db,
  now: Moment,
  { credentialId, taskListId }: AiTaskRunRow,
): Promise<void> {
  if (credentialId === null || taskListId === null) return;
  await wakeWatch(tx, { kind: 'AI_TASK_LIST', credentialId, scope: taskListId }, now);
}

/** Wakes the member runs that have not ended and match. */
export async function wakeMemberRuns(
  tx: Db,
  now: Moment,
  { id }: AiListRunRow,
  matches: (run: AiTaskRunRow) => boolean,
): Promise<void> {
  for (const run of await taskRunsOf(tx, id)) {
    if (run.endedAt !== null || run.credentialId === null || !matches(run)) continue;
    await wakeWatch(tx, { kind: 'AI_TASK_RUN', credentialId: run.credentialId, scope: run.id }, now);
  }
}
