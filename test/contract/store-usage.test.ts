import { expect, test } from 'vitest';
import { toJson } from '../../src/lib/json.ts';
import { insertDeployment } from '../../src/store/deployments/deployments.ts';
import * as usageMigration from '../../src/store/migrations/0020-usage.ts';
import { findUsage, recordUsage } from '../../src/store/usage/ledger.ts';
import { sumUsage } from '../../src/store/usage/report.ts';
import { deployment, insertPerson, onEveryStore } from '../support/stores.ts';

const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2026, 0, 31);

function used(id: string, more: object = {}) {
  const row = deployment('ada', id, { taskId: '7', createdAt: START_MS });
  return { ...row, inputTokens: 10, outputTokens: 2 ** 40, turns: 1, ...more };
}

onEveryStore((bed) => {
  test('a deployment is one row: totals never become fewer, its time adds up, and what is known stays', async () => {
    const { db } = bed.store;
    await insertPerson(db, 'ada');
    await recordUsage(db, used('A-1'), { agentId: '3', ranMs: 1_500 });
    await recordUsage(db, used('A-1', { inputTokens: 5, turns: 4, taskId: null }), { resumedAt: 99 });
    await recordUsage(db, used('A-1'), { taskListId: 'l', listRunId: 'r', ranMs: 500 });
    expect(await findUsage(db, 'ada', 'A-1')).toEqual({
      ...{ ownerId: 'ada', deploymentId: 'A-1', taskId: '7', agentId: '3', taskListId: 'l', listRunId: 'r' },
      ...{ day: '2026-01-31', createdAt: START_MS, resumedAt: 99, ranMs: 2_000 },
      ...{ inputTokens: 10, outputTokens: 2 ** 40, turns: 4 },
    });
    expect(await findUsage(db, 'grace', 'A-1')).toBeUndefined();
  });

  test('sums are by group, range and filter, in pages, and of one owner unless all are asked for', async () => {
    const { db } = bed.store;
    for (const id of ['ada', 'grace']) await insertPerson(db, id);
    await recordUsage(db, used('A-1'), { agentId: '3', ranMs: 1_000 });
    await recordUsage(db, used('A-2', { createdAt: START_MS + DAY_MS - 1 }), { ranMs: 500 });
    await recordUsage(db, used('A-3', { createdAt: START_MS + DAY_MS, taskId: '8' }), { taskListId: 'l' });
    await recordUsage(db, used('A-4', { ownerId: 'grace' }));
    const all = { ownerId: 'ada' };
    const sum = (group: Parameters<typeof sumUsage>[1], filter = {}, page = {}) =>
      sumUsage(db, group, { ...all, ...filter }, { limit: 10, ...page });
    const keys = async (...args: Parameters<typeof sum>) =>
      (await sum(...args)).map(({ key, deployments }) => [key, deployments]);
    expect(await sum('DAY')).toMatchObject([
      { key: '2026-01-31', deployments: 2, inputTokens: 20, outputTokens: 2 ** 41, turns: 2, ranMs: 1_500 },
      { key: '2026-02-01', deployments: 1, firstAt: START_MS + DAY_MS },
    ]);
    expect(await keys('MONTH')).toEqual([
      ['2026-01', 2],
      ['2026-02', 1],
    ]);
    expect(await keys('TASK')).toEqual([
      ['7', 2],
      ['8', 1],
    ]);
    expect(await keys('AGENT')).toEqual([['3', 1]]);
    expect(await keys('TASK_LIST')).toEqual([['l', 1]]);
    expect(await keys('DEPLOYMENT', { fromMs: START_MS + 1, toMs: START_MS + DAY_MS })).toEqual([['A-2', 1]]);
    expect(await keys('DEPLOYMENT', { taskListId: 'l' })).toEqual([['A-3', 1]]);
    expect(await keys('DEPLOYMENT', { taskId: '7' }, { after: 'A-1', limit: 1 })).toEqual([['A-2', 1]]);
    expect(await keys('USER', { ownerId: null })).toEqual([
      ['ada', 3],
      ['grace', 1],
    ]);
    await db.deleteFrom('users').where('id', '=', 'ada').execute();
    expect(await keys('DEPLOYMENT')).toEqual([]);
  });

  test('the migration begins with what is stored of deployments and runs', async () => {
    const { db } = bed.store;
    await insertPerson(db, 'ada');
    const times = { startedAt: '2026-01-31T00:00:10Z', endedAt: '2026-01-31T00:01:10Z', agentId: '3' };
    const ended = used('A-1');
    await insertDeployment(db, {
      ...ended,
      state: toJson({ ...JSON.parse(ended.state), ...times }) as never,
    });
    await insertDeployment(db, used('A-2', { createdAt: START_MS + DAY_MS }));
    await db
      .insertInto('aiTaskRuns')
      .values({
        ...{ ownerId: 'ada', id: 'run', credentialId: null, agentCredentialId: 'c', organisation: 'o' },
        ...{ aiTaskId: 't', taskListId: 'l', listRunId: 'r', taskId: '7', state: 'COMPLETED' },
        ...{
          deploymentId: 'A-1',
          guard: null,
          progressMessage: null,
          reason: null,
          createdAt: 1,
          endedAt: 2,
        },
      })
      .execute();
    await db.schema.dropTable('deployment_usage').execute();
    await usageMigration.up(db as never);
    expect(await findUsage(db, 'ada', 'A-1')).toMatchObject({
      ...{ taskId: '7', agentId: '3', taskListId: 'l', listRunId: 'r', day: '2026-01-31', resumedAt: null },
      ...{ inputTokens: 10, outputTokens: 2 ** 40, turns: 1, ranMs: 60_000 },
    });
    expect(await findUsage(db, 'ada', 'A-2')).toMatchObject({ day: '2026-02-01', agentId: null, ranMs: 0 });
  });
});
