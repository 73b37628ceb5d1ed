import { expect, test } from 'vitest';
import { seededAccount, seededOrganization, startSimulator } from '../../../simulator/index.ts';
import { recordUsage } from '../../../src/store/usage/ledger.ts';
import { createGraphQLClient, type GraphQLClient } from '../../support/client.ts';
import { bootGateway } from '../../support/gateway.ts';
import { bootManualGateway } from '../../support/manual-gateway.ts';
import { freePort, startMortalGateway, temporaryFolder } from '../../support/process.ts';
import { addUp, totalsOf, usageOf } from '../../support/usage.ts';

const SOON = { timeout: 20_000 };

async function statusOf(user: GraphQLClient, path: string): Promise<number> {
  return (await user.request(path)).status;
}

/** Waits until the end of each deployment was read, and returns what the upstream says of them. */
async function endOf(user: GraphQLClient, ids: readonly string[]) {
  for (const id of ids)
    await expect.poll(() => statusOf(user, `/v1/deployments/${id}/transcript`), SOON).toBe(200);
  return Promise.all(ids.map((id) => totalsOf(user, id)));
}

test("usage equals the upstream's totals, each deployment once, over kills of the gateway", {
  timeout: 120_000,
}, async () => {
  const simulator = await startSimulator({ script: { steps: 4, stepMs: 120 } });
  await using _upstream = { [Symbol.asyncDispose]: simulator.close };
  simulator.control.setCapacity(seededOrganization.id, 6);
  await using folder = await temporaryFolder();
  await using gateway = await startMortalGateway({
    PORT: await freePort(),
    DATA_DIR: folder.path,
    QUANTCONNECT_BASE_URL: simulator.url,
    POLL_INTERVAL: '50ms',
    POLL_INTERVAL_MAX: '200ms',
  });
  const ada = createGraphQLClient(gateway.url);
  await ada.signUp('ada@example.com');
  await ada.saveCredential(seededAccount);
  const tasks = [await ada.createTask(), await ada.createTask()];
  const ids: string[] = [];
  for (const kills of [true, true, false]) {
    for (const taskId of tasks) ids.push(await ada.deploy(taskId));
    if (!kills) continue;
    await gateway.kill();
    await gateway.alive();
  }
  const totals = await endOf(ada, ids);
  expect(Math.min(...totals.map(({ inputTokens }) => inputTokens))).toBeGreaterThan(0);
  await ada.ask('mutation ($id: ID!) { promptDeployment(id: $id, prompt: "again") { id } }', { id: ids[0] });
  const more = async () => (await usageOf(ada, 'DEPLOYMENT')).find(({ key }) => key === ids[0])?.inputTokens;
  await expect.poll(more, SOON).toBeGreaterThan(totals[0]?.inputTokens ?? 0);
  await gateway.kill();
  await gateway.alive();
  await expect
    .poll(async () => addUp(await usageOf(ada, 'DEPLOYMENT')), SOON)
    .toEqual(addUp(await Promise.all(ids.map((id) => totalsOf(ada, id)))));

  const all = addUp(await usageOf(ada, 'DEPLOYMENT'));
  const [day, ...others] = await usageOf(ada, 'DAY');
  expect(others).toEqual([]);
  expect(day).toMatchObject({ ...all, deployments: 6, key: new Date().toISOString().slice(0, 10) });
  const byTask = await usageOf(ada, 'TASK');
  expect(byTask.map(({ key, deployments }) => [key, deployments])).toEqual(
    tasks.toSorted().map((id) => [id, 3]),
  );
  expect(addUp(byTask)).toEqual(all);
  expect(addUp(await usageOf(ada, 'AGENT'))).toEqual(all);
  expect(await usageOf(ada, 'TASK_LIST')).toEqual([]);
});

test('seconds run from start to end, summed over revivals; a deletion lowers nothing', async () => {
  await using still = await bootManualGateway({ pace: 'instant', script: { endless: true } });
  const { gateway, advance, nextPoll } = still;
  const ada = await gateway.signUpWithCredential();
  const id = await ada.deploy(await ada.createTask());
  await nextPoll();
  const seconds = async () => (await usageOf(ada, 'MONTH'))[0]?.seconds ?? 0;
  /** Lets it run for so long, ends it upstream, and polls until that is counted. @returns what was added */
  const runFor = async (ms: number): Promise<number> => {
    const before = await seconds();
    await advance(ms);
    gateway.simulator.control.endDeployment(id);
    for (let polls = 0; polls < 4 && (await seconds()) === before; polls += 1) await nextPoll();
    return (await seconds()) - before;
  };
  const first = await runFor(100_000);
  expect([first >= 100, first < 103]).toEqual([true, true]);
  await advance(70_000);
  await ada.ask('mutation ($id: ID!) { promptDeployment(id: $id, prompt: "again") { id } }', { id });
  const second = await runFor(50_000);
  expect([second >= 49, second < 53]).toEqual([true, true]);

  const before = await usageOf(ada, 'DEPLOYMENT');
  await ada.ask('mutation ($id: ID!) { deleteDeployment(id: $id) }', { id });
  expect(await usageOf(ada, 'DEPLOYMENT')).toEqual(before);
});

test('where no transcript is kept, usage is counted all the same', async () => {
  await using gateway = await bootGateway({
    env: { TRANSCRIPT_RETENTION: 'off' },
    simulator: { pace: 'instant' },
  });
  const ada = await gateway.signUpWithCredential();
  const id = await ada.deploy(await ada.createTask());
  await expect.poll(async () => addUp(await usageOf(ada, 'DAY')).inputTokens, SOON).toBeGreaterThan(0);
  expect(addUp(await usageOf(ada, 'DAY'))).toEqual(await totalsOf(ada, id));
  expect(await statusOf(ada, `/v1/deployments/${id}/transcript`)).toBe(404);
});

test('Query.usage and its route give the same sums by page and range, to their owner; those of users to administrators', async () => {
  await using gateway = await bootGateway({ simulator: { pace: 'instant' } });
  const ada = await gateway.signUpWithCredential();
  const taskId = await ada.createTask();
  const ids = [await ada.deploy(taskId), await ada.deploy(taskId)].toSorted();
  await endOf(ada, ids);
  const rest = async (user: GraphQLClient, query: string) =>
    (await user.request(`/v1/usage?${query}`)).json() as Promise<Record<string, unknown>>;
  const sums = await usageOf(ada, 'DEPLOYMENT');
  expect(sums.map(({ key }) => key)).toEqual(ids);
  const page = await rest(ada, 'groupBy=deployment&first=1');
  expect(page).toMatchObject({ usage: [sums[0]], pageInfo: { hasNextPage: true } });
  const { endCursor } = page.pageInfo as { endCursor: string };
  expect(await rest(ada, `groupBy=deployment&after=${endCursor}`)).toMatchObject({ usage: [sums[1]] });
  const cut = await ada.graphql<object>('{ usage(groupBy: DEPLOYMENT, first: 1) { key } }');
  expect(cut).toMatchObject({ data: { usage: [{ key: ids[0] }] }, extensions: { incomplete: ['usage'] } });

  const [today = ''] = (await usageOf(ada, 'DAY')).map(({ key }) => key);
  expect(await rest(ada, `groupBy=month&from=${today}`)).toMatchObject({ usage: [{ deployments: 2 }] });
  expect(await rest(ada, `groupBy=month&to=${today}`)).toMatchObject({ usage: [] });
  expect(await rest(ada, `groupBy=day&from=${today}&to=2020-01-01`)).toMatchObject({
    code: 'BAD_USER_INPUT',
  });
  expect(await rest(ada, 'groupBy=hour')).toMatchObject({ code: 'BAD_USER_INPUT' });
  expect(await rest(ada, 'groupBy=user')).toMatchObject({ code: 'FORBIDDEN' });

  const grace = createGraphQLClient(ada.url);
  await grace.signUp('grace@example.com');
  expect(await usageOf(grace, 'DEPLOYMENT')).toEqual([]);
  await gateway.deps.store.db
    .updateTable('users')
    .set({ roles: '["user","admin"]' as never })
    .where('email', '=', 'grace@example.com')
    .execute();
  await grace.signIn('grace@example.com');
  expect(await usageOf(grace, 'USER')).toMatchObject([{ deployments: 2, ...addUp(sums) }]);
});

test('one request gives the points of a plot: a sum for each day or month of the range, by task too', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUp();
  const { id: ownerId } = (await (await ada.request('/v1/me')).json()) as { id: string };
  /** 60 days, from 15 January on; on each a deployment of the one task and every other day one of the other. */
  const days = Array.from({ length: 60 }, (_, index) => Date.UTC(2026, 0, 15 + index, 12));
  for (const [index, createdAt] of days.entries()) {
    const used = { ownerId, createdAt, inputTokens: 100 + index, outputTokens: 10, turns: 1 };
    await recordUsage(gateway.deps.store.db, { ...used, id: `A-${index}`, taskId: '7' }, { ranMs: 2_000 });
    if (index % 2 === 0) await recordUsage(gateway.deps.store.db, { ...used, id: `B-${index}`, taskId: '8' });
  }
  const range = { from: '2026-01-15T00:00:00Z', to: '2026-03-16T00:00:00Z' };
  const plot = await usageOf(ada, 'DAY', range);
  expect(plot.map(({ key }) => key)).toEqual(days.map((at) => new Date(at).toISOString().slice(0, 10)));
  expect(plot.slice(0, 2)).toMatchObject([
    { deployments: 2, inputTokens: 200, outputTokens: 20, turns: 2, seconds: 2 },
    { deployments: 1, inputTokens: 101, outputTokens: 10, turns: 1, seconds: 2 },
  ]);
  const months = await usageOf(ada, 'MONTH', range);
  expect(months.map(({ key, deployments }) => [key, deployments])).toEqual([
    ['2026-01', 26],
    ['2026-02', 42],
    ['2026-03', 22],
  ]);
  expect(addUp(months)).toEqual(addUp(plot));
  const overRest = await ada.request('/v1/usage?groupBy=day&from=2026-01-15&to=2026-03-16');
  expect(await overRest.json()).toEqual({
    usage: plot,
    pageInfo: expect.objectContaining({ hasNextPage: false }),
  });
  const { usage } = await ada.ask<{ usage: unknown[] }>(
    'query ($from: DateTime) { usage(groupBy: DAY, from: $from, taskId: "8") { key deployments } }',
    { from: range.from },
  );
  expect(usage).toHaveLength(30);
});
