import { afterAll, beforeAll, expect, test } from 'vitest';
import { seededAccount, seededOrganization, seededQuantCdnToken } from '../../../simulator/index.ts';
import { WEBHOOK_TYPES } from '../../../src/domain/webhook.ts';
import { launchBrowser, type TestBrowser } from '../../support/browser.ts';
import { ADA, openConsole, type TestConsole } from '../../support/console.ts';
import type { GatewayOptions } from '../../support/gateway.ts';
import { usageOf } from '../../support/usage.ts';
import { answering, startReceiver } from '../../support/webhooks.ts';

let browser: TestBrowser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser[Symbol.asyncDispose]());

const ORGANIZATION = seededOrganization.id;

/** Ada is signed in and at this path. */
async function openAs(path: string, options: GatewayOptions = {}) {
  const console = await openConsole(browser, options);
  const ada = await console.gateway.signUp();
  await console.open(path);
  await console.signIn();
  return { console, ada };
}

const button = ({ page }: TestConsole, name: string | RegExp) =>
  page.getByRole('button', { name, exact: true });
const press = (console: TestConsole, name: string | RegExp) => button(console, name).click();
const choose = ({ page }: TestConsole, name: string) =>
  page.getByRole('menuitem', { name, exact: true }).click();
const said = ({ page }: TestConsole, text: string) =>
  page.getByRole('status').filter({ hasText: text }).first().waitFor();
const dialog = ({ page }: TestConsole) => page.getByRole('dialog');

/** What every view has to be. */
async function isSound(console: TestConsole): Promise<void> {
  expect(await console.axe()).toEqual([]);
  expect(console.foreignRequests()).toEqual([]);
  const { page } = console;
  const before = page.viewportSize();
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
  if (before) await page.setViewportSize(before);
}

async function pictures(console: TestConsole, view: string): Promise<void> {
  await console.screenshot(view, 'light');
  await console.screenshot(view, 'dark');
}

test('credentials: the first is stored by the form, others verified, made the default, replaced, deleted', async () => {
  const { console } = await openAs('/account');
  await using _ = console;
  const { page, gateway } = console;

  await page.getByRole('heading', { name: 'Store your first credential' }).waitFor();
  await page.getByLabel('User id').fill(seededAccount.userId);
  await page.getByLabel('API token').fill('0'.repeat(64));
  await page.getByLabel('Organization id').fill(ORGANIZATION);
  await press(console, 'Save');
  await page.getByRole('alert').filter({ hasText: 'CREDENTIAL_REJECTED' }).waitFor();

  await page.getByLabel('API token').fill(seededAccount.apiToken);
  await page.getByLabel('Label').fill('research');
  await press(console, 'Save');
  const row = (name: string) => page.getByRole('row').filter({ hasText: name });
  await row('research').getByText('Verified').waitFor();
  expect(await row('research').getByText('Default').count()).toBe(1);
  expect(await row('research').textContent()).toContain(`…${seededAccount.apiToken.slice(-4)}`);

  await press(console, 'Store a credential');
  await page.getByLabel('Service').selectOption('QUANTCDN');
  await page.getByLabel('Organisation').fill('acme');
  await page.getByLabel('API token').fill(seededQuantCdnToken.token);
  await page.getByLabel('Label').fill('pipeline');
  await press(console, 'Save');
  await row('pipeline').getByText('Verified').waitFor();

  await press(console, 'Store a credential');
  await page.getByLabel('User id').fill(seededAccount.userId);
  await page.getByLabel('API token').fill(seededAccount.apiToken);
  await page.getByLabel('Label').fill('spare');
  await press(console, 'Save');
  await press(console, 'Acts on spare');
  await choose(console, 'Make default');
  await row('spare').getByText('Default').waitFor();
  await expect.poll(() => row('research').getByText('Default').count()).toBe(0);

  await press(console, 'Acts on spare');
  await choose(console, 'Replace token');
  await page.getByLabel('API token').fill('1'.repeat(64));
  await press(console, 'Save');
  await dialog(console).getByRole('alert').filter({ hasText: 'CREDENTIAL_REJECTED' }).waitFor();
  await page.getByLabel('API token').fill(seededAccount.apiToken);
  await press(console, 'Save');
  await said(console, 'The token was replaced');

  await gateway.deps.store.db
    .updateTable('credentials')
    .set({ status: 'REJECTED' })
    .where('label', '=', 'spare')
    .execute();
  await page.reload();
  await page.getByText('QuantConnect refuses the credential spare').waitFor();
  await isSound(console);
  await pictures(console, 'account-credentials');

  await press(console, 'Acts on spare');
  await choose(console, 'Verify');
  await row('spare').getByText('Verified').waitFor();
  await press(console, 'Acts on spare');
  await choose(console, 'Delete');
  await dialog(console).getByRole('button', { name: 'Delete' }).click();
  await expect.poll(() => row('spare').count()).toBe(0);
  expect(console.errors().filter((text) => !text.includes('status of 409'))).toEqual([]);
}, 120_000);

test('webhooks: one is made with its secret, tested, failing, disabled, replayed and deleted', async () => {
  await using receiver = await startReceiver();
  const { console } = await openAs('/account/webhooks', { env: { WEBHOOK_ALLOW_PRIVATE: 'true' } });
  await using _ = console;
  const { page } = console;

  await press(console, 'Create a webhook');
  const types = await page.getByRole('group', { name: 'Types of messages' }).getByRole('checkbox').all();
  expect(await Promise.all(types.map((one) => one.getAttribute('value')))).toEqual([...WEBHOOK_TYPES]);
  await page.getByLabel('URL').fill('not a URL');
  await press(console, 'Create');
  await expect.poll(() => page.getByLabel('URL').getAttribute('aria-invalid')).toBe('true');
  await page.getByLabel('URL').fill(receiver.url);
  await page.getByLabel('Description').fill('Tells the desk of each end');
  await page.getByLabel('deployment.status_changed').check();
  await press(console, 'Create');
  const secret = page.getByLabel('Signing secret');
  expect(await secret.inputValue()).toMatch(/^whsec_/);
  await press(console, 'Done');
  await expect.poll(() => secret.count()).toBe(0);

  await page.getByRole('link', { name: receiver.url }).click();
  await page.getByText('Nothing was delivered yet').waitFor();
  await press(console, 'Send a test');
  await said(console, 'The test was delivered: status 204');
  const delivery = page.getByRole('row').filter({ hasText: 'test' });
  await delivery.getByText('Delivered').waitFor();
  receiver.answer = answering(500);
  await press(console, 'Send a test');
  await said(console, 'The test was not delivered: REFUSED, status 500');
  await delivery.getByText('Refused').waitFor();
  await isSound(console);
  await page.getByRole('button', { name: 'Close' }).first().click();
  await pictures(console, 'account-webhook');

  const act = async (name: string) => {
    await press(console, 'More acts');
    await choose(console, name);
  };
  await act('Rotate secret');
  await press(console, 'Rotate');
  expect(await secret.inputValue()).toMatch(/^whsec_/);
  await press(console, 'Done');
  await act('Disable');
  await page.getByText('Disabled', { exact: true }).waitFor();
  await act('Enable');
  await page.getByText('Active', { exact: true }).waitFor();
  await act('Replay');
  await page.getByLabel('After').fill('soon');
  await press(console, 'Replay');
  await dialog(console).getByRole('alert').filter({ hasText: 'BAD_USER_INPUT' }).waitFor();
  await page.getByLabel('After').fill('0');
  await press(console, 'Replay');
  await said(console, 'The events are delivered again');
  await act('Delete');
  await dialog(console).getByRole('button', { name: 'Delete' }).click();
  await page.getByText('No webhooks yet').waitFor();
  expect(new URL(page.url()).pathname).toBe('/console/account/webhooks');
  expect(console.errors().filter((text) => !text.includes('status of 400'))).toEqual([]);
}, 120_000);

test('budgets and usage: what a deployment used is in the plot, the table and the bar of the budget', async () => {
  const console = await openConsole(browser);
  await using _ = console;
  const { page, gateway } = console;
  const ada = await gateway.signUpWithCredential();
  const taskId = await ada.createTask();
  for (const _ of [1, 2, 3]) await ada.deploy(taskId);
  await expect
    .poll(async () => (await usageOf(ada, 'DAY'))[0]?.turns, { timeout: 20_000 })
    .toBeGreaterThan(2);
  await console.open('/account/budgets');
  await console.signIn();

  await page.getByText('No budgets yet').waitFor();
  await press(console, 'Set a budget');
  await press(console, 'Save');
  await expect.poll(() => page.getByLabel('Most tokens').getAttribute('aria-invalid')).toBe('true');
  await page.getByLabel('Most tokens').fill('100');
  await press(console, 'Save');
  const month = page.getByRole('region', { name: 'Each month · all deployments' });
  await month.getByText('Used up', { exact: true }).waitFor();
  await press(console, 'Set a budget');
  await page.getByLabel('Period').selectOption('DAY');
  await page.getByLabel('Most tokens').fill('50000000');
  await page.getByLabel('Task', { exact: true }).fill(taskId);
  await press(console, 'Save');
  const day = page.getByRole('region', { name: `Each day · task ${taskId}` });
  await day.getByText('Within').waitFor();

  await month.getByRole('button', { name: /^Replace/ }).click();
  expect(await page.getByLabel('Period').isDisabled()).toBe(true);
  await page.getByLabel('Most tokens').fill('1000000');
  await page.getByLabel('When it is used up').selectOption('STOP');
  await press(console, 'Save');
  await month.getByText('Stop what runs').waitFor();
  await isSound(console);
  await pictures(console, 'account-budgets');
  await day.getByRole('button', { name: /^Delete/ }).click();
  await dialog(console).getByRole('button', { name: 'Delete' }).click();
  await expect.poll(() => day.count()).toBe(0);

  await page.getByRole('tab', { name: 'Usage' }).click();
  const today = new Date().toISOString().slice(0, 10);
  const cells = page.getByRole('row').filter({ hasText: today }).getByRole('cell');
  await expect.poll(() => cells.nth(1).textContent()).toBe('3');
  await page.locator('.plot canvas').waitFor();
  await isSound(console);
  await page.getByLabel('By').selectOption('deployment');
  const sums = page.getByRole('region', { name: 'Usage' }).getByRole('row');
  await expect.poll(() => sums.count()).toBe(4);
  expect(page.url()).toContain('?by=deployment');
  await page.reload();
  await page.locator('.plot canvas').waitFor();
  await pictures(console, 'account-usage');
  await page.getByLabel('Before').fill('2020-01-01');
  await page.getByText('Nothing was used').waitFor();
  expect(console.errors().filter((text) => !text.includes('status of 400'))).toEqual([]);
}, 120_000);

test('sessions and password: another session is ended, the password changed, the account erased', async () => {
  const { console } = await openAs('/account/sessions');
  await using _ = console;
  const { page, gateway } = console;
  const signIn = (password: string) =>
    fetch(`${gateway.url}/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'nightly-report/2.1 (cron)' },
      body: JSON.stringify({ email: ADA.email, password }),
    });
  await signIn(ADA.password);
  await signIn(ADA.password);
  await page.reload();
  const others = page.getByRole('row').filter({ hasText: 'nightly-report/2.1' });
  await others.nth(1).waitFor();
  expect(await page.getByRole('row').filter({ hasText: 'This one' }).textContent()).toContain('on Linux');
  await isSound(console);
  await pictures(console, 'account-sessions');

  await others.first().getByRole('button', { name: 'End the session of nightly-report/2.1' }).click();
  await expect.poll(() => others.count()).toBe(1);
  await press(console, 'End all others');
  await dialog(console).getByRole('button', { name: 'End all others' }).click();
  await expect.poll(() => page.getByRole('row').count()).toBe(2);

  await page.getByLabel('Current password').fill('not the right one');
  await page.getByLabel('New password').fill('a new one, just as long');
  await press(console, 'Change password');
  await page.getByRole('alert').first().waitFor();
  await page.getByLabel('Current password').fill(ADA.password);
  await press(console, 'Change password');
  await said(console, 'The password was changed');
  expect((await signIn('a new one, just as long')).status).toBe(200);

  await press(console, 'Erase my account');
  await page.getByLabel('Your password').fill('a new one, just as long');
  await press(console, 'Erase everything');
  await page.getByRole('heading', { name: 'Welcome back' }).waitFor();
  expect((await signIn('a new one, just as long')).status).toBe(401);
}, 120_000);

test('the keyboard moves from tab to tab, and keeps its place', async () => {
  const { console } = await openAs('/account');
  await using _ = console;
  const { page } = console;
  await page.getByRole('tab', { name: 'Credentials' }).focus();
  await page.keyboard.press('ArrowRight');
  await page.getByText('No webhooks yet').waitFor();
  await page.keyboard.press('ArrowRight');
  await page.getByText('No budgets yet').waitFor();
  expect(new URL(page.url()).pathname).toBe('/console/account/budgets');
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Budgets');
});
