import { afterAll, beforeAll, expect, test } from 'vitest';
import { ADMIN, ADMIN_ENV } from '../../support/admin-app.ts';
import { launchBrowser, type TestBrowser } from '../../support/browser.ts';
import { ADA, openConsole, type TestConsole } from '../../support/console.ts';
import type { GatewayOptions } from '../../support/gateway.ts';

let browser: TestBrowser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser[Symbol.asyncDispose]());

/** The administrator is signed in and at this path. */
async function openAsAdmin(path: string, options: GatewayOptions = {}): Promise<TestConsole> {
  const console = await openConsole(browser, { ...options, env: { ...ADMIN_ENV, ...options.env } });
  await console.gateway.signUp();
  await console.open(path);
  console.page.setDefaultTimeout(15_000);
  await console.signIn(ADMIN);
  return console;
}

const press = ({ page }: TestConsole, name: string) =>
  page.getByRole('button', { name, exact: true }).click();
const choose = ({ page }: TestConsole, name: string) =>
  page.getByRole('menuitem', { name, exact: true }).click();
const said = ({ page }: TestConsole, text: string) =>
  page.getByRole('status').filter({ hasText: text }).first().waitFor();
const row = ({ page }: TestConsole, text: string) => page.getByRole('row').filter({ hasText: text });
const answer = ({ page }: TestConsole, name: string) =>
  page.getByRole('dialog').getByRole('button', { name, exact: true }).click();

/** What every view has to be, and its pictures. */
async function isSound(console: TestConsole, view: string): Promise<void> {
  const { page } = console;
  expect(await console.axe()).toEqual([]);
  expect(console.foreignRequests()).toEqual([]);
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
  await page.setViewportSize({ width: 1280, height: 800 });
  await console.screenshot(view, 'light');
  await console.screenshot(view, 'dark');
}

/** A user opens the link in a browser of their own, sets a password and signs in with it; the link serves once. */
async function isPasswordSet(console: TestConsole, link: string, email: string): Promise<void> {
  await using profile = await browser.newProfile();
  const page = await profile.context.newPage();
  await page.setViewportSize({ width: 390, height: 844 });
  const set = async (password: string) => {
    await page.getByLabel('New password').fill(password);
    await page.getByRole('button', { name: 'Set the password' }).click();
  };
  await page.goto(link);
  await page.getByRole('heading', { name: 'Set your password' }).waitFor();
  expect(page.url()).toBe(`${console.gateway.url}/console/sign-in`);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
  await set('short');
  await expect.poll(() => page.getByLabel('New password').getAttribute('aria-invalid')).toBe('true');
  await set('seven gray geese in a row');
  await page.getByRole('status').filter({ hasText: 'Your password is set.' }).waitFor();
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill('seven gray geese in a row');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor();

  // The page is open already, and somebody is signed in: the link is taken all the same.
  await page.goto(link);
  await set('eight gray geese in a row');
  await page.getByRole('alert').filter({ hasText: 'was used, or is too old' }).waitFor();
  // The same tab, with another link: the page is not loaded again.
  await page.goto(`${link}x`);
  await expect.poll(() => page.getByLabel('Reset token').inputValue()).toBe(`${link.split('=')[1]}x`);
  expect(console.gateway.logLines.filter((line) => line.includes('qgp_'))).toEqual([]);
  expect(profile.errors.filter((text) => !/status of 40[01]/.test(text))).toEqual([]);
}

test('users: one is made, disabled, given a role, reset, erased; the last administrator stays', async () => {
  await using console = await openAsAdmin('/admin');
  const { page, gateway } = console;
  for (const name of ['bob', 'eve', 'grace', 'lin']) await gateway.signUp(`${name}@example.com`);

  await press(console, 'Create a user');
  await page.getByLabel('E-mail of the user').fill(ADA.email);
  await press(console, 'Create');
  await page.getByRole('dialog').getByRole('alert').filter({ hasText: 'CONFLICT' }).waitFor();
  await page.getByLabel('E-mail of the user').fill('ida@example.com');
  await press(console, 'Create');
  await isPasswordSet(console, await page.getByLabel('Reset link').inputValue(), 'ida@example.com');
  await press(console, 'Done');

  const act = async (name: string, what: string) => {
    await press(console, `Acts on ${name}`);
    await choose(console, what);
  };
  await act(ADMIN.email, 'Take the role admin');
  await answer(console, 'Take the role');
  await page.getByRole('alert').filter({ hasText: 'is the last administrator who can sign in' }).waitFor();
  await press(console, 'Cancel');
  await act(ADA.email, 'Make administrator');
  await row(console, ADA.email).getByText('admin', { exact: true }).waitFor();
  await act('eve@example.com', 'Disable');
  await answer(console, 'Disable');
  await row(console, 'eve@example.com').getByText('Disabled').waitFor();
  await isSound(console, 'admin-users');

  await act('eve@example.com', 'Enable');
  await row(console, 'eve@example.com').getByText('Enabled').waitFor();
  await act('eve@example.com', 'End sessions');
  await answer(console, 'End sessions');
  await said(console, 'All sessions of eve@example.com were ended');
  await act('eve@example.com', 'Reset password');
  await answer(console, 'Make a token');
  expect(await page.getByLabel('Reset link').inputValue()).toMatch(/\/console\/sign-in#reset=qgp_/);
  await press(console, 'Done');
  await act('eve@example.com', 'Erase');
  await answer(console, 'Erase everything');
  await expect.poll(() => row(console, 'eve@example.com').count()).toBe(0);

  await page.getByRole('searchbox', { name: 'E-mail' }).fill('lin@example.com');
  await expect.poll(() => page.getByRole('row').count()).toBe(2);
  expect(page.url()).toContain('email=lin%40example.com');
  await page.getByRole('searchbox', { name: 'E-mail' }).fill('nobody@example.com');
  await page.getByText('Nobody has this e-mail').waitFor();
  expect(console.errors().filter((text) => !text.includes('status of 409'))).toEqual([]);
}, 120_000);

test('service accounts and the audit log: a secret serves, a second replaces it, each act is recorded', async () => {
  await using console = await openAsAdmin('/admin/service-accounts');
  const { page, gateway } = console;
  await press(console, 'Create a service account');
  await page.getByLabel('Name').fill('nightly deployer');
  await page.getByRole('checkbox', { name: 'deploy' }).check();
  await press(console, 'Create');
  const secret = await page.getByLabel('Client secret').inputValue();
  await press(console, 'Done');
  const account = row(console, 'nightly deployer');
  const clientId = await account.getByRole('cell').nth(1).textContent();
  const token = await fetch(`${gateway.url}/v1/auth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId ?? '',
      client_secret: secret,
    }),
  });
  expect(await token.json()).toMatchObject({ scope: 'read deploy' });
  await press(console, 'Acts on nightly deployer');
  await choose(console, 'Add a secret');
  await page.getByLabel('Client secret').waitFor();
  await press(console, 'Done');
  await expect.poll(() => account.getByText('never used').count()).toBe(1);
  await isSound(console, 'admin-service-accounts');
  await press(console, 'Acts on nightly deployer');
  await choose(console, 'Delete the older secret');
  await answer(console, 'Delete the secret');
  await said(console, 'The secret was deleted');

  await page.getByRole('tab', { name: 'Audit' }).click();
  await row(console, 'Service secret delete').waitFor();
  await isSound(console, 'admin-audit');
  await page.getByLabel('Act', { exact: true }).selectOption('SERVICE_ACCOUNT_CREATE');
  await expect.poll(() => page.getByRole('row').count()).toBe(2);
  expect(page.url()).toContain('act=SERVICE_ACCOUNT_CREATE');
  await page.getByLabel('User or service id').fill(clientId ?? '');
  await page.getByText('Nothing of this kind was recorded').waitFor();

  await page.getByRole('tab', { name: 'Service accounts' }).click();
  await press(console, 'Acts on nightly deployer');
  await choose(console, 'Delete');
  await answer(console, 'Delete');
  await page.getByText('No service accounts yet').waitFor();
  expect(console.errors()).toEqual([]);
}, 120_000);

test('health and drift: the parts, the keys, and what an upstream said that is not known', async () => {
  await using console = await openAsAdmin('/admin/health', { polls: false });
  const { page, gateway } = console;
  const part = (name: string) => page.getByRole('region', { name });
  await part('Gateway').getByText('Ready', { exact: true }).waitFor();
  expect(await part('Gateway').textContent()).toContain('SQLite');
  await part('QuantConnect').getByText('Answers').waitFor();
  await part('Watches').getByText('In time').waitFor();
  await row(console, 'Seals what is stored').waitFor();
  await isSound(console, 'admin-health');

  const report = gateway.deps.drift.reportFor('QUANTCDN');
  report({ operation: 'getTask', path: 'color', kind: 'UNKNOWN_FIELD' });
  gateway.deps.drift.reportFor('QUANTCONNECT')({
    operation: 'agents/tasks/read',
    path: 'status',
    kind: 'UNKNOWN_WORD',
  });
  await page.getByRole('tab', { name: 'Upstream drift' }).click();
  await row(console, 'Unknown field').getByText('color').waitFor();
  await isSound(console, 'admin-drift');
  await page.getByLabel('Service', { exact: true }).selectOption('QUANTCONNECT');
  await expect.poll(() => row(console, 'Unknown field').count()).toBe(0);
  expect(console.errors()).toEqual([]);
}, 120_000);

test('a user without the role: there is no such page', async () => {
  await using console = await openConsole(browser);
  await console.gateway.signUp();
  await console.open('/admin/users');
  await console.signIn();
  await console.page.getByText('There is no such page').waitFor();
  expect(console.errors()).toEqual([]);
});
