import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser, type Profile, type TestBrowser } from '../support/browser.ts';
import { bootGateway, type Gateway } from '../support/gateway.ts';

const ADA = { email: 'ada@example.com', password: 'correct horse battery staple' };

let browser: TestBrowser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser[Symbol.asyncDispose]());

/** Asks whether a page has reached anything but its own gateway. */
function foreignRequests({ requestUrls }: Profile, { url }: Gateway): string[] {
  return requestUrls.filter(
    (one) => !['data:', `blob:${url}/`, `${url}/`].some((own) => one.startsWith(own)),
  );
}

async function signIn(page: Page, password = ADA.password): Promise<void> {
  await page.getByLabel('E-mail').fill(ADA.email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Waits until the bar has the user. */
async function isSignedIn(page: Page): Promise<void> {
  await page.locator('#session .who', { hasText: ADA.email }).waitFor();
}

/** Runs the operation of a tab of GraphiQL, once the editor has it, and waits for the answer to have a text. */
async function runTab(page: Page, name: string, expected: string): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click();
  await page.locator('.graphiql-query-editor', { hasText: name }).waitFor();
  // GraphiQL learns the name of the operation a moment after the editor has its text.
  await expect
    .poll(
      async () => {
        await page.getByRole('button', { name: /^Execute query/ }).click({ timeout: 2_000 });
        await page.locator('.result-window', { hasText: expected }).waitFor({ timeout: 3_000 });
        return true;
      },
      { timeout: 20_000 },
    )
    .toBe(true);
}

test('GraphiQL signs in by cookie, runs its examples, a subscription too, and keeps the session over a reload', async () => {
  // The subscription begins with the deployments that have not ended.
  const simulator = { script: { endless: true, queueMs: 0 } };
  await using gateway = await bootGateway({ env: { GRAPHIQL: 'on' }, simulator });
  const ada = await gateway.signUpWithCredential(ADA.email);
  const deploymentId = await ada.deploy(await ada.createTask());
  await using profile = await browser.newProfile();
  const page = await profile.context.newPage();

  await page.goto(`${gateway.url}/graphiql`);
  expect(await page.title()).toBe('Quantgate GraphQL');
  await signIn(page, 'a wrong guess of it');
  await page.getByRole('alert').filter({ hasText: 'wrong' }).waitFor();
  await signIn(page);
  await isSignedIn(page);
  await runTab(page, 'Viewer', '"QUANTCONNECT"');
  await runTab(page, 'Follow', deploymentId);
  const shown = await page.locator('body').innerText();
  expect(shown).toContain('Quantgate');
  expect(shown).not.toMatch(/yoga|authorization/i);

  await page.reload();
  await isSignedIn(page);
  await runTab(page, 'Agents', '"Heron"');
  expect(foreignRequests(profile, gateway)).toEqual([]);

  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('E-mail').waitFor();
  expect(await profile.context.cookies()).toEqual([]);
}, 60_000);

test('/docs has its groups closed, signs in by cookie, calls a route, and keeps the session over a reload', async () => {
  await using gateway = await bootGateway({ polls: false });
  await gateway.signUp(ADA.email);
  await using profile = await browser.newProfile();
  const page = await profile.context.newPage();

  await page.goto(`${gateway.url}/docs`);
  expect(await page.title()).toBe('Quantgate REST');
  await page.locator('.opblock-tag').first().waitFor();
  expect(await page.locator('.opblock').count()).toBe(0);
  await signIn(page);
  await isSignedIn(page);
  await page.reload();
  await isSignedIn(page);

  // An unsafe method: without the header against forged requests it would be refused.
  await page.locator('#operations-tag-me .expand-operation').click();
  const route = page.locator('#operations-me-changePassword');
  await route.locator('.opblock-summary').click();
  await route.getByRole('button', { name: 'Try it out' }).click();
  const body = { currentPassword: ADA.password, newPassword: 'an even better battery' };
  await route.locator('textarea.body-param__text').fill(JSON.stringify(body));
  await route.getByRole('button', { name: 'Execute' }).click();
  expect(await route.locator('.live-responses-table .response-col_status').last().innerText()).toMatch(
    /^204/,
  );
  await isSignedIn(page);

  expect(await page.locator('body').innerText()).not.toMatch(/swagger/i);
  expect(foreignRequests(profile, gateway)).toEqual([]);
}, 60_000);
