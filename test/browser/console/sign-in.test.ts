import { afterAll, beforeAll, expect, test } from 'vitest';
import { ADMIN, ADMIN_ENV } from '../../support/admin-app.ts';
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

async function signUp(console: TestConsole, { email, password } = ADA): Promise<void> {
  await press(console, 'Create one');
  await console.page.getByLabel('E-mail').fill(email);
  await console.page.getByLabel('Password').fill(password);
  await press(console, 'Sign up');
}

async function isAtHome({ page }: TestConsole): Promise<void> {
  await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
}

test('a new user signs up, is at home, stays signed in over a reload, and signs out', async () => {
  await using console = await openConsole(browser);
  const { page, gateway } = console;

  await page.goto(gateway.url);
  await page.getByRole('heading', { name: 'Welcome back' }).waitFor();
  expect(new URL(page.url()).pathname).toBe('/console/sign-in');
  expect(await console.axe()).toEqual([]);
  await console.screenshot('sign-in', 'light');
  await console.screenshot('sign-in', 'dark');

  await signUp(console);
  await isAtHome(console);
  const links = await page.getByRole('navigation', { name: 'Console' }).getByRole('link').allTextContents();
  expect(links).toEqual(['Home', 'Deployments', 'Task lists', 'Tasks', 'Agents', 'Account']);
  expect(await console.axe()).toEqual([]);

  await page.reload();
  await isAtHome(console);
  await press(console, 'Sign out');
  await page.getByLabel('E-mail').waitFor();
  expect(await console.profile.context.cookies()).toEqual([]);
  expect(console.foreignRequests()).toEqual([]);
  expect(console.errors()).toEqual([]);
}, 60_000);

test('a link to a view: the sign-in leads on to it, with its filters', async () => {
  await using console = await openConsole(browser);
  await console.gateway.signUp();
  await console.open('/deployments?status=RUNNING');
  await console.signIn();
  await console.page.getByRole('heading', { name: 'Deployments', level: 1 }).waitFor();
  expect(console.page.url()).toBe(`${console.gateway.url}/console/deployments?status=RUNNING`);
});

test('a link to another host as the page to go on to: the sign-in leads home', async () => {
  await using console = await openConsole(browser);
  await console.gateway.signUp();
  await console.open(`/sign-in?to=${encodeURIComponent('//example.com/')}`);
  await console.signIn();
  await isAtHome(console);
  expect(console.foreignRequests()).toEqual([]);
});

test('wrong input: the sign-in says what is wrong, at its field where there is one', async () => {
  await using console = await openConsole(browser);
  const { page } = console;
  await console.gateway.signUp();
  await console.open();
  await page.getByLabel('E-mail').fill(ADA.email);
  await page.getByLabel('Password').fill('a wrong guess of it');
  await press(console, 'Sign in');
  await page.getByRole('alert').filter({ hasText: 'E-mail or password is wrong.' }).waitFor();

  await signUp(console, { email: ADA.email, password: 'short' });
  const password = page.getByLabel('Password');
  await expect.poll(() => password.getAttribute('aria-invalid')).toBe('true');
  await signUpAgain(console);
  await page.getByRole('alert').filter({ hasText: 'There is an account with this e-mail' }).waitFor();
  expect(await page.getByLabel('E-mail').getAttribute('aria-invalid')).toBe('true');
});

async function signUpAgain(console: TestConsole): Promise<void> {
  await console.page.getByLabel('Password').fill(ADA.password);
  await press(console, 'Sign up');
}

/** What an administrator makes for a user who has lost a password. */
async function makeResetToken({ gateway }: TestConsole, email: string): Promise<string> {
  const admin = createGraphQLClient(gateway.url);
  const { accessToken } = await admin.post<{ accessToken: string }>('/v1/auth/login', ADMIN);
  admin.tokens.accessToken = accessToken;
  const found = await admin.request(`/v1/users?email=${encodeURIComponent(email)}`);
  const { users } = (await found.json()) as { users: { id: string }[] };
  return (await admin.post<{ resetToken: string }>(`/v1/users/${users[0]?.id}/password-reset`, {}))
    .resetToken;
}

test.for([ADA.email, 'bob@example.com'])(
  'Ada is signed in when the password of %s is reset: the page says that it is set until that user signs in',
  async (email) => {
    await using console = await openConsole(browser, { env: ADMIN_ENV });
    const { page, gateway } = console;
    await gateway.signUp();
    await gateway.signUp('bob@example.com');
    await console.open();
    await console.signIn();
    await isAtHome(console);
    await console.open(`/sign-in?to=/agents#reset=${await makeResetToken(console, email)}`);
    // What a screen reader is told of is a change of words in a place that it knows already.
    const status = await page.getByRole('status').filter({ hasText: 'Then sign in' }).elementHandle();
    const password = 'seven gray geese in a row';
    await page.getByLabel('New password').fill(password);
    await press(console, 'Set the password');
    await expect.poll(() => status?.textContent()).toBe('Your password is set. Sign in with it.');
    expect(await console.axe()).toEqual([]);

    await page.reload();
    await page.getByRole('status').filter({ hasText: 'Your password is set.' }).waitFor();
    await console.signIn({ email, password });
    await page.getByRole('heading', { name: 'Agents', level: 1 }).waitFor();
    await page.getByText(email).waitFor();
    await console.open('/sign-in');
    await isAtHome(console);
  },
);

test('registration is closed: the page offers no sign-up', async () => {
  await using console = await openConsole(browser, { env: { REGISTRATION: 'closed' } });
  await console.open();
  await console.page.getByText('Accounts are made by an administrator').waitFor();
  expect(await console.page.getByRole('button', { name: 'Create one' }).count()).toBe(0);
});

test('another tab signs in as somebody else: this tab shows that user', async () => {
  await using console = await openConsole(browser);
  const { page, gateway, profile } = console;
  await gateway.signUp();
  await gateway.signUp('bob@example.com');
  await console.signIn();
  await page.getByText(ADA.email).waitFor();

  const other = await profile.context.newPage();
  await other.goto(`${gateway.url}/console`);
  await other.getByRole('button', { name: 'Sign out' }).click();
  await other.getByLabel('E-mail').fill('bob@example.com');
  await other.getByLabel('Password').fill(ADA.password);
  await other.getByRole('button', { name: 'Sign in' }).click();
  await other.getByText('bob@example.com').waitFor();

  await page.getByText('bob@example.com').waitFor();
  expect(await page.getByText(ADA.email).count()).toBe(0);
});

test('390 pixels wide: nothing sticks out, and the navigation opens behind its button', async () => {
  await using console = await openConsole(browser);
  const { page } = console;
  await console.gateway.signUp();
  await page.setViewportSize({ width: 390, height: 844 });
  await console.signIn();
  await press(console, 'Navigation');
  await page.getByRole('link', { name: 'Task lists' }).click();
  await page.getByRole('heading', { name: 'Task lists', level: 1 }).waitFor();
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
  expect(await console.axe()).toEqual([]);

  await console.open('/account/sessions');
  const chosen = page.getByRole('tab', { name: 'Sessions and password', selected: true });
  // Of five tabs a telephone shows three: the chosen one is among them.
  await expect.poll(async () => (await chosen.boundingBox())?.x ?? 390).toBeLessThan(200);
  // A telephone is turned.
  await page.setViewportSize({ width: 844, height: 390 });
  await expect.poll(() => page.evaluate('document.querySelector("[role=tablist]").scrollLeft')).toBe(0);
  // A page that is turned back before it has drawn itself once has the size that it was last told of.
  await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
  await page.setViewportSize({ width: 390, height: 844 });
  await expect.poll(async () => (await chosen.boundingBox())?.x ?? 390).toBeLessThan(200);
});
