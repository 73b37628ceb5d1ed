import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildConsole } from '../../../scripts/build-console.ts';
import { seededAccount, startSimulator } from '../../../simulator/index.ts';
import { launchBrowser, type TestBrowser } from '../../support/browser.ts';
import { createGraphQLClient } from '../../support/client.ts';
import { ADA, openConsole, type TestConsole } from '../../support/console.ts';
import { freePort, startMortalGateway, temporaryFolder } from '../../support/process.ts';

const SLOW = { endless: true, queueMs: 0, steps: 6, messages: 3, stepMs: 60 };

let browser: TestBrowser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser[Symbol.asyncDispose]());

const button = ({ page }: Pick<TestConsole, 'page'>, name: string) =>
  page.getByRole('button', { name, exact: true });

/** A signed-in page that shows a deployment of its user. */
async function show(console: TestConsole, prompt = 'Buy and hold SPY', more: Record<string, unknown> = {}) {
  const ada = await console.gateway.signUpWithCredential(ADA.email);
  const taskId = await ada.createTask(prompt);
  const id = await ada.deploy(taskId, more);
  await console.open(`/deployments/${id}`);
  await console.signIn();
  await console.page.getByRole('heading', { name: `Deployment ${id.slice(0, 10)}` }).waitFor();
  return { ada, taskId, id };
}

test('a deployment that runs: state, events, conversation, files and JSON are shown as they come', async () => {
  await using console = await openConsole(browser, {
    simulator: { script: { queueMs: 50, steps: 6, messages: 3, stepMs: 150, backtest: 'runtimeError' } },
  });
  const { page } = console;
  const guard = { maxTokens: 100_000, maxTurns: 50, maxDurationSeconds: 3_600 };
  const { id } = await show(console, 'Buy <b>SPY</b> when it is cheap', { guard });

  const messages = page.getByRole('region', { name: 'Conversation' });
  await messages.getByText('Buy <b>SPY</b> when it is cheap', { exact: true }).waitFor();
  await messages.getByText('Done.', { exact: true }).waitFor();
  await page.getByRole('heading', { level: 1 }).locator('..').getByText('Completed').waitFor();
  const events = page.getByRole('list', { name: 'Events' }).getByRole('listitem');
  expect((await events.allTextContents()).map((text) => text.replace(/[\d:]+ [AP]M$/, ''))).toEqual([
    'Completed',
    'Running',
    expect.stringMatching(/^Created/),
  ]);

  await messages.getByText('2 errors').or(messages.getByText('1 error')).first().waitFor();
  const call = messages.locator('details', { hasText: 'create_backtest' }).first();
  await call.locator('summary').click();
  await call.getByText('The backtest ended with a runtime error.').first().waitFor();
  await call.getByText('"projectId"').waitFor();
  await messages.locator('details', { hasText: 'Reasoning' }).first().locator('summary').click();
  await messages
    .getByText(/^Step 1: what/)
    .last()
    .waitFor();
  await page.getByText('28,380 of 100,000').waitFor();
  await page.getByRole('img', { name: 'Tokens over time: 27,000 in, 1,380 out' }).waitFor();
  expect(await console.axe()).toEqual([]);
  await call.locator('summary').click();
  await page.evaluate('scrollTo(0, 0)');
  await console.screenshot('deployment', 'light');
  await console.screenshot('deployment', 'dark');

  await page.getByRole('tab', { name: 'Files (1)' }).click();
  await page.getByText('# version 5').waitFor();
  const diff = page.getByRole('region', { name: 'Changes of main.py' });
  expect(await diff.locator('.is-added').allTextContents()).toEqual([expect.stringContaining('# version 5')]);
  expect(await diff.locator('.is-removed').count()).toBe(1);
  await button(console, 'Earlier').click();
  await diff.getByText('# version 4').waitFor();
  expect(await console.axe()).toEqual([]);
  await console.screenshot('deployment-files', 'light');

  await page.getByRole('tab', { name: 'Raw JSON' }).click();
  await page.getByText(`"id": "${id}"`).first().waitFor();
  expect(new URL(page.url()).search).toBe('?tab=raw');

  await page.setViewportSize({ width: 390, height: 844 });
  for (const tab of ['Conversation', 'Files (1)', 'Raw JSON']) {
    await page.getByRole('tab', { name: tab }).click();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
  }
  expect(console.foreignRequests()).toEqual([]);
  expect(console.errors()).toEqual([]);
}, 150_000);

test('a deployment is prompted, stopped, shared and deleted; its transcript is shown afterwards', async () => {
  await using console = await openConsole(browser, { simulator: { script: SLOW } });
  const { page, gateway } = console;
  const { id } = await show(console);
  await page.getByText('Done.', { exact: true }).waitFor();

  await page.getByLabel('Prompt').fill('And now in Python');
  await page.getByLabel('While the agent works').selectOption('REJECT');
  await button(console, 'Send prompt').click();
  await page.getByRole('alert').getByText('CONFLICT').waitFor();
  await page.getByLabel('While the agent works').selectOption('SEND');
  await button(console, 'Send prompt').click();
  await page.getByRole('list', { name: 'Events' }).getByText('Prompt sent').waitFor();
  await page
    .getByRole('region', { name: 'Conversation' })
    .getByText('And now in Python', { exact: true })
    .waitFor();

  await button(console, 'Stop').click();
  await button(console, 'Stop it').click();
  await page.getByRole('heading', { level: 1 }).locator('..').getByText('Stopped').waitFor();
  await page.getByText('Stopped by user').waitFor();

  await button(console, 'Share').click();
  await button(console, 'Create the token').click();
  const command = await page.getByRole('dialog').locator('pre').textContent();
  const token = /Bearer ([^']+)'/.exec(command ?? '')?.[1];
  const read = await fetch(`${gateway.url}/v1/deployments/${id}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect(await read.json()).toMatchObject({ id, status: 'STOPPED' });
  expect(await console.axe()).toEqual([]);
  await button(console, 'Close').first().click();

  await button(console, 'Delete').click();
  expect(await page.getByLabel('Keep the transcript').isChecked()).toBe(true);
  await button(console, 'Delete it').click();
  await page.getByText('It was deleted upstream.').waitFor();
  await page.reload();
  await page.getByText('From the transcript that this gateway keeps').waitFor();
  await page
    .getByRole('region', { name: 'Conversation' })
    .getByText('And now in Python', { exact: true })
    .waitFor();
  expect(await button(console, 'Delete').count()).toBe(0);
  expect(console.errors().filter((text) => !text.includes('status of 409'))).toEqual([]);
}, 120_000);

test('a deployment with a guard and sub-agents: how much of each limit is used, and what each sub-agent said', async () => {
  await using console = await openConsole(browser, {
    simulator: { script: { endless: true, queueMs: 0, steps: 10, stepMs: 30 } },
  });
  const { page, gateway } = console;
  const ada = await gateway.signUpWithCredential(ADA.email);
  const agentOf = async (input: object) =>
    (
      await ada.ask<{ agent: { id: string } }>(
        'mutation ($input: CreateAgentInput!) { agent: createAgent(input: $input) { id } }',
        { input },
      )
    ).agent.id;
  const subAgents = [
    { agentId: await agentOf({ name: 'Wren' }) },
    { agentId: await agentOf({ name: 'Kite' }) },
  ];
  const { task } = await ada.ask<{ task: { id: string } }>(
    'mutation ($input: CreateTaskInput!) { task: createTask(input: $input) { id } }',
    { input: { agentId: await agentOf({ name: 'Heron', subAgents }), name: 'Pairs', prompt: 'Find pairs' } },
  );
  const guard = { maxTokens: 56_000, maxTurns: 400, maxDurationSeconds: 7_200, stopOnWarning: true };
  const id = await ada.deploy(task.id, { guard });
  await console.open(`/deployments/${id}`);
  await console.signIn();

  const used = page.getByRole('region', { name: 'Usage and guard' });
  await used.getByText(/ of 56,000$/).waitFor();
  await used.getByText(/ of 400$/).waitFor();
  await used.getByText(/ of 2 h 00 min$/).waitFor();
  await used.getByText('The guard stops it beyond a limit, or at a warning.').waitFor();
  const tokens = used.getByRole('progressbar', { name: 'Tokens' });
  await expect.poll(async () => Number(await tokens.getAttribute('value'))).toBeGreaterThan(46_000);
  // More than four fifths of the limit: the log has the warning, and the bar is one.
  await used.getByText('Limit nearly used').waitFor();
  expect(await used.locator('.progress.is-warn').count()).toBe(1);

  await page.getByRole('tab', { name: 'Sub-agents (2)' }).click();
  const said = page.getByRole('region', { name: 'Conversation' });
  for (const name of ['Kite', 'Wren']) {
    const select = page.getByLabel('Sub-agent', { exact: true });
    await select.selectOption({ label: name });
    const answer = await ada.request(
      `/v1/deployments/${id}/conversation?callableId=${await select.inputValue()}`,
    );
    const { messages } = (await answer.json()) as {
      messages: { parts: { type: string; text?: string }[] }[];
    };
    // Wren was called twice, Kite once.
    expect(messages.length).toBe(name === 'Wren' ? 4 : 2);
    await expect.poll(() => said.getByRole('listitem').count()).toBe(messages.length);
    const texts = messages.map(({ parts }) => parts.find(({ type }) => type === 'text')?.text ?? '');
    for (const text of texts) await said.getByText(text, { exact: true }).first().waitFor();
  }
  expect(await console.axe()).toEqual([]);
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
  expect(console.errors()).toEqual([]);
}, 120_000);

test('a deployment that does not exist: the page says so', async () => {
  await using console = await openConsole(browser);
  await console.gateway.signUpWithCredential(ADA.email);
  await console.open(`/deployments/A-${'0'.repeat(32)}`);
  await console.signIn();
  await console.page.getByRole('heading', { name: 'There is no such deployment' }).waitFor();
  expect(await console.axe()).toEqual([]);
  expect(console.errors()).toEqual([]);
});

test('the gateway is killed and comes back: the open page says so meanwhile, and catches up', async () => {
  await buildConsole();
  await using simulator = await startEndlessSimulator();
  await using folder = await temporaryFolder();
  await using gateway = await startMortalGateway({
    PORT: await freePort(),
    DATA_DIR: folder.path,
    QUANTCONNECT_BASE_URL: simulator.upstream.url,
    QUANTCDN_BASE_URL: simulator.upstream.quantCdnUrl,
    POLL_INTERVAL: '100ms',
    POLL_INTERVAL_MAX: '500ms',
  });
  const ada = createGraphQLClient(gateway.url);
  await ada.signUp(ADA.email);
  await ada.saveCredential(seededAccount);
  const id = await ada.deploy(await ada.createTask());
  await using profile = await browser.newProfile();
  const page = await profile.context.newPage();
  await page.goto(`${gateway.url}/console/deployments/${id}`);
  await page.getByLabel('E-mail').fill(ADA.email);
  await page.getByLabel('Password').fill(ADA.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page
    .getByRole('region', { name: 'Conversation' })
    .getByText('Buy and hold SPY', { exact: true })
    .waitFor();

  const isOver = Promise.withResolvers<void>();
  await gateway.kill(isOver.promise);
  await page.getByText('The gateway cannot be reached.').waitFor();
  simulator.upstream.control.endDeployment(id);
  isOver.resolve();
  await gateway.alive();

  await page
    .getByRole('heading', { level: 1 })
    .locator('..')
    .getByText('Completed')
    .waitFor({ timeout: 60_000 });
  await page.getByText('The gateway cannot be reached.').waitFor({ state: 'detached' });
  await page.getByRole('region', { name: 'Conversation' }).getByText('Done.', { exact: true }).waitFor();
  const { deploymentEvents } = await ada.ask<{ deploymentEvents: { nodes: unknown[] } }>(
    'query ($id: ID!) { deploymentEvents(deploymentId: $id) { nodes { id } } }',
    { id },
  );
  const events = page.getByRole('list', { name: 'Events' }).getByRole('listitem');
  expect(await events.count()).toBe(deploymentEvents.nodes.length);
  expect(await page.getByRole('alert').count()).toBe(0);
}, 240_000);

/** A simulator whose deployments go on until they are ended. */
async function startEndlessSimulator() {
  const upstream = await startSimulator({ script: { ...SLOW, steps: 60, stepMs: 500 } });
  return { upstream, [Symbol.asyncDispose]: () => upstream.close() };
}
