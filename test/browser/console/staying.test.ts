import type { Page, Route } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildConsole } from '../../../scripts/build-console.ts';
import { seededAccount, startSimulator } from '../../../simulator/index.ts';
import { launchBrowser, type TestBrowser } from '../../support/browser.ts';
import { createGraphQLClient, type GraphQLClient } from '../../support/client.ts';
import { ADA, openConsole } from '../../support/console.ts';
import type { GatewayOptions } from '../../support/gateway.ts';
import { logOf, prompt } from '../../support/guide-page.ts';
import { freePort, startMortalGateway, temporaryFolder } from '../../support/process.ts';

/** A page that stays open for days: what happens to it meanwhile. */

let browser: TestBrowser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser[Symbol.asyncDispose]());

const ENDLESS = { simulator: { script: { endless: true, queueMs: 0 } } } satisfies GatewayOptions;

/** A console that shows a deployment that does not end. */
async function showDeployment(env: Record<string, string> = {}) {
  const console = await openConsole(browser, { ...ENDLESS, env });
  const ada = await console.gateway.signUpWithCredential();
  await ada.signIn(ADA.email);
  const taskId = await ada.createTask();
  await ada.signIn(ADA.email);
  const id = await ada.deploy(taskId);
  await console.open(`/deployments/${id}`);
  await console.signIn();
  await shows(console.page, 'Running');
  return { console, ada, id };
}

const shows = (page: Page, status: string) =>
  page.getByRole('heading', { level: 1 }).locator('..').getByText(status).waitFor();
const prompts = (page: Page) => page.getByRole('list', { name: 'Events' }).getByText('Prompt sent');

/** Sends a prompt with a fresh token, as a program would. */
async function promptAs(ada: GraphQLClient, id: string): Promise<void> {
  await ada.signIn(ADA.email);
  await prompt(ada, id);
}

/** Hides the page, or shows it again. */
const setHidden = (page: Page, isHidden: boolean) =>
  page.evaluate(
    `Object.defineProperty(document, 'hidden', { value: ${isHidden}, configurable: true }); document.dispatchEvent(new Event('visibilitychange'))`,
  );

async function openAccount(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Account' }).click();
  await page.getByRole('row').filter({ hasText: 'QuantConnect' }).getByText('Verified').waitFor();
}

test('over three access tokens a view stays live, and the next view needs no sign-in', async () => {
  const { console, ada, id } = await showDeployment({ ACCESS_TOKEN_TTL: '3s' });
  await using _ = console;
  const { page } = console;
  const beganAtMs = Date.now();
  // At a pace: each prompt signs in, and the fiftieth session of a user ends the oldest, which is that of the page.
  for (let sent = 1; sent <= 12; sent += 1) {
    await promptAs(ada, id);
    await prompts(page)
      .nth(sent - 1)
      .waitFor();
    await page.waitForTimeout(Math.max(0, beganAtMs + sent * 800 - Date.now()));
  }
  await openAccount(page);
  expect(console.errors()).toEqual([]);
}, 120_000);

test('a view whose file could not be loaded comes back by itself, and says so if it fails again', async () => {
  await using console = await openConsole(browser);
  const { page, gateway } = console;
  await gateway.signUpWithCredential();
  await console.signIn();
  let refused = 0;
  const refuse = async (route: Route) => {
    refused += 1;
    await route.abort();
  };
  await page.route('**/console/assets/*', refuse);
  await page.getByRole('link', { name: 'Agents' }).click();
  await page.getByText('waiting for the gateway').waitFor();
  await page.unroute('**/console/assets/*', refuse);
  await page.getByRole('button', { name: 'New agent' }).first().waitFor();
  expect(refused).toBeGreaterThan(0);

  await page.route('**/console/assets/*', refuse);
  await page.getByRole('link', { name: 'Tasks', exact: true }).click();
  await page.getByRole('button', { name: 'Try again' }).waitFor();
}, 120_000);

test('over a kill of the gateway a view shows what it missed, and the next view needs no sign-in', async () => {
  await buildConsole();
  await using folder = await temporaryFolder();
  const simulator = await startSimulator(ENDLESS.simulator);
  await using _upstream = { [Symbol.asyncDispose]: () => simulator.close() };
  await using gateway = await startMortalGateway({
    PORT: await freePort(),
    DATA_DIR: folder.path,
    QUANTCONNECT_BASE_URL: simulator.url,
    POLL_INTERVAL: '100ms',
    UPSTREAM_RATE: '1000',
    UPSTREAM_BURST: '1000',
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
  await shows(page, 'Running');
  // The last part of the view that is loaded.
  await page.locator('canvas').first().waitFor();
  await page.evaluate('window.isSamePage = true');

  await gateway.kill();
  await gateway.alive();
  await prompt(ada, id);

  await prompts(page).first().waitFor({ timeout: 45_000 });
  await openAccount(page);
  expect(await page.evaluate('window.isSamePage')).toBe(true);
}, 120_000);

test('hidden while its cursor expires: the view goes on with what is kept, and says that there is a gap', async () => {
  const { console, ada, id } = await showDeployment({ EVENT_RETENTION: '1s' });
  await using _ = console;
  const { page, gateway } = console;
  await setHidden(page, true);
  await promptAs(ada, id);
  await expect
    .poll(
      async () => {
        await gateway.deps.housekeeping.sweep();
        return await logOf(ada, id);
      },
      { timeout: 20_000 },
    )
    .toEqual([]);
  expect(await prompts(page).count()).toBe(0);
  await promptAs(ada, id);
  await setHidden(page, false);
  await page.getByText('Some of its events are older than the gateway keeps them.').waitFor();
  await prompts(page).first().waitFor();
}, 120_000);

test('a night asleep: the clock jumps and the network was away, and the view is up to date again', async () => {
  const console = await openConsole(browser, ENDLESS);
  await using _ = console;
  const { page, gateway, profile } = console;
  const ada = await gateway.signUpWithCredential();
  const id = await ada.deploy(await ada.createTask());
  await profile.context.clock.install();
  await console.open(`/deployments/${id}`);
  await console.signIn();
  await shows(page, 'Running');

  await profile.context.setOffline(true);
  await setHidden(page, true);
  await promptAs(ada, id);
  await profile.context.clock.fastForward('08:00:00');
  await profile.context.setOffline(false);
  await setHidden(page, false);

  await prompts(page).first().waitFor();
  await openAccount(page);
}, 120_000);

test('a session that was ended elsewhere: the page leads to the sign-in, and from there back', async () => {
  const console = await openConsole(browser);
  await using _ = console;
  const { page, gateway } = console;
  const ada = await gateway.signUpWithCredential();
  await console.open('/account/usage');
  await console.signIn();
  await page.getByText('Nothing was used').waitFor();
  const ended = await fetch(`${gateway.url}/v1/sessions`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${ada.tokens.accessToken}` },
  });
  expect(ended.status).toBe(204);
  await page.getByRole('tab', { name: 'Budgets' }).click();
  await page.getByRole('heading', { name: 'Welcome back' }).waitFor();
  await console.signIn();
  await page.getByText('No budgets yet').waitFor();
}, 120_000);

test('a second user in the same browser sees nothing of the first, nor does the way back', async () => {
  const console = await openConsole(browser);
  await using _ = console;
  const { page, gateway } = console;
  const ada = await gateway.signUpWithCredential();
  await gateway.signUp('bob@example.com');
  const taskId = await ada.createTask('A prompt of Ada alone');
  await ada.ask(
    'mutation ($taskId: ID!) { setBudget(input: { period: DAY, maxTokens: 4711, taskId: $taskId }) { id } }',
    { taskId },
  );
  await console.open('/account/budgets');
  await console.signIn();
  await page.getByText('4,711').waitFor();
  await openAccount(page);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Welcome back' }).waitFor();

  // Bob's own answers are held back: what is kept of Ada would be shown meanwhile.
  const held = Promise.withResolvers<void>();
  await page.route(/\/v1\/(credentials|budgets)\b/, async (route) => {
    await held.promise;
    await route.continue();
  });
  await console.signIn({ email: 'bob@example.com', password: ADA.password });
  const seen: string[] = [];
  await page.getByRole('link', { name: 'Account' }).click();
  for (const tab of ['Credentials', 'Budgets']) {
    await page.getByRole('tab', { name: tab }).click();
    await page.getByRole('tabpanel', { name: tab }).getByText('Loading…').waitFor({ timeout: 5_000 });
    seen.push(await page.evaluate('document.body.innerText'));
  }
  held.resolve();
  await page.getByText('No budgets yet').waitFor();
  await page.getByRole('tab', { name: 'Credentials' }).click();
  await page.getByRole('heading', { name: 'Store your first credential' }).waitFor();
  for (let steps = 0; steps < 6; steps += 1) {
    seen.push(await page.evaluate('document.body.innerText'));
    if ((await page.goBack()) === null) break;
    await page.getByText('bob@example.com').waitFor();
  }
  seen.push(await page.evaluate('JSON.stringify({ ...localStorage, ...sessionStorage })'));
  for (const text of seen) {
    expect(text).not.toContain(ADA.email);
    expect(text).not.toContain('4,711');
    expect(text).not.toContain(seededAccount.userId);
  }
  expect(console.errors()).toEqual([]);
}, 120_000);
