import { expect, test } from 'vitest';
import { toJson } from '../../src/lib/json.ts';
import { linkedAiTasks, linksOf, putLink } from '../../src/store/ai-tasks/links.ts';
import { insertListEvents } from '../../src/store/ai-tasks/list-events.ts';
import {
  aiTasksOfList,
  aiTasksWithPositions,
  findAiTasks,
  markGone,
  pruneAiTasks,
  putAiTask,
} from '../../src/store/ai-tasks/tasks.ts';
import { deleteWatch, ensureWatch, isListWatched } from '../../src/store/coordination/watches.ts';
import { insertCredential } from '../../src/store/identity/credentials.ts';
import type { AiTaskRow } from '../../src/store/schema/index.ts';
import type { Db } from '../../src/store/store.ts';
import { credential, insertPerson, onEveryStore } from '../support/stores.ts';

const LIST = { ownerId: 'ada', organisation: 'acme', taskListId: 'l1' };

const state = { id: 't1', taskListId: 'l1', updatedAt: null, details: null };

function task(id: string, more: Partial<AiTaskRow> = {}): AiTaskRow {
  return {
    ...LIST,
    id,
    state: toJson(state),
    observedAt: 1,
    revision: 1,
    isGone: 0,
    ...more,
  };
}

async function fill(db: Db): Promise<void> {
  for (const id of ['ada', 'grace']) await insertPerson(db, id);
}

function ids(rows: Iterable<{ id: string }>): string[] {
  return [...rows].map(({ id }) => id).sort();
}

onEveryStore((bed) => {
  test('a task is stored as last seen, in the list where it was last seen', async () => {
    const { db } = bed.store;
    await fill(db);
    await putAiTask(db, task('t1'));
    await putAiTask(db, task('t2'));
    await putAiTask(db, task('t1', { ownerId: 'grace' }));
    const moved = task('t1', {
      taskListId: 'l2',
      state: toJson({ ...state, taskListId: 'l2' }),
      observedAt: 2,
    });
    await putAiTask(db, moved);
    expect(await findAiTasks(db, LIST, ['t1', 't9'])).toEqual([{ ...moved, revision: 3 }]);
    expect(await findAiTasks(db, LIST, [])).toEqual([]);
    expect(ids(await aiTasksOfList(db, LIST))).toEqual(['t2']);

    await markGone(db, task('t2'), 3);
    expect(await aiTasksOfList(db, LIST)).toEqual([]);
    expect(await findAiTasks(db, LIST, ['t2'])).toEqual([
      task('t2', { isGone: 1, observedAt: 3, revision: 4 }),
    ]);
    expect(await findAiTasks(db, { ...LIST, ownerId: 'grace' }, ['t1'])).toMatchObject([
      { taskListId: 'l1' },
    ]);
  });

  test('each task of a list has the position of its newest event', async () => {
    const { db } = bed.store;
    await fill(db);
    const event = { ...LIST, kind: 'TASK' as const, body: toJson({}), occurredAt: 1 };
    await insertListEvents(db, [
      { ...event, seq: 1, subjectId: 't1' },
      { ...event, seq: 2, subjectId: 't1' },
      { ...event, seq: 9, subjectId: 't2', ownerId: 'grace' },
    ]);
    for (const row of [task('t1'), task('t2'), task('t3', { isGone: 1 })]) await putAiTask(db, row);
    const places = (await aiTasksWithPositions(db, LIST)).map(({ id, seq }) => [id, seq]);
    expect(Object.fromEntries(places)).toEqual({ t1: 2, t2: null });
  });

  test('tasks not read for long are pruned in small steps', async () => {
    const { store } = bed;
    await fill(store.db);
    for (const observedAt of [1, 2, 3, 9]) await putAiTask(store.db, task(`t${observedAt}`, { observedAt }));
    const step = () => store.transaction('housekeeping', (tx) => pruneAiTasks(tx, 9, 2));
    expect([await step(), await step(), await step()]).toEqual([2, 1, 0]);
    expect(ids(await aiTasksOfList(store.db, LIST))).toEqual(['t9']);
  });

  test('tasks of a watched list are kept at any age', async () => {
    const { db } = bed.store;
    await fill(db);
    await insertCredential(db, credential('ada', 'c1', { provider: 'QUANTCDN', account: 'acme' }));
    const watch = { kind: 'AI_TASK_LIST' as const, credentialId: 'c1', scope: 'l1' };
    await ensureWatch(db, { ...watch, ownerId: 'ada', nextLookAt: 1, pauseMs: 1 });
    for (const row of [task('t1'), task('t2', { taskListId: 'l2' }), task('t3', { ownerId: 'grace' })]) {
      await putAiTask(db, row);
    }
    const isWatched = (organisation: string, taskListId: string) =>
      isListWatched(db, { ownerId: 'ada', organisation }, taskListId);
    expect(await isWatched('acme', 'l1')).toBe(true);
    expect(await isWatched('acme', 'l2')).toBe(false);
    expect(await isWatched('other', 'l1')).toBe(false);
    expect(await pruneAiTasks(db, 9, 9)).toBe(2);
    expect(ids(await aiTasksOfList(db, LIST))).toEqual(['t1']);

    await deleteWatch(db, watch);
    expect(await isWatched('acme', 'l1')).toBe(false);
    expect(await pruneAiTasks(db, 9, 9)).toBe(1);
  });

  test('an AI task links to at most one task, and is found from it', async () => {
    const { db } = bed.store;
    await fill(db);
    const link = (aiTaskId: string, taskId: string | null, ownerId = 'ada') =>
      putLink(db, { ownerId, organisation: 'acme', aiTaskId, taskId });
    await link('t2', '7');
    await link('t1', '8');
    await link('t1', '7');
    await link('t1', '9', 'grace');
    expect(await linksOf(db, 'ada', 'acme', ['t1', 't2', 't3'])).toEqual(
      new Map([
        ['t1', '7'],
        ['t2', '7'],
      ]),
    );
    expect(await linksOf(db, 'ada', 'acme', [])).toEqual(new Map());
    expect(await linkedAiTasks(db, 'ada', 'acme', '7')).toEqual(['t1', 't2']);
    expect(await linkedAiTasks(db, 'ada', 'other', '7')).toEqual([]);
    await link('t1', null);
    await link('t9', null);
    expect(await linkedAiTasks(db, 'ada', 'acme', '7')).toEqual(['t2']);
    expect(await linkedAiTasks(db, 'grace', 'acme', '9')).toEqual(['t1']);
  });
});
