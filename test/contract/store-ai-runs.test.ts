import { expect, test } from 'vitest';
import { toJson } from '../../src/lib/json.ts';
import {
  guardedListRuns,
  openDeploymentsOf,
  readListRunUsage,
} from '../../src/store/ai-tasks/list-guards.ts';
import {
  findListRun,
  insertListRun,
  newestListRun,
  updateListRun,
} from '../../src/store/ai-tasks/list-runs.ts';
import {
  abandonListRuns,
  abandonTaskRuns,
  pruneListRuns,
  pruneTaskRuns,
} from '../../src/store/ai-tasks/run-ends.ts';
import {
  countTaskRuns,
  findTaskRun,
  insertTaskRun,
  newestTaskRuns,
  taskRunsOf,
  taskRunsOfLists,
  updateTaskRun,
  wakeWaitingRuns,
} from '../../src/store/ai-tasks/task-runs.ts';
import { ensureWatch, NEVER, watchesOf } from '../../src/store/coordination/watches.ts';
import { insertDeployment } from '../../src/store/deployments/deployments.ts';
import { insertCredential } from '../../src/store/identity/credentials.ts';
import type { AiListRunRow, AiTaskRunRow } from '../../src/store/schema/index.ts';
import type { Db } from '../../src/store/store.ts';
import { credential, deployment, insertPerson, onEveryStore } from '../support/stores.ts';

const LIST = { ownerId: 'ada', organisation: 'acme', taskListId: 'l1' };

function taskRun(id: string, more: Partial<AiTaskRunRow> = {}): AiTaskRunRow {
  return {
    ...LIST,
    id,
    credentialId: 'c1',
    agentCredentialId: 'c2',
    aiTaskId: 't1',
    listRunId: null,
    taskId: null,
    state: 'RUNNING',
    deploymentId: null,
    guard: null,
    progressMessage: null,
    reason: null,
    startedBy: null,
    createdAt: 1,
    endedAt: null,
    ...more,
  };
}

function listRun(id: string, more: Partial<AiListRunRow> = {}): AiListRunRow {
  return {
    ...LIST,
    id,
    credentialId: 'c1',
    agentCredentialId: 'c2',
    maxParallel: 3,
    guard: null,
    guardWarned: null,
    guardTripped: null,
    state: 'RUNNING',
    stopsDeployments: 0,
    reason: null,
    startedBy: null,
    createdAt: 1,
    endedAt: null,
    ...more,
  };
}

async function fill(db: Db): Promise<void> {
  for (const id of ['ada', 'grace']) await insertPerson(db, id);
  for (const id of ['c1', 'c2']) await insertCredential(db, credential('ada', id));
}

onEveryStore((bed) => {
  test('a task run is found by id, as the newest of its task, and by its list run', async () => {
    const { db } = bed.store;
    await fill(db);
    const rows = [
      taskRun('r1'),
      taskRun('r2', { createdAt: 2, listRunId: 'lr' }),
      taskRun('r3', { aiTaskId: 't2', listRunId: 'lr' }),
    ];
    for (const row of rows) await insertTaskRun(db, row);
    expect(await findTaskRun(db, 'ada', 'r2')).toEqual(rows[1]);
    expect(await findTaskRun(db, 'grace', 'r2')).toBeUndefined();
    await updateTaskRun(db, 'r1', { state: 'FAILED', reason: 'why', endedAt: 5 });
    expect(await findTaskRun(db, 'ada', 'r1')).toMatchObject({ state: 'FAILED', reason: 'why', endedAt: 5 });

    const newest = await newestTaskRuns(db, LIST, ['t1', 't2', 't9']);
    expect([...newest].map(([aiTaskId, { id }]) => [aiTaskId, id]).sort()).toEqual([
      ['t1', 'r2'],
      ['t2', 'r3'],
    ]);
    expect(await newestTaskRuns(db, LIST, [])).toEqual(new Map());
    expect((await taskRunsOf(db, 'lr')).map(({ id }) => id)).toEqual(['r3', 'r2']);
    expect(await taskRunsOfLists(db, 'ada', ['lr', 'none'])).toEqual(await taskRunsOf(db, 'lr'));
    expect(await taskRunsOfLists(db, 'grace', ['lr'])).toEqual([]);
    expect(await taskRunsOfLists(db, 'ada', [])).toEqual([]);
    await updateTaskRun(db, 'r3', { state: 'DEPLOYING' });
    const counts = await countTaskRuns(db, 'lr');
    expect(counts.toSorted((one, other) => one.state.localeCompare(other.state))).toEqual([
      { state: 'DEPLOYING', count: 1 },
      { state: 'RUNNING', count: 1 },
    ]);
    expect(await countTaskRuns(db, 'none')).toEqual([]);
  });

  test('the usage of a list run is the sum over its deployments, the ended ones included', async () => {
    const { db } = bed.store;
    await fill(db);
    const used = (inputTokens: number, turns: number) => ({ inputTokens, outputTokens: 1, turns });
    await insertDeployment(db, deployment('ada', 'd1', used(2 ** 40, 3)));
    await insertDeployment(db, deployment('ada', 'd2', { ...used(20, 4), isTerminal: 1 }));
    await insertDeployment(db, deployment('ada', 'd3', { ...used(300, 5), isDeleted: 1 }));
    await insertDeployment(db, deployment('ada', 'of another list', used(4_000, 6)));
    await insertDeployment(db, deployment('grace', 'd1', used(50_000, 7)));
    for (const id of ['d1', 'd2', 'd3']) {
      await insertTaskRun(db, taskRun(`r ${id}`, { listRunId: 'lr', deploymentId: id }));
    }
    await insertTaskRun(db, taskRun('waits', { listRunId: 'lr' }));
    await insertTaskRun(db, taskRun('r other', { listRunId: 'other', deploymentId: 'of another list' }));

    const run = { ownerId: 'ada', id: 'lr' };
    expect(await readListRunUsage(db, run)).toEqual({ tokens: 2 ** 40 + 323, turns: 12 });
    expect(await readListRunUsage(db, { ...run, id: 'none' })).toEqual({ tokens: 0, turns: 0 });
    expect((await openDeploymentsOf(db, run)).map(({ id }) => id)).toEqual(['d1']);
    expect(await openDeploymentsOf(db, { ownerId: 'grace', id: 'lr' })).toEqual([]);
  });

  test('the guarded list runs of deployments are those that have not ended, of their owner', async () => {
    const { db } = bed.store;
    await fill(db);
    const guard = toJson({ maxTurns: 1 });
    await insertListRun(db, listRun('guarded', { guard }));
    await insertListRun(db, listRun('ended', { guard, endedAt: 2 }));
    await insertListRun(db, listRun('unguarded'));
    for (const id of ['guarded', 'ended', 'unguarded']) {
      await insertTaskRun(db, taskRun(`r ${id}`, { listRunId: id, deploymentId: `d ${id}` }));
    }
    const ids = ['d guarded', 'd ended', 'd unguarded', 'd of no run'];
    expect(await guardedListRuns(db, 'ada', ids)).toEqual([{ ownerId: 'ada', id: 'guarded' }]);
    expect(await guardedListRuns(db, 'grace', ids)).toEqual([]);
    expect(await guardedListRuns(db, 'ada', [])).toEqual([]);
  });

  test('a changed deployment wakes the runs that wait for it, and no other', async () => {
    const { db } = bed.store;
    await fill(db);
    const runs = [
      taskRun('waiting', { deploymentId: 'A-1' }),
      taskRun('paused', { deploymentId: 'A-1' }),
      taskRun('ended', { deploymentId: 'A-1', endedAt: 1 }),
      taskRun('other', { deploymentId: 'A-2' }),
    ];
    for (const row of runs) {
      await insertTaskRun(db, row);
      const nextLookAt = row.id === 'paused' ? NEVER : 100;
      const watch = { kind: 'AI_TASK_RUN' as const, credentialId: 'c1', scope: row.id, ownerId: 'ada' };
      await ensureWatch(db, { ...watch, nextLookAt, pauseMs: 1 });
    }
    await wakeWaitingRuns(db, { ownerId: 'ada', ids: ['A-1'] }, 50);
    const looks = (await watchesOf(db, 'c1')).map(({ scope, nextLookAt }) => [scope, nextLookAt]);
    expect(Object.fromEntries(looks)).toEqual({ waiting: 50, paused: NEVER, ended: 100, other: 100 });
  });

  test('the newest run of a list is found, ended or not', async () => {
    const { db } = bed.store;
    await fill(db);
    const rows = [listRun('r1', { createdAt: 2 }), listRun('r2'), listRun('r3', { taskListId: 'l2' })];
    for (const row of rows) await insertListRun(db, row);
    expect(await newestListRun(db, LIST)).toEqual(rows[0]);
    expect(await newestListRun(db, { ...LIST, ownerId: 'grace' })).toBeUndefined();
    await updateListRun(db, 'r1', { state: 'STOPPED', endedAt: 7 });
    expect(await findListRun(db, 'ada', 'r1')).toEqual({ ...rows[0], state: 'STOPPED', endedAt: 7 });
    expect(await findListRun(db, 'grace', 'r1')).toBeUndefined();
  });

  test('deleting a credential fails its unfinished runs; ended ones stay as they were', async () => {
    const { db } = bed.store;
    await fill(db);
    const ended = { state: 'COMPLETED', endedAt: 2 } as const;
    await insertTaskRun(db, taskRun('open'));
    await insertTaskRun(db, taskRun('ended', ended));
    await insertListRun(db, listRun('open'));
    await insertListRun(db, listRun('ended', ended));
    await abandonTaskRuns(db, 'ada', 'c1', 9);
    await abandonListRuns(db, 'ada', 'c1', 9);
    const failed = { credentialId: null, state: 'FAILED', reason: 'CREDENTIAL_MISSING', endedAt: 9 };
    expect(await findTaskRun(db, 'ada', 'open')).toMatchObject(failed);
    expect(await findListRun(db, 'ada', 'open')).toMatchObject(failed);
    expect(await findTaskRun(db, 'ada', 'ended')).toEqual(taskRun('ended', ended));
    expect(await findListRun(db, 'ada', 'ended')).toEqual(listRun('ended', ended));
  });

  test('old ended runs are pruned in small steps, unfinished runs never', async () => {
    const { store } = bed;
    await fill(store.db);
    const ends = { old: 1, older: 2, oldest: 3, recent: 9, open: null };
    for (const [id, endedAt] of Object.entries(ends)) {
      await insertTaskRun(store.db, taskRun(id, { endedAt }));
      await insertListRun(store.db, listRun(id, { endedAt }));
    }
    for (const prune of [pruneTaskRuns, pruneListRuns]) {
      const step = () => store.transaction('housekeeping', (tx) => prune(tx, 9, 2));
      expect([await step(), await step(), await step()]).toEqual([2, 1, 0]);
    }
    for (const find of [findTaskRun, findListRun]) {
      const found = await Promise.all(Object.keys(ends).map((id) => find(store.db, 'ada', id)));
      expect(found.map((row) => row?.id)).toEqual([undefined, undefined, undefined, 'recent', 'open']);
    }
  });
});
