import { afterAll, beforeAll, expect, test } from 'vitest';
import { predefinedAgent, seededAccount, seededOrganization } from '../../../simulator/index.ts';
import { launchBrowser, type TestBrowser } from '../../support/browser.ts';
import { createGraphQLClient } from '../../support/client.ts';
import { ADA, openConsole, type TestConsole } from '../../support/console.ts';

let browser: TestBrowser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser[Symbol.asyncDispose]());

const press = ({ page }: TestConsole, name: string) =>
  page.getByRole('button', { name, exact: true }).click();

test('a newcomer signs up, stores a credential, creates agent and task, and watches the run to its end', async () => {
  await using console = await openConsole(browser);
  const { page } = console;
  await console.open();
  await press(console, 'Create one');
  await page.getByLabel('E-mail').fill(ADA.email);
  await page.getByLabel('Password').fill(ADA.password);
  await press(console, 'Sign up');

  await page.getByRole('heading', { name: 'Store your QuantConnect credential' }).waitFor();
  await page.getByRole('figure').getByText('is the last part of the address of Organization').waitFor();
  expect(await console.axe()).toEqual([]);
  await console.screenshot('first-steps', 'light');
  await console.screenshot('first-steps', 'dark');
  await page.getByLabel('User id').fill(seededAccount.userId);
  await page.getByLabel('API token').fill('0'.repeat(64));
  await page.getByLabel('Organization id').fill(seededOrganization.id);
  await press(console, 'Save');
  await page.getByRole('alert').getByText('QuantConnect refuses this token').waitFor();
  await page.getByLabel('API token').fill(seededAccount.apiToken);
  await press(console, 'Save');

  await page.getByLabel('Name of the agent').fill('Heron');
  await page.getByLabel('Name of the task').fill('Momentum');
  await page.getByLabel('What should it do?').fill('Buy what has risen');
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
  expect(await console.axe()).toEqual([]);
  await page.setViewportSize({ width: 1280, height: 800 });
  await press(console, 'Deploy');

  await page.getByRole('heading', { name: /^Deployment A-/ }).waitFor();
  const conversation = page.getByRole('region', { name: 'Conversation' });
  await conversation.getByText('Buy what has risen', { exact: true }).waitFor();
  await page.getByRole('heading', { level: 1 }).locator('..').getByText('Completed').waitFor();
  await conversation.getByText('Done.', { exact: true }).waitFor();
  const ada = createGraphQLClient(console.gateway.url);
  await ada.signIn(ADA.email);
  const { agents, tasks } = await ada.ask<{
    agents: { id: string; name: string }[];
    tasks: { name: string; agentId: string }[];
  }>('{ agents { id name } tasks { name agentId } }');
  expect(agents.filter(({ name }) => name === 'Heron').map(({ id }) => id)).toEqual([tasks[0]?.agentId]);
  expect(tasks.map(({ name }) => name)).toEqual(['Momentum']);

  await page.getByRole('link', { name: 'Home' }).click();
  const ended = page.getByRole('list', { name: 'Ended today' });
  await ended.getByText('Completed').waitFor();
  await page.getByRole('img', { name: /^Tokens of each day of this month, 14,190 in all/ }).waitFor();
  expect(console.foreignRequests()).toEqual([]);
  expect(console.errors().filter((text) => !text.includes('status of 409'))).toEqual([]);
}, 120_000);

test('Home shows what runs, what has ended and how, and tokens against the budget, and the list all of it', async () => {
  await using console = await openConsole(browser, {
    simulator: { predefinedAgents: [predefinedAgent], script: { queueMs: 0, stepMs: 20 } },
  });
  const { page, gateway } = console;
  const { control } = gateway.simulator;
  control.setCapacity(seededOrganization.id, 20);
  const ada = await gateway.signUpWithCredential(ADA.email);
  const deploy = async (prompt: string, script: Parameters<typeof control.scriptTask>[1] = {}) => {
    const taskId = await ada.createTask(prompt);
    control.scriptTask(Number(taskId), script);
    return ada.deploy(taskId);
  };
  await deploy('Trend following on the S&P 500');
  await deploy('Pairs: KO against PEP', { outcome: 'Failed', runtimeError: 'No data for PEP before 1972' });
  const running = await deploy('Overnight gaps of SPY', { endless: true });
  await deploy('Carry in G10 currencies', { endless: true });
  await console.open();
  await console.signIn();

  const now = page.getByRole('list', { name: 'Runs now' });
  const ended = page.getByRole('list', { name: 'Ended today' });
  await ended.getByText('No data for PEP before 1972').waitFor();
  await now.getByText('Overnight gaps of SPY').waitFor();
  control.endDeployment(running);
  await ended.getByText('Overnight gaps of SPY').waitFor();
  await now.getByText('Overnight gaps of SPY').waitFor({ state: 'detached' });

  await ada.ask(`mutation { setBudget(input: { period: DAY, maxTokens: 50000, onReached: WARN }) { id } }`);
  await page.reload();
  await page.getByRole('progressbar', { name: 'Budget of today' }).waitFor();
  await now.getByText('Carry in G10 currencies').waitFor();
  expect(await console.axe()).toEqual([]);
  await console.screenshot('home', 'light');
  await console.screenshot('home', 'dark');
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
  await page.setViewportSize({ width: 1280, height: 800 });

  await page.getByRole('link', { name: 'Deployments', exact: true }).click();
  const rows = page.getByRole('region', { name: 'Deployments' }).locator('tbody tr');
  await expect.poll(() => rows.count()).toBe(4);
  expect(await console.axe()).toEqual([]);
  await console.screenshot('deployments', 'light');
  await console.screenshot('deployments', 'dark');
  await page.getByLabel('Status').selectOption('FAILED');
  await expect.poll(() => rows.allTextContents()).toEqual([expect.stringContaining('No data for PEP')]);
  expect(new URL(page.url()).search).toBe('?status=FAILED');
  await page.getByLabel('Status').selectOption('QUEUED');
  await page.getByRole('heading', { name: 'No deployment matches' }).waitFor();
  expect(console.errors()).toEqual([]);
}, 120_000);

test('a rejected credential and a reached budget: Home names them, and the act that mends them', async () => {
  await using console = await openConsole(browser, { simulator: { script: { queueMs: 0, stepMs: 20 } } });
  const { page, gateway } = console;
  const ada = await gateway.signUpWithCredential(ADA.email);
  await ada.deploy(await ada.createTask());
  await ada.ask('mutation { setBudget(input: { period: MONTH, maxTokens: 10 }) { id } }');
  const usedTokens = async () =>
    (await ada.ask<{ budgets: { usedTokens: number }[] }>('{ budgets { usedTokens } }')).budgets[0]
      ?.usedTokens;
  await expect.poll(usedTokens, { timeout: 20_000 }).toBeGreaterThan(10);
  const token = 'f'.repeat(64);
  gateway.simulator.control.addAccount({ ...seededAccount, apiToken: token });
  const { viewer } = await ada.ask<{ viewer: { credentials: { id: string }[] } }>(
    '{ viewer { credentials { id } } }',
  );
  await ada.graphql('mutation ($id: ID!) { verifyCredential(id: $id) { status } }', {
    id: viewer.credentials[0]?.id,
  });
  await console.open();
  await console.signIn();

  const wrong = page.getByRole('region', { name: 'What is wrong' });
  await wrong.getByText(/QuantConnect refuses the credential/).waitFor();
  await wrong.getByText(/The month budget of 10 tokens is used up/).waitFor();
  expect(await console.axe()).toEqual([]);
  gateway.simulator.control.addAccount(seededAccount);
  await press(console, 'Verify again');
  await wrong.getByText(/QuantConnect refuses the credential/).waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'Change the budget' }).click();
  await page.getByRole('button', { name: /^Replace/ }).click();
  await page.getByLabel('Most tokens').fill('5000000');
  await press(console, 'Save');
  await page.getByText(/ of 5,000,000 tokens/).waitFor();
  await page.getByRole('link', { name: 'Home' }).click();
  await page.getByRole('progressbar', { name: 'Budget of this month' }).waitFor();
  await expect.poll(() => wrong.count()).toBe(0);
  expect(console.errors()).toEqual([]);
}, 120_000);

test('a deployment that cannot be read, and one that its guard stopped: Home says so and why, until it can be read', async () => {
  await using console = await openConsole(browser, {
    simulator: { script: { endless: true, queueMs: 0, steps: 4, stepMs: 20 } },
  });
  const { page, gateway } = console;
  const { simulator } = gateway;
  simulator.control.setCapacity(seededOrganization.id, 5);
  const ada = await gateway.signUpWithCredential(ADA.email);
  const taskId = await ada.createTask('Overnight gaps of SPY');
  await ada.deploy(taskId, { guard: { maxTokens: 1_000 } });
  await ada.deploy(taskId);
  await console.open();
  await console.signIn();
  await page.getByRole('list', { name: 'Ended today' }).getByText('Guard max tokens').waitFor();
  expect(await page.getByRole('region', { name: 'What is wrong' }).count()).toBe(0);

  simulator.faults.add({
    kind: 'status500',
    times: Number.POSITIVE_INFINITY,
    match: { upstream: 'quantconnect' },
  });
  const wrong = page.getByRole('region', { name: 'What is wrong' });
  await wrong.getByText('One deployment cannot be read at the moment.').waitFor();
  await page.getByRole('list', { name: 'Runs now' }).getByText('Cannot be read').waitFor();
  expect(await console.axe()).toEqual([]);
  await wrong.getByRole('link', { name: 'See why' }).click();
  await page.getByText('The gateway cannot read it at the moment').waitFor();
  await page.getByText('UPSTREAM_UNAVAILABLE').first().waitFor();

  simulator.faults.clear();
  await page.getByText('The gateway cannot read it at the moment').waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'Home' }).click();
  await page.getByRole('list', { name: 'Runs now' }).getByText('Overnight gaps of SPY').waitFor();
  expect(await wrong.count()).toBe(0);
}, 120_000);
