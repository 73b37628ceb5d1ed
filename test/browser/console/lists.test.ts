import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser, type TestBrowser } from '../../support/browser.ts';
import { openConsole, type TestConsole } from '../../support/console.ts';
import { createNamedTask, plantList, RESEARCH } from '../../support/console-lists.ts';

const SOON = { timeout: 20_000, interval: 100 };

let browser: TestBrowser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser[Symbol.asyncDispose]());

const button = ({ page }: TestConsole, name: string | RegExp) => page.getByRole('button', { name });
const chip = ({ page }: TestConsole, state: string) =>
  page.getByRole('group', { name: 'States' }).getByRole('button', { name: state });
const node = ({ page }: TestConsole, title: string | RegExp) =>
  page.getByRole('region', { name: 'Graph' }).getByRole('button', { name: title });
const inDialog = ({ page }: TestConsole) => page.getByRole('dialog');

async function openList(console: TestConsole, list: string): Promise<void> {
  await console.open(`/lists/${list}`);
  await console.signIn();
  await console.page.getByRole('heading', { name: `Task list ${list}`, level: 1 }).waitFor();
}

/** Light and dark, wide and narrow. */
async function screenshots(console: TestConsole, view: string): Promise<void> {
  await console.screenshot(view, 'light');
  await console.screenshot(view, 'dark');
}

test('a list is run and watched to its end; its tasks show their deployments, and why they cannot start', async () => {
  await using console = await openConsole(browser, {
    simulator: { pace: { queueMs: 20, stepMs: 20, steps: 3, stopMs: 0 } },
  });
  const { page, gateway } = console;
  const ada = await gateway.signUpWithCredentials();
  const good = await createNamedTask(ada, 'Research step');
  const bad = await createNamedTask(ada, 'Stress test');
  gateway.simulator.control.scriptTask(Number(bad), { outcome: 'Failed', runtimeError: 'No data for 2008' });
  // This one runs until the test has seen it.
  const held = await createNamedTask(ada, 'Regime backtest');
  gateway.simulator.control.scriptTask(Number(held), { endless: true });
  const taskIds: Record<string, string> = { 'Stress test 2008 and 2020': bad, 'Backtest with regimes': held };
  plantList(gateway.simulator, 'momentum-q3', RESEARCH, (title) => taskIds[title] ?? good);

  await openList(console, 'momentum-q3');
  await node(console, 'Gather daily bars Ready').waitFor();
  await node(console, 'Align calendars Blocked by 2 tasks').waitFor();
  await page.getByText('13 tasks in 7 stages; critical path of 7 tasks').waitFor();
  expect(await console.axe()).toEqual([]);

  await button(console, 'Run').click();
  await inDialog(console).getByLabel('Tasks at the same time').fill('2');
  await inDialog(console).getByLabel('Most tokens').fill('9000000');
  await screenshots(console, 'list-run');
  expect(await console.axe()).toEqual([]);
  await inDialog(console).getByRole('button', { name: 'Run' }).click();

  await node(console, /Backtest with regimes In progress/).waitFor();
  await node(console, /Backtest with regimes In progress/).click();
  await page
    .getByRole('complementary', { name: 'Task Backtest with regimes' })
    .getByRole('link', { name: /A-/ })
    .waitFor();
  await screenshots(console, 'list');
  for (const { taskId, deploymentId } of gateway.simulator.control.state().deployments)
    if (String(taskId) === held) gateway.simulator.control.scriptDeployment(deploymentId, { endless: false });

  await page.getByRole('region', { name: 'Newest run' }).getByText('Last run').waitFor();
  await node(console, /Write the research note Unreachable because of 1 task/).click();
  const panel = page.getByRole('complementary', { name: 'Task Write the research note' });
  await panel.getByText('Cannot start', { exact: false }).waitFor();
  await panel.getByRole('button', { name: 'Stress test 2008 and 2020' }).first().click();
  const failed = page.getByRole('complementary', { name: 'Task Stress test 2008 and 2020' });
  await failed.getByText('No data for 2008').first().waitFor();
  await expect.poll(() => chip(console, 'Completed').textContent(), SOON).toBe('Completed 11');
  expect(await console.axe()).toEqual([]);
  await screenshots(console, 'list-ended');
  await node(console, 'Stress test 2008 and 2020 Failed').waitFor();

  const { run } = await ada.ask<{ run: { maxParallel: number; status: string } }>(
    '{ run: aiTaskListRun(taskListId: "momentum-q3") { maxParallel status } }',
  );
  expect(run).toEqual({ maxParallel: 2, status: 'FAILED' });
  expect(console.foreignRequests()).toEqual([]);
  expect(console.errors()).toEqual([]);
}, 120_000);

test('a used-up budget: the run is held and says so; it is stopped with its deployments, and the next run is followed', async () => {
  await using console = await openConsole(browser, { simulator: { pace: 'instant' } });
  const { page, gateway } = console;
  const ada = await gateway.signUpWithCredentials();
  const task = await createNamedTask(ada, 'Research step');
  const plan = { 'Gather bars': [], 'Clean bars': ['Gather bars'], 'Backtest bars': ['Clean bars'] };
  plantList(gateway.simulator, 'bars', plan, () => task);
  await openList(console, 'bars');
  await node(console, 'Clean bars Blocked by 1 task').waitFor();
  await button(console, 'Run').click();
  await inDialog(console).getByLabel('Tokens of a run').fill('1');
  await inDialog(console).getByRole('button', { name: 'Run' }).click();
  await page.getByText('The run is held: a budget is used up.').waitFor();
  await page.getByText(/Each run of this list: [\d,]+ of 1 tokens/).waitFor();
  await console.screenshot('list-held', 'light');
  await console.screenshot('list-held', 'dark');

  await button(console, 'Stop').click();
  await inDialog(console).getByLabel('Stop running deployments too').check();
  await inDialog(console).getByRole('button', { name: 'Stop the run' }).click();
  await page.getByRole('region', { name: 'Newest run' }).getByText('Last run').waitFor();
  const statusOf = async () =>
    (await ada.ask<{ run: { status: string } }>('{ run: aiTaskListRun(taskListId: "bars") { status } }')).run
      .status;
  expect(await statusOf()).toBe('STOPPED');

  // Another client deletes the budget and runs the list again; the page sees it by its tasks.
  const { budgets } = await ada.ask<{ budgets: { id: string }[] }>('{ budgets { id } }');
  await ada.ask('mutation ($id: ID!) { deleteBudget(id: $id) }', { id: budgets[0]?.id });
  gateway.simulator.control.scriptTask(Number(task), { endless: true });
  await ada.ask('mutation { runAiTaskList(taskListId: "bars") { id } }');
  await page.getByRole('region', { name: 'Newest run' }).getByText('This run').waitFor();
  await page.getByRole('tab', { name: 'Table' }).click();
  const rows = page.getByRole('region', { name: 'Tasks of the list' }).getByRole('row');
  await rows.filter({ hasText: 'Backtest bars' }).filter({ hasText: 'Blocked' }).waitFor();
  await rows.filter({ hasText: 'Clean bars' }).filter({ hasText: 'In progress' }).getByRole('link').waitFor();
  expect(new URL(page.url()).searchParams.get('view')).toBe('table');
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);

  await console.open('/lists');
  const lists = page.getByRole('region', { name: 'Task lists' });
  await lists.getByRole('link', { name: 'bars' }).waitFor();
  await lists.getByText('1 completed, 1 in progress, 1 pending').waitFor();
  expect(await console.axe()).toEqual([]);
  expect(console.errors()).toEqual([]);
}, 120_000);

/** Drags the graph for a while. @returns the times between its frames, in milliseconds, sorted */
async function framesWhilePanning({ page }: TestConsole): Promise<number[]> {
  await page.evaluate(`{
    globalThis.frames_ = [];
    let last;
    const note = (now) => {
      if (last !== undefined) globalThis.frames_.push(now - last);
      last = now;
      globalThis.request_ = requestAnimationFrame(note);
    };
    globalThis.request_ = requestAnimationFrame(note);
  }`);
  const box = await page.getByRole('region', { name: 'Graph' }).boundingBox();
  if (box === null) throw new Error('the graph is not shown');
  const from = { x: box.x + box.width * 0.8, y: box.y + box.height * 0.5 };
  for (let round = 0; round < 4; round += 1) {
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(from.x - 600, from.y - 120, { steps: 30 });
    await page.mouse.up();
  }
  return page.evaluate(`(cancelAnimationFrame(request_), frames_.sort((one, other) => one - other))`);
}

test('2,000 tasks: the graph shows those in sight and is panned; the figure is printed', async () => {
  await using console = await openConsole(browser, { simulator: { pace: 'instant' } });
  const { page, gateway } = console;
  await gateway.signUpWithCredentials();
  const columns = 40;
  const rows = 50;
  const titleOf = (column: number, row: number) => `Step ${column + 1}.${row + 1}`;
  const plan: Record<string, string[]> = {};
  for (let column = 0; column < columns; column += 1)
    for (let row = 0; row < rows; row += 1) {
      const before = [row, ...(row % 3 === 0 ? [(row * 7 + 1) % rows] : [])];
      plan[titleOf(column, row)] = column === 0 ? [] : before.map((one) => titleOf(column - 1, one));
    }
  plantList(gateway.simulator, 'large', plan, () => '1');
  await openList(console, 'large');
  await page.getByText('2,000 tasks in 40 stages; critical path of 40 tasks').waitFor({ timeout: 60_000 });
  await node(console, /^Step 1\.\d+ Ready/)
    .first()
    .waitFor({ timeout: 60_000 });
  const nodes = page.getByRole('region', { name: 'Graph' }).getByRole('button', { name: /^Step/ });
  expect(await nodes.count()).toBeLessThan(400);

  const frames = await framesWhilePanning(console);
  const at = (share: number) => (frames[Math.floor(frames.length * share)] ?? 0).toFixed(1);
  process.stdout.write(
    `panning 2,000 tasks: ${frames.length} frames, median ${at(0.5)} ms, 95 % within ${at(0.95)} ms\n`,
  );
  expect(frames.length).toBeGreaterThan(0);
  await node(console, /^Step [12]\d\.\d+ Blocked/)
    .first()
    .waitFor();
  await console.screenshot('list-large', 'light');
  expect(console.errors()).toEqual([]);
}, 180_000);
