import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { start } from '../../docs/running.ts';
import { launchBrowser } from '../../support/browser.ts';
import { freePort, temporaryFolder } from '../../support/process.ts';

/** The link that signs in; what is printed after it is there too then. */
const LINK = /\n {2}signed in +(\S+)\n[\s\S]*\n {2}token /;

test('npm run dev prints a link: opened in a browser, it is the console, signed in, with everything in it', async () => {
  await using folder = await temporaryFolder();
  const env = { PORT: await freePort(), DATA_DIR: join(folder.path, 'data') };
  const command = [process.execPath, '--disable-warning=ExperimentalWarning', 'scripts/dev.ts'];
  await using dev = await start(command, LINK, { cwd: resolve(import.meta.dirname, '../../..'), env });
  await using browser = await launchBrowser();
  await using profile = await browser.newProfile();
  const page = await profile.context.newPage();

  const other = await fetch(new URL('/sign-in/guess', dev.match), { redirect: 'manual' });
  expect(other.status).toBe(404);
  expect(other.headers.getSetCookie()).toEqual([]);

  await page.goto(dev.match);
  await page.getByText('dev@example.com').waitFor();
  expect(page.url()).toBe(`http://127.0.0.1:${env.PORT}/console`);
  await page.getByRole('link', { name: 'Administration' }).click();
  await page.getByRole('row').filter({ hasText: 'dev@example.com' }).waitFor();
  await page.getByRole('link', { name: 'Account' }).click();
  await page.getByRole('row').filter({ hasText: 'QuantCDN' }).getByText('Verified').waitFor();
  expect(profile.errors).toEqual([]);

  // Somebody else signs up there: the simulator is one click away.
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('button', { name: 'Create one' }).click();
  await page.getByLabel('E-mail').fill('newcomer@example.com');
  await page.getByLabel('Password').fill('correct horse battery staple');
  await page.getByRole('button', { name: 'Sign up' }).click();
  await page.getByRole('link', { name: 'Home' }).click();
  await page.getByRole('button', { name: 'Use the simulator' }).click();
  await page.getByRole('button', { name: 'Deploy', exact: true }).click();
  await page.getByRole('heading', { name: /^Deployment A-/ }).waitFor();
}, 120_000);
