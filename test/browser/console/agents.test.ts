import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser, type TestBrowser } from '../../support/browser.ts';
import { openConsole } from '../../support/console.ts';

let browser: TestBrowser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser[Symbol.asyncDispose]());

test('an agent is created, searched for, changed and deleted', async () => {
  await using console = await openConsole(browser);
  const { page, gateway } = console;
  const ada = await gateway.signUpWithCredential();
  await ada.ask('mutation { createAgent(input: { name: "Heron" }) { id } }');
  await console.open('/agents');
  await console.signIn();
  await page.getByRole('button', { name: 'New agent' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('Sector analyst');
  await dialog.getByLabel('Model').fill('claude-sonnet');
  await dialog.getByLabel('Reasoning effort').selectOption('HIGH');
  await dialog.getByLabel('Most turns').fill('40');
  await dialog.getByLabel('Description').fill('Compares sectors and writes a note.');
  await dialog
    .getByLabel('System prompt')
    .fill('You are a careful analyst. State the data that you used, and its limits.');
  await dialog.getByLabel('Tools').fill('create_file\nedit_file\ncreate_backtest');
  await console.screenshot('agent-edit', 'light');
  await console.screenshot('agent-edit', 'dark');
  expect(await console.axe()).toEqual([]);
  await dialog.getByRole('button', { name: 'Create' }).click();

  const panel = page.getByRole('complementary', { name: 'Agent Sector analyst' });
  await panel.getByText('You are a careful analyst.').waitFor();
  await panel.getByText('create_backtest').waitFor();
  expect(await console.axe()).toEqual([]);
  await console.screenshot('agents', 'light');
  await console.screenshot('agents', 'dark');
  const mine = async () =>
    (
      await ada.ask<{ agents: { name: string }[] }>(
        '{ agents { name model reasoningEffort maxTurns description systemPrompt tools } }',
      )
    ).agents.filter(({ name }) => name.startsWith('Sector'));
  const entered = {
    name: 'Sector analyst',
    model: 'claude-sonnet',
    reasoningEffort: 'HIGH',
    maxTurns: 40,
    description: 'Compares sectors and writes a note.',
    systemPrompt: 'You are a careful analyst. State the data that you used, and its limits.',
    tools: ['create_file', 'edit_file', 'create_backtest'],
  };
  expect(await mine()).toEqual([entered]);

  await panel.getByRole('button', { name: 'Edit' }).click();
  await dialog.getByLabel('Name').fill('Sector strategist');
  await dialog.getByLabel('Most turns').fill('60');
  await dialog.getByRole('button', { name: 'Save' }).click();
  const changed = page.getByRole('complementary', { name: 'Agent Sector strategist' });
  await changed.getByText('60').waitFor();
  expect(await mine()).toEqual([{ ...entered, name: 'Sector strategist', maxTurns: 60 }]);

  const table = page.getByRole('region', { name: 'Agents' });
  await expect.poll(() => table.getByRole('row').count()).toBe(3);
  await page.getByLabel('Search').fill('strategist');
  await expect.poll(() => new URL(page.url()).searchParams.get('q')).toBe('strategist');
  expect(await table.getByRole('row').count()).toBe(2);
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);

  await changed.getByRole('button', { name: 'Delete' }).click();
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await page.getByText('No agent fits').waitFor();
  expect(await mine()).toEqual([]);

  expect(console.errors()).toEqual([]);
}, 120_000);
