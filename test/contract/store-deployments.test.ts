import { expect, test } from 'vitest';
import { toJson } from '../../src/lib/json.ts';
import {
  abandonDeployments,
  findDeployment,
  findDeployments,
  hasUnfinished,
  insertDeployment,
  knownOrganization,
  markStale,
  pageOfDeployments,
  updateDeployment,
  watchedDeployments,
} from '../../src/store/deployments/deployments.ts';
import type { DeploymentRow } from '../../src/store/schema/index.ts';
import type { Db } from '../../src/store/store.ts';
import { deployment, insertPerson, onEveryStore } from '../support/stores.ts';

function ids(rows: readonly { id: string }[]): string[] {
  return rows.map(({ id }) => id);
}

/** Ada and grace, and what ada has deployed. */
async function fill(db: Db, rows: readonly DeploymentRow[]): Promise<void> {
  await insertPerson(db, 'ada');
  await insertPerson(db, 'grace');
  for (const row of rows) await insertDeployment(db, row);
}

onEveryStore((bed) => {
  test('a deployment is stored once, unchanged, for its owner', async () => {
    const { db } = bed.store;
    await fill(db, []);
    const full = deployment('ada', 'A-1', {
      credentialId: 'c1',
      organizationId: 'o1',
      taskId: '7',
      state: toJson({
        id: 'A-1',
        rawStatus: 'Running',
        status: 'RUNNING',
        isTerminal: false,
        taskId: '7',
        prompt: 'Ünïcode 💡 \0 "quoted"',
      }),
      observedAt: 1_700_000_000_000,
      guard: toJson({ maxTokens: 5 }),
      inputTokens: 3_000_000_000,
      settleAt: Number.MAX_SAFE_INTEGER,
    });
    expect(await insertDeployment(db, full)).toBe(true);
    expect(await insertDeployment(db, { ...full, rawStatus: 'Other' })).toBe(false);
    expect(await insertDeployment(db, deployment('grace', 'A-1'))).toBe(true);
    expect(await findDeployment(db, 'ada', 'A-1')).toEqual({ ...full, revision: 1 });
    expect(await findDeployment(db, 'ada', 'A-2')).toBeUndefined();

    await updateDeployment(db, 'ada', 'A-1', { status: 'COMPLETED', isTerminal: 1 });
    expect(await findDeployment(db, 'ada', 'A-1')).toEqual({
      ...full,
      revision: 1,
      status: 'COMPLETED',
      isTerminal: 1,
    });
    expect(await findDeployment(db, 'grace', 'A-1')).toMatchObject({ status: 'RUNNING' });
  });

  test('of twenty that store one deployment at once, one learns that it is new', async () => {
    await fill(bed.store.db, []);
    const news = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        insertDeployment(bed.replicas[index % bed.replicas.length]!.db, deployment('ada', 'A-1')),
      ),
    );
    expect(news.filter(Boolean)).toHaveLength(1);
  });

  test('deployments are found by their ids; without ids none are', async () => {
    const { db } = bed.store;
    await fill(db, [deployment('ada', 'A-1'), deployment('ada', 'A-2'), deployment('grace', 'A-3')]);
    expect(ids(await findDeployments(db, 'ada', ['A-2', 'A-1', 'A-3', 'A-9'])).sort()).toEqual([
      'A-1',
      'A-2',
    ]);
    expect(await findDeployments(db, 'ada', [])).toEqual([]);
  });

  test("a poll covers a credential's deployments in one organization or in none yet", async () => {
    const { db } = bed.store;
    const here = { credentialId: 'c1', organizationId: 'o1' };
    await fill(db, [
      deployment('ada', 'A-new', { ...here, createdAt: 2 }),
      deployment('ada', 'A-old', here),
      deployment('ada', 'A-unwatched', { ...here, isWatched: 0 }),
      deployment('ada', 'A-elsewhere', { ...here, organizationId: 'o2' }),
      deployment('ada', 'A-unplaced', { ...here, organizationId: null }),
      deployment('ada', 'A-other', { ...here, credentialId: 'c2' }),
    ]);
    const look = { credentialId: 'c1', scope: 'o1' };
    expect(ids(await watchedDeployments(db, look))).toEqual(['A-old', 'A-new']);
    expect(ids(await watchedDeployments(db, { credentialId: 'c1', scope: '' }))).toEqual(['A-unplaced']);

    await markStale(db, look);
    await markStale(db, { credentialId: 'c2', scope: '' });
    const stale = (await db.selectFrom('deployments').select('id').where('isStale', '=', 1).execute()).map(
      ({ id }) => id,
    );
    expect(stale.sort()).toEqual(['A-new', 'A-old']);
    await markStale(db, { credentialId: 'c1', scope: '' });
    expect(await findDeployment(db, 'ada', 'A-unplaced')).toMatchObject({ isStale: 1 });
  });

  test("a task's organization is known from another of its deployments", async () => {
    const { db } = bed.store;
    await fill(db, [
      deployment('ada', 'A-1', { taskId: '7' }),
      deployment('ada', 'A-2', { taskId: '7', organizationId: 'o1' }),
      deployment('grace', 'A-3', { taskId: '8', organizationId: 'o2' }),
    ]);
    expect(await knownOrganization(db, 'ada', '7')).toBe('o1');
    expect(await knownOrganization(db, 'ada', '8')).toBeNull();
  });

  test("a page has an owner's deployments, newest first, from after the last of the page before", async () => {
    const { db } = bed.store;
    await fill(db, [
      deployment('ada', 'A-1', { createdAt: 1, taskId: '7' }),
      deployment('ada', 'A-2', { createdAt: 2, taskId: '8' }),
      deployment('ada', 'A-3', { createdAt: 2, taskId: '7', status: 'COMPLETED' }),
      deployment('ada', 'A-4', { createdAt: 3, taskId: '7' }),
      deployment('ada', 'A-deleted', { createdAt: 4, isDeleted: 1 }),
      deployment('grace', 'A-5', { createdAt: 5, taskId: '7' }),
    ]);
    const page = async (filter = {}, after?: { at: number; id: string }, limit = 9) =>
      ids(await pageOfDeployments(db, 'ada', filter, after, limit));
    expect(await page()).toEqual(['A-4', 'A-3', 'A-2', 'A-1']);
    expect(await page({}, undefined, 2)).toEqual(['A-4', 'A-3']);
    expect(await page({}, { at: 2, id: 'A-3' })).toEqual(['A-2', 'A-1']);
    expect(await page({}, { at: 2, id: 'A-2' })).toEqual(['A-1']);
    expect(await page({ taskId: '7' })).toEqual(['A-4', 'A-3', 'A-1']);
    expect(await page({ status: 'COMPLETED' })).toEqual(['A-3']);
    expect(await page({ taskId: '8', status: 'COMPLETED' })).toEqual([]);
  });

  test('a deployment is unfinished until it has ended or was deleted', async () => {
    const { db } = bed.store;
    await fill(db, [
      deployment('ada', 'A-1', { taskId: '1' }),
      deployment('ada', 'A-2', { taskId: '2', isTerminal: 1 }),
      deployment('ada', 'A-3', { taskId: '3', isDeleted: 1 }),
    ]);
    expect(await hasUnfinished(db, 'ada')).toBe(true);
    expect(await hasUnfinished(db, 'grace')).toBe(false);
    const byTask = await Promise.all(['1', '2', '3', '4'].map((taskId) => hasUnfinished(db, 'ada', taskId)));
    expect(byTask).toEqual([true, false, false, false]);
  });

  test('deleting a credential ends the watching of its deployments and returns them', async () => {
    const { db } = bed.store;
    await fill(db, [
      deployment('ada', 'A-1', { credentialId: 'c1' }),
      deployment('ada', 'A-2', { credentialId: 'c2' }),
      deployment('grace', 'A-3', { credentialId: 'c1' }),
    ]);
    expect(await abandonDeployments(db, 'ada', 'c1')).toEqual([{ id: 'A-1' }]);
    expect(await findDeployment(db, 'ada', 'A-1')).toMatchObject({ credentialId: null, isWatched: 0 });
    expect(await findDeployment(db, 'ada', 'A-2')).toMatchObject({ credentialId: 'c2', isWatched: 1 });
    expect(await findDeployment(db, 'grace', 'A-3')).toMatchObject({ credentialId: 'c1', isWatched: 1 });
    expect(await abandonDeployments(db, 'ada', 'c1')).toEqual([]);
  });
});
