import type { Restore } from '../faults/restore.ts';
import { mayBeLost } from '../forgotten.ts';
import type { ListHistory, ListReader, ListUse, StoredTaskRun } from './history.ts';

const LIST_ENDS = new Set(['COMPLETED', 'FAILED', 'STOPPED']);
const RUN_ENDS = new Set(['COMPLETED', 'FAILED']);

/** Violations of what is guaranteed for lists, one text each. */
export interface ListFindings {
  /** Runs that did not end, or not as their deployments did. */
  runs: string[];
  /** Ends that were written or announced more than once, or never. */
  ends: string[];
  /** Events that a subscriber missed, or got twice or in the wrong order. */
  events: string[];
}

/** Judges every list run that no restore can have touched. */
export function checkLists(history: ListHistory, restores: readonly Restore[]): ListFindings {
  const findings: ListFindings = { runs: [], ends: [], events: [] };
  const judged = history.uses.filter((use) => !mayBeLost({ restores }, use));
  for (const use of judged) {
    checkRuns(use, history, findings);
    checkEnds(use, history, findings);
  }
  const lists = new Set(judged.map(({ owner, taskListId }) => `${owner} ${taskListId}`));
  for (const reader of history.readers)
    if (lists.has(`${reader.owner} ${reader.taskListId}`)) checkReader(reader, history, findings.events);
  return findings;
}

function runsOf({ runId }: ListUse, { taskRuns }: ListHistory): StoredTaskRun[] {
  return taskRuns.filter(({ listRunId }) => listRunId === runId);
}

/** Each run ends once, and as its deployment and its AI task have ended. */
function checkRuns(use: ListUse, history: ListHistory, { runs }: ListFindings): void {
  const { taskListId, members, runId, stop } = use;
  const stored = history.listRuns.filter((one) => one.owner === use.owner && one.taskListId === taskListId);
  if (stored.length !== 1 || stored[0]?.id !== runId) {
    runs.push(`${taskListId} was answered ${runId} and has the runs ${stored.map(({ id }) => id).join(' ')}`);
    return;
  }
  const state = stored[0]?.state ?? '';
  if (!LIST_ENDS.has(state)) runs.push(`the run of ${taskListId} has not ended: ${state}`);
  const ofTask = Map.groupBy(runsOf(use, history), ({ aiTaskId }) => aiTaskId);
  for (const { aiTaskId, fails } of members) {
    const [run, ...more] = ofTask.get(aiTaskId) ?? [];
    const what = `${aiTaskId} of ${taskListId}`;
    if (more.length > 0) runs.push(`${what} was run ${more.length + 1} times`);
    if (run === undefined) continue;
    if (!RUN_ENDS.has(run.state)) runs.push(`the run of ${what} has not ended: ${run.state}`);
    const deployment = history.deployments.get(run.deploymentId ?? '');
    const aiTask = history.aiTasks.get(aiTaskId);
    const hasCompleted = run.state === 'COMPLETED';
    if (hasCompleted !== (deployment === 'COMPLETED') || hasCompleted !== (aiTask === 'completed')) {
      runs.push(
        `the run of ${what} is ${run.state} (${run.reason}), its deployment ${deployment}, its AI task ${aiTask}`,
      );
    }
    if (stop === 'none' && !fails && !hasCompleted) runs.push(`the run of ${what} failed: ${run.reason}`);
  }
  const expected = members.some(({ fails }) => fails) ? 'FAILED' : 'COMPLETED';
  if (stop === 'none' && state !== expected) runs.push(`${taskListId} is ${state}, ${expected} was expected`);
}

/** Each end is written upstream once, and is in the log once. */
function checkEnds(use: ListUse, history: ListHistory, { ends }: ListFindings): void {
  const events = history.events.filter(({ owner, run }) => owner === use.owner && run?.id === use.runId);
  const listEnds = events.filter(({ run }) => LIST_ENDS.has(run?.status ?? ''));
  if (listEnds.length !== 1)
    ends.push(`the end of the run of ${use.taskListId} is in the log ${listEnds.length} times`);
  for (const { id, aiTaskId, state } of runsOf(use, history)) {
    const what = `${aiTaskId} of ${use.taskListId}`;
    const announced = events.filter(({ run }) => run?.changed?.id === id && RUN_ENDS.has(run.changed.status));
    if (announced.length !== 1)
      ends.push(`the end of the run of ${what} is in the log ${announced.length} times`);
    const written = history.ends.get(aiTaskId) ?? 0;
    if (written > 1 || (state === 'COMPLETED' && written !== 1))
      ends.push(`the end of the run of ${what} was written upstream ${written} times`);
  }
}

/** A subscriber got every event of its list, once and in order, up to the end of the list run. */
function checkReader(reader: ListReader, { events }: ListHistory, findings: string[]): void {
  const { owner, taskListId, kinds, seen, name, isComplete } = reader;
  const own = events.filter(
    (event) => event.owner === owner && event.taskListId === taskListId && kinds.includes(event.kind),
  );
  const endSeq = own.find(({ run }) => LIST_ENDS.has(run?.status ?? ''))?.seq ?? Number.POSITIVE_INFINITY;
  const expected = own.filter(({ seq }) => seq <= endSeq).map(({ seq }) => seq);
  if (!isComplete) findings.push(`${name} was not completed, its last is ${seen.at(-1) ?? 'none'}`);
  const at = expected.findIndex((seq, index) => seen[index] !== seq);
  if (at === -1 && seen.length === expected.length) return;
  const place = at === -1 ? expected.length : at;
  findings.push(
    `${name} got …${seen.slice(Math.max(0, place - 2), place + 3).join(' ')}…, ` +
      `in the log …${expected.slice(Math.max(0, place - 2), place + 3).join(' ')}… (${seen.length} of ${expected.length})`,
  );
}
