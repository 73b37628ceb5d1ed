import { expect, test } from 'vitest';
import { parseJson, toJson } from '../../src/lib/json.ts';
import {
  ensureWatch,
  findWatch,
  NEVER,
  updateWatch,
  type WatchKey,
} from '../../src/store/coordination/watches.ts';
import { insertDeployment } from '../../src/store/deployments/deployments.ts';
import { insertCredential } from '../../src/store/identity/credentials.ts';
import type { BudgetRow, DeploymentRow } from '../../src/store/schema/index.ts';
import type { Db } from '../../src/store/store.ts';
import {
  budgetedDeployments,
  budgetsOf,
  coveredDeployments,
  deleteBudget,
  saveBudget,
  updateMarks,
  usedTokens,
  wakeBudgeted,
} from '../../src/store/usage/budgets.ts';
import { recordUsage, type UsageAddition } from '../../src/store/usage/ledger.ts';
import { credential, deployment, insertPerson, onEveryStore } from '../support/stores.ts';

const DAY_MS = 86_400_000;
const LAST_OF_JANUARY_MS = Date.UTC(2026, 0, 31);

function budget(more: Partial<BudgetRow> = {}): BudgetRow {
  return {
    ...{ id: 'b', ownerId: 'ada', period: 'DAY', taskId: '', taskListId: '', maxTokens: 10 },
    ...{ onReached: 'STOP', warnAt: 0.8, marks: toJson([]), createdAt: 1 },
    ...more,
  };
}

/** A deployment that has used 10 tokens and is counted. */
async function used(
  db: Db,
  id: string,
  more: Partial<DeploymentRow> = {},
  addition: UsageAddition = {},
): Promise<void> {
  const counts = { createdAt: LAST_OF_JANUARY_MS, taskId: '7', inputTokens: 7, outputTokens: 3 };
  const row = deployment('ada', id, { ...counts, ...more });
  await insertDeployment(db, row);
  await recordUsage(db, row, addition);
}

onEveryStore((bed) => {
  test('there is one budget for each period, task and list of an owner; saved again it keeps its id and begins anew', async () => {
    const { db } = bed.store;
    for (const id of ['ada', 'eve']) await insertPerson(db, id);
    await saveBudget(db, budget());
    await updateMarks(db, { id: 'b', marks: toJson([{ period: '2026-01-31', isReached: true }]) });
    await saveBudget(db, budget({ id: 'month', period: 'MONTH', createdAt: 3 }));
    await saveBudget(db, budget({ id: 'task', taskId: '7', createdAt: 2 }));
    await saveBudget(db, budget({ id: 'eve', ownerId: 'eve' }));
    const [marked] = await budgetsOf(db, 'ada');
    expect(marked && parseJson(marked.marks)).toEqual([{ period: '2026-01-31', isReached: true }]);

    const again = { id: 'other', maxTokens: 2 ** 40, onReached: 'WARN', warnAt: 0.5, createdAt: 9 } as const;
    const saved = await saveBudget(db, budget(again));
    expect(saved).toEqual(budget({ ...again, id: 'b', createdAt: 1 }));
    expect((await budgetsOf(db, 'ada')).map(({ id }) => id)).toEqual(['b', 'task', 'month']);
    expect(await deleteBudget(db, 'eve', 'b')).toBe(false);
    expect(await deleteBudget(db, 'ada', 'b')).toBe(true);
    expect(await deleteBudget(db, 'ada', 'b')).toBe(false);
    await db.deleteFrom('users').where('id', '=', 'ada').execute();
    expect(await budgetsOf(db, 'ada')).toEqual([]);
    expect(await budgetsOf(db, 'eve')).toHaveLength(1);
  });

  test('of many processes that save one budget at once, all get the same one', async () => {
    await insertPerson(bed.store.db, 'ada');
    const saved = await Promise.all(
      bed.replicas.flatMap(({ db }, index) =>
        [1, 2].map((count) => saveBudget(db, budget({ id: `${index}-${count}` }))),
      ),
    );
    expect(new Set(saved.map(({ id }) => id)).size).toBe(1);
    expect(await budgetsOf(bed.store.db, 'ada')).toHaveLength(1);
  });

  test('tokens count in the period of their creation, for their task, their list and their run', async () => {
    const { db } = bed.store;
    await insertPerson(db, 'ada');
    await used(db, 'A-1', { outputTokens: 2 ** 40 });
    await used(db, 'A-2', { createdAt: LAST_OF_JANUARY_MS + DAY_MS - 1, taskId: '8' });
    await used(db, 'A-3', { createdAt: LAST_OF_JANUARY_MS + DAY_MS }, { taskListId: 'L', listRunId: 'r' });
    const tokens = (more: Partial<BudgetRow>, period: string) => usedTokens(db, budget(more), period);
    expect(await tokens({}, '2026-01-31')).toBe(2 ** 40 + 17);
    expect(await tokens({ taskId: '8' }, '2026-01-31')).toBe(10);
    expect(await tokens({ period: 'MONTH' }, '2026-01')).toBe(2 ** 40 + 17);
    expect(await tokens({ period: 'MONTH' }, '2026-02')).toBe(10);
    expect(await tokens({ period: 'MONTH', taskListId: 'L' }, '2026-01')).toBe(0);
    expect(await tokens({ period: 'RUN', taskListId: 'L' }, 'r')).toBe(10);
    expect(await tokens({ period: 'RUN', taskListId: 'L' }, '')).toBe(0);
    expect(await tokens({ ownerId: 'eve' }, '2026-01-31')).toBe(0);
  });

  test('covered are the deployments of the period that are not deleted, the newest first', async () => {
    const { db } = bed.store;
    await insertPerson(db, 'ada');
    await used(db, 'A-1');
    await used(db, 'A-2', { createdAt: LAST_OF_JANUARY_MS + 1 });
    await used(db, 'A-3', { isDeleted: 1 });
    await used(db, 'A-4', { createdAt: LAST_OF_JANUARY_MS + DAY_MS });
    const covered = await coveredDeployments(db, budget(), '2026-01-31');
    expect(covered.map(({ id }) => id)).toEqual(['A-2', 'A-1']);
  });

  test('read with each poll are the watched deployments that count for a budget, and not those revived in a later period', async () => {
    const { db } = bed.store;
    await insertPerson(db, 'ada');
    for (const id of ['c', 'd']) await insertCredential(db, credential('ada', id));
    const watched = { credentialId: 'c' };
    await used(db, 'A-1', watched);
    await used(db, 'A-2', { ...watched, isWatched: 0 });
    await used(db, 'A-3', { credentialId: 'd' });
    await used(db, 'A-4', { ...watched, taskId: '8' });
    await used(db, 'A-5', watched, { resumedAt: LAST_OF_JANUARY_MS + 1 });
    await used(db, 'A-6', watched, { resumedAt: LAST_OF_JANUARY_MS + DAY_MS });
    const found = () => budgetedDeployments(db, { ownerId: 'ada', credentialId: 'c' });
    expect(await found()).toEqual(new Set());
    await saveBudget(db, budget({ taskId: '7' }));
    expect([...(await found())].toSorted()).toEqual(['A-1', 'A-5']);
  });

  test('a change of budgets wakes the watches of deployments and runs; paused and failing ones keep their time', async () => {
    const { db } = bed.store;
    for (const id of ['ada', 'eve']) {
      await insertPerson(db, id);
      await insertCredential(db, credential(id, id));
    }
    const watch = { kind: 'DEPLOYMENTS', credentialId: 'ada', scope: '' } as const;
    const list = { ...watch, kind: 'AI_TASK_LIST', scope: 'L' } as const;
    const run = { ...watch, kind: 'AI_TASK_RUN', scope: 'r' } as const;
    const [paused, failing] = [
      { ...watch, scope: 'paused' },
      { ...watch, scope: 'failing' },
    ];
    const others = { ...watch, credentialId: 'eve' };
    const later = { nextLookAt: 5_000, pauseMs: 100 };
    for (const key of [watch, list, run, paused, failing])
      await ensureWatch(db, { ...key, ownerId: 'ada', ...later });
    await ensureWatch(db, { ...others, ownerId: 'eve', ...later });
    await updateWatch(db, paused, { nextLookAt: NEVER });
    await updateWatch(db, failing, { failures: 1 });
    await wakeBudgeted(db, 'ada', 1_000);
    const dueAt = async (key: WatchKey) => (await findWatch(db, key))?.nextLookAt;
    expect(await Promise.all([watch, run].map(dueAt))).toEqual([1_000, 1_000]);
    expect(await Promise.all([list, failing, others].map(dueAt))).toEqual([5_000, 5_000, 5_000]);
    expect(await dueAt(paused)).toBe(NEVER);
  });
});
