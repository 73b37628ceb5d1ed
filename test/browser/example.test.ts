import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build, preview } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser, type TestBrowser } from '../support/browser.ts';
import { bootGateway } from '../support/gateway.ts';
import { freePort } from '../support/process.ts';

const ROOT = resolve(import.meta.dirname, '../../examples/react');
const PASSWORD = 'correct horse battery staple';

let browser: TestBrowser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser[Symbol.asyncDispose]());

/** Builds the example by its own configuration and serves it, in front of a gateway. */
async function serveExample(gatewayUrl: string, port: number): Promise<{ url: string } & AsyncDisposable> {
  const outDir = await mkdtemp(join(tmpdir(), 'quantgate-example-'));
  await build({ root: ROOT, logLevel: 'warn', build: { outDir, emptyOutDir: true } });
  const proxy = { '/v1': gatewayUrl, '/graphql': { target: gatewayUrl, ws: true } };
  const server = await preview({
    root: ROOT,
    logLevel: 'silent',
    build: { outDir },
    preview: { host: '127.0.0.1', port, strictPort: true, proxy },
  });
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      await server.close();
      await rm(outDir, { recursive: true, force: true });
    },
  };
}

test('the example page has fewer than 150 lines of its own', async () => {
  const sources = ['index.html', 'vite.config.ts', 'src/main.tsx'];
  const texts = await Promise.all(sources.map((source) => readFile(join(ROOT, source), 'utf8')));
  expect(texts.join('').split('\n').length).toBeLessThan(150);
});

test('the example page signs in, deploys, follows, prompts and stops', async () => {
  const port = Number(await freePort());
  await using gateway = await bootGateway({
    env: { CORS_ORIGINS: `http://127.0.0.1:${port}` },
    simulator: { script: { queueMs: 100, steps: 3, stepMs: 100, endless: true } },
  });
  await using example = await serveExample(gateway.url, port);
  await using profile = await browser.newProfile();
  const ada = await gateway.signUpWithCredential();
  await ada.createTask();
  const page = await profile.context.newPage();
  await page.setViewportSize({ width: 900, height: 800 });
  const click = (name: string) => page.getByRole('button', { name, exact: true }).click();
  const signIn = async (password: string) => {
    await page.fill('[name=email]', 'ada@example.com');
    await page.fill('[name=password]', password);
    await click('Sign in');
  };

  await page.goto(example.url);
  await signIn('a wrong password');
  await page.getByRole('alert').waitFor();
  await signIn(PASSWORD);
  await page.locator('option').first().waitFor({ state: 'attached' });
  await click('Deploy');
  await page.getByRole('heading', { name: /A-\w+ running/ }).waitFor();
  await page.fill('[name=prompt]', 'What have you found so far?');
  await click('Send');
  const conversation = page.getByRole('region', { name: 'Conversation' });
  await conversation.getByText('What have you found so far?', { exact: true }).waitFor();
  await expect.poll(() => conversation.getByText('assistant').count()).toBeGreaterThan(1);
  // The picture of the README changes only when somebody asks for it: `SCREENSHOT=1 npm run test:browser`.
  const picture = await page.screenshot({ fullPage: true });
  if (process.env.SCREENSHOT) await writeFile(join(ROOT, 'screenshot.png'), picture);

  await click('Stop');
  await page.getByRole('heading', { name: /A-\w+ stopped/ }).waitFor();
  await click('Sign out');
  await page.getByPlaceholder('Password').waitFor();
}, 60_000);
