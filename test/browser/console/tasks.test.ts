import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser, type TestBrowser } from '../../support/browser.ts';
import { openConsole } from '../../support/console.ts';
import { createNamedTask } from '../../support/console-lists.ts';

let browser: TestBrowser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser[Symbol.asyncDispose]());

test('a task is created, renamed, searched for, deployed with a guard, and deleted', async () => {
  await using console = await openConsole(browser);
  const { page, gateway } = console;
  const ada = await gateway.signUpWithCredentials();
  const kept = await createNamedTask(ada, 'Weekly turnover report');
  const { second } = await ada.ask<{ second: { id: string } }>(
    'mutation { second: createAgent(input: { name: "Risk analyst" }) { id } }',
  );
  await console.open('/tasks');
  await console.signIn();
  const table = page.getByRole('region', { name: 'Tasks' });
  await table.getByRole('link', { name: 'Weekly Turnover Report' }).waitFor();
  expect(await console.axe()).toEqual([]);
  await console.screenshot('tasks', 'light');
  await console.screenshot('tasks', 'dark');

  await page.getByRole('button', { name: 'New task' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('Momentum on sectors');
  await dialog.getByLabel('Agent').selectOption({ label: 'Risk analyst' });
  await dialog.getByLabel('Prompt').fill('Rank the sector funds by twelve month momentum.');
  await dialog.getByRole('button', { name: 'Create' }).click();
  await page.getByRole('heading', { name: 'Momentum On Sectors', level: 1 }).waitFor();
  await page.getByText('Rank the sector funds by twelve month momentum.').waitFor();
  await page.getByText('It has not run yet').waitFor();

  await page.getByRole('button', { name: 'More acts' }).click();
  await page.getByRole('menuitem', { name: 'Rename' }).click();
  await dialog.getByLabel('Name').fill('Sector momentum');
  await dialog.getByRole('button', { name: 'Rename' }).click();
  await page.getByRole('heading', { name: 'Sector momentum', level: 1 }).waitFor();

  const created = new URL(page.url()).pathname.split('/').at(-1) ?? '';
  const { task } = await ada.ask<{ task: { name: string; agentId: string } }>(
    'query ($id: ID!) { task(id: $id) { name agentId } }',
    { id: created },
  );
  expect(task).toEqual({ name: 'Sector Momentum', agentId: second.id });
  gateway.simulator.control.scriptTask(Number(created), { endless: true });
  // It runs until the guard stops it.
  await page.getByRole('button', { name: 'Deploy', exact: true }).click();
  await dialog.getByLabel('Most tokens').fill('1');
  await dialog.getByRole('button', { name: 'Deploy' }).click();
  await page.waitForURL(/\/console\/deployments\/A-/);
  const deployed = page.url().split('/').at(-1) ?? '';
  const reason = async () =>
    (
      await ada.ask<{ deployment: { endReason: string | null } }>(
        'query ($id: ID!) { deployment(id: $id) { endReason } }',
        { id: deployed },
      )
    ).deployment.endReason;
  await expect.poll(reason, { timeout: 20_000 }).toBe('GUARD_MAX_TOKENS');

  await console.open('/tasks?q=sector');
  await table.getByRole('link', { name: 'Sector momentum' }).waitFor();
  expect(await table.getByRole('link', { name: 'Weekly Turnover Report' }).count()).toBe(0);
  await page.getByRole('button', { name: 'More for Sector momentum' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await page.getByText('No task fits').waitFor();
  const { tasks } = await ada.ask<{ tasks: { id: string }[] }>('{ tasks { id } }');
  expect(tasks).toEqual([{ id: kept }]);
  expect(console.errors()).toEqual([]);
}, 120_000);

interface Ended {
  isTerminal: boolean;
  startedAt: string;
  endedAt: string;
}

test('the runs of a task stand side by side: outcome, tokens, time and first failure', async () => {
  await using console = await openConsole(browser, { simulator: { pace: 'instant' } });
  const { page, gateway } = console;
  const ada = await gateway.signUpWithCredential();
  const taskId = await createNamedTask(ada, 'Momentum backtest');
  const { control } = gateway.simulator;
  const scripts = [
    { answer: 'Sharpe ratio 1.4 over ten years.' },
    { outcome: 'Failed', runtimeError: 'Runtime Error: no data for 2008', messages: 3 },
    { backtest: 'runtimeError', messages: 2, answer: 'The backtest did not run.' },
    { answer: 'Sharpe ratio 1.1 with costs.', messages: 4 },
  ] as const;
  const ids: string[] = [];
  const ran: string[] = [];
  for (const script of scripts) {
    control.scriptTask(Number(taskId), script);
    const id = await ada.deploy(taskId);
    ids.push(id);
    await expect
      .poll(async () => (await ada.request(`/v1/deployments/${id}/transcript`)).status, { timeout: 15_000 })
      .toBe(200);
    const read = async () => (await (await ada.request(`/v1/deployments/${id}`)).json()) as Ended;
    await expect.poll(async () => (await read()).isTerminal).toBe(true);
    const { startedAt, endedAt } = await read();
    ran.push(`${((Date.parse(endedAt) - Date.parse(startedAt)) / 1_000).toFixed(1)} s`);
  }

  await console.open(`/tasks/${taskId}`);
  await console.signIn();
  const runs = page.getByRole('region', { name: 'Runs', exact: true });
  const row = (id: string) => runs.getByRole('row').filter({ hasText: id.slice(0, 12) });
  for (const [at, outcome, failure] of [
    [0, 'Completed', 'none'],
    [1, 'Failed', 'no data for 2008'],
    [2, 'Completed', 'create_backtest'],
    [3, 'Completed', 'none'],
  ] as const)
    for (const text of [outcome, failure, ran[at] ?? ''])
      await row(ids[at] ?? '')
        .getByText(text)
        .waitFor();
  const { usage } = await ada.ask<{ usage: { key: string; inputTokens: number; outputTokens: number }[] }>(
    '{ usage(groupBy: DEPLOYMENT) { key inputTokens outputTokens } }',
  );
  for (const { key, inputTokens, outputTokens } of usage)
    await row(key)
      .getByText((inputTokens + outputTokens).toLocaleString('en-US'))
      .waitFor();

  gateway.simulator.calls.reset();
  for (const id of [ids[0], ids[2], ids[3]]) await page.getByLabel(`Compare run ${id?.slice(0, 12)}`).check();
  const compare = page.getByRole('region', { name: 'Runs side by side' });
  await compare.getByText('Sharpe ratio 1.4 over ten years.').waitFor();
  await compare.getByText('Sharpe ratio 1.1 with costs.').waitFor();
  await compare.getByText('The backtest did not run.').waitFor();
  const aspect = (name: string) =>
    compare
      .getByRole('row')
      .filter({ has: page.getByRole('rowheader', { name, exact: true }) })
      .getByRole('cell')
      .allTextContents();
  // Newest first.
  expect(await aspect('Outcome')).toEqual(['Completed', 'Completed', 'Completed']);
  expect(await aspect('Ran')).toEqual([ran[3], ran[2], ran[0]]);
  expect(await aspect('First failure')).toEqual(['none', expect.stringContaining('create_backtest'), 'none']);
  expect(new URL(page.url()).searchParams.get('runs')?.split(',')).toEqual([ids[0], ids[2], ids[3]]);
  // What is compared comes from the gateway's store.
  expect(gateway.simulator.calls.counts().byPath).toEqual({});
  expect(await console.axe()).toEqual([]);
  // All of the comparison, from the top.
  await page.evaluate('scrollTo(0, 0)');
  await console.screenshot('task', 'light', { width: 1280, height: 1080 });
  await console.screenshot('task', 'dark', { width: 1280, height: 1080 });

  await page.reload();
  await compare.getByText('Sharpe ratio 1.4 over ten years.').waitFor();
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
  await console.open(`/tasks/${taskId}?status=FAILED`);
  await row(ids[1] ?? '').waitFor();
  expect(await row(ids[0] ?? '').count()).toBe(0);
  expect(console.errors()).toEqual([]);
}, 120_000);
