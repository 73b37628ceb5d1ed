import { expect, test } from 'vitest';
import {
  countSeenTasks,
  deleteSeenTasks,
  pruneSeenTasks,
  putSeenTasks,
  type SeenTask,
} from '../../src/store/ai-tasks/seen-tasks.ts';
import { insertPerson, onEveryStore } from '../support/stores.ts';

const OWNER = { ownerId: 'ada', organisation: 'acme' };

function seen(id: string, taskListId: string | null, status: SeenTask['status'] = 'PENDING'): SeenTask {
  return { id, taskListId, status };
}

onEveryStore((bed) => {
  test('tasks are counted by list and status; a whole list replaces what was in it', async () => {
    const { db } = bed.store;
    await insertPerson(db, 'ada');
    const many = Array.from({ length: 250 }, (_, index) => seen(`t${index}`, 'a'));
    await putSeenTasks(db, OWNER, [...many, seen('x', 'b'), seen('y', null)], 1_000);
    await putSeenTasks(db, { ...OWNER, organisation: 'globex' }, [seen('t1', 'a')], 1_000);
    expect(await countSeenTasks(db, OWNER)).toEqual([
      { taskListId: 'a', status: 'PENDING', count: 250, seenAt: 1_000 },
      { taskListId: 'b', status: 'PENDING', count: 1, seenAt: 1_000 },
    ]);
    await putSeenTasks(db, OWNER, [seen('t1', 'a', 'FAILED'), seen('x', 'a')], 9_000, 'a');
    await putSeenTasks(db, OWNER, [seen('x', null)], 9_000);
    expect(await countSeenTasks(db, OWNER)).toEqual([
      { taskListId: 'a', status: 'FAILED', count: 1, seenAt: 9_000 },
    ]);
    await deleteSeenTasks(db, OWNER, ['t1']);
    expect(await countSeenTasks(db, OWNER)).toEqual([]);
  });

  test('a list is pruned when none of its tasks was seen lately', async () => {
    const { db } = bed.store;
    await insertPerson(db, 'ada');
    await putSeenTasks(db, OWNER, [seen('old', 'a'), seen('other', 'b')], 1_000);
    await putSeenTasks(db, OWNER, [seen('new', 'a')], 9_000);
    expect(await pruneSeenTasks(db, 5_000, 10)).toBe(1);
    expect((await countSeenTasks(db, OWNER)).map(({ taskListId, count }) => [taskListId, count])).toEqual([
      ['a', 2],
    ]);
  });
});
