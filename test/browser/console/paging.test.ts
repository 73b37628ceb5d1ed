import { afterAll, beforeAll, expect, test } from 'vitest';
import { toJson } from '../../../src/lib/json.ts';
import { insertDeployment } from '../../../src/store/deployments/deployments.ts';
import { launchBrowser, type TestBrowser } from '../../support/browser.ts';
import { ADA, openConsole } from '../../support/console.ts';
import { deployment } from '../../support/stores.ts';

let browser: TestBrowser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser[Symbol.asyncDispose]());

test('a list of two pages: the second is in the URL, by reload, link and Back, until a filter is chosen', async () => {
  await using console = await openConsole(browser, { polls: false });
  const { page, gateway, profile } = console;
  await gateway.signUp(ADA.email);
  const { db } = gateway.deps.store;
  const { id: owner } = await db.selectFrom('users').select('id').executeTakeFirstOrThrow();
  const idOf = (number: number) => `A-${String(number).padStart(32, '0')}`;
  for (let number = 1; number <= 60; number += 1) {
    const state = {
      id: idOf(number),
      rawStatus: 'Completed',
      status: 'COMPLETED',
      isTerminal: true,
      taskId: null,
    };
    await insertDeployment(
      db,
      deployment(owner, state.id, {
        ...{ rawStatus: 'Completed', status: 'COMPLETED', isTerminal: 1, isWatched: 0 },
        ...{ state: toJson(state) as never, createdAt: number },
      }),
    );
  }

  await console.open('/deployments');
  await console.signIn();
  const rows = page.getByRole('region', { name: 'Deployments' }).locator('tbody tr');
  const next = page.getByRole('button', { name: 'Next page' });
  const first = page.getByRole('button', { name: 'First page' });
  await expect.poll(() => rows.count()).toBe(50);
  expect(await first.isDisabled()).toBe(true);
  await next.click();
  await expect.poll(() => rows.count()).toBe(10);
  await rows
    .first()
    .getByRole('link', { name: idOf(10) })
    .waitFor();
  expect(await next.isDisabled()).toBe(true);
  const url = page.url();
  expect(url).toContain('?after=');

  await page.reload();
  await rows
    .first()
    .getByRole('link', { name: idOf(10) })
    .waitFor();
  const other = await profile.context.newPage();
  await other.goto(url);
  await other.getByRole('link', { name: idOf(10) }).waitFor();
  await other.close();

  await page.goBack();
  await expect.poll(() => rows.count()).toBe(50);
  await page.goForward();
  await expect.poll(() => rows.count()).toBe(10);
  // Another filter has other pages.
  await page.getByLabel('Status').selectOption('COMPLETED');
  await expect.poll(() => rows.count()).toBe(50);
  expect(new URL(page.url()).search).toBe('?status=COMPLETED');
  expect(console.errors()).toEqual([]);
}, 60_000);
