import { afterAll, beforeAll, expect, test } from 'vitest';
import { seededAccount, startSimulator } from '../../simulator/index.ts';
import { launchBrowser, type TestBrowser } from '../support/browser.ts';
import { bundlePage } from '../support/bundle.ts';
import { expectGrowth, expectWhole, send, showChat, shown, statusOf } from '../support/chat-page.ts';
import { createGraphQLClient } from '../support/client.ts';
import { cuttingProxy } from '../support/cutting-proxy.ts';
import { bootGateway, type Gateway } from '../support/gateway.ts';
import { ADA, expectSeen, logOf, openSignedIn, prompt } from '../support/guide-page.ts';
import { scrape } from '../support/metrics.ts';
import { freePort, startMortalGateway, temporaryFolder } from '../support/process.ts';

const ENDLESS = { script: { endless: true, queueMs: 0, steps: 5, stepMs: 50 } };

let browser: TestBrowser;
let html: string;
beforeAll(async () => {
  [browser, html] = await Promise.all([launchBrowser(), bundlePage('../browser/pages/guide.tsx')]);
}, 120_000);
afterAll(() => browser[Symbol.asyncDispose]());

/** Sockets and streams, and what is subscribed over them. */
async function openIn(gateway: Gateway): Promise<{ sockets: number; subscriptions: number }> {
  const { sum } = await scrape(gateway);
  return { sockets: sum('quantgate_sockets'), subscriptions: sum('quantgate_subscriptions') };
}

test('the libraries of the guide, cut at 50 random bytes, show every event once and in order, and leave nothing', async () => {
  const port = await freePort();
  await using proxy = await cuttingProxy(Number(port), 15);
  await using gateway = await bootGateway({
    env: { PORT: port, METRICS_PORT: '0', CORS_ORIGINS: proxy.origin },
    simulator: ENDLESS,
  });
  await using profile = await browser.newProfile();
  const ada = await gateway.signUpWithCredential(ADA.email);
  const id = await ada.deploy(await ada.createTask());
  const page = await openSignedIn(profile, proxy.origin, html);
  await page.evaluate(`followByAll(${JSON.stringify(id)})`);
  await expectSeen(page, await logOf(ada, id));

  proxy.startCutting(50, 4_000);
  while (proxy.cuts() < 50) await prompt(ada, id);

  await expectSeen(page, await logOf(ada, id));
  expect(await page.evaluate(`read(${JSON.stringify(id)})`)).toMatchObject({ id, status: 'RUNNING' });
  await page.evaluate('leave()');
  await expect.poll(() => openIn(gateway), { timeout: 10_000 }).toEqual({ sockets: 0, subscriptions: 0 });
}, 120_000);

test('useChat, cut at 50 random bytes: its last message is the one that the conversation shows', async () => {
  const port = await freePort();
  await using proxy = await cuttingProxy(Number(port), 15);
  await using gateway = await bootGateway({
    env: { PORT: port, CORS_ORIGINS: proxy.origin },
    simulator: { pace: 'instant' },
  });
  await using profile = await browser.newProfile();
  const ada = await gateway.signUpWithCredential(ADA.email);
  const { id, page } = await showChat(profile, proxy.origin, html, ada, gateway.simulator);

  gateway.simulator.control.scriptDeployment(id, { endless: true });
  proxy.startCutting(50, 2_000);
  await send(page, 'Test with ROC(30)');
  await expect.poll(() => proxy.cuts(), { timeout: 60_000, interval: 100 }).toBe(50);
  gateway.simulator.control.endDeployment(id);

  await expectWhole(page, ada, id);
  await expectGrowth(page);
}, 120_000);

test('a kill of the gateway: useChat ends with what the conversation shows, and the libraries repeat no event', async () => {
  await using folder = await temporaryFolder();
  const simulator = await startSimulator({ pace: 'instant' });
  await using _upstream = { [Symbol.asyncDispose]: () => simulator.close() };
  await using gateway = await startMortalGateway({
    PORT: await freePort(),
    DATA_DIR: folder.path,
    QUANTCONNECT_BASE_URL: simulator.url,
    POLL_INTERVAL: '100ms',
    POLL_INTERVAL_MAX: '500ms',
    UPSTREAM_RATE: '1000',
    UPSTREAM_BURST: '1000',
  });
  await using profile = await browser.newProfile();
  const ada = createGraphQLClient(gateway.url);
  await ada.signUp(ADA.email);
  await ada.saveCredential(seededAccount);
  const { id, page } = await showChat(profile, gateway.url, html, ada, simulator);
  const taskId = await ada.createTask();
  simulator.control.scriptTask(Number(taskId), { endless: true });
  const followed = await ada.deploy(taskId);
  await page.evaluate(`followByAll(${JSON.stringify(followed)})`);
  await expect.poll(() => logOf(ada, followed), { timeout: 10_000 }).toHaveLength(2);
  await expectSeen(page, await logOf(ada, followed));

  await send(page, 'Test with ROC(30)');
  await expect.poll(async () => (await shown(page)).length, { timeout: 20_000 }).toBe(4);
  await gateway.kill();
  await gateway.alive();
  await prompt(ada, followed);

  await expectSeen(page, await logOf(ada, followed));
  await expectWhole(page, ada, id);
}, 120_000);

test('leaving the page stops nothing, and its button stops the run once', async () => {
  await using gateway = await bootGateway({ simulator: { pace: 'instant' } });
  await using profile = await browser.newProfile();
  const ada = await gateway.signUpWithCredential(ADA.email);
  const { id, page } = await showChat(profile, gateway.url, html, ada, gateway.simulator);
  const { calls } = gateway.simulator;

  await send(page, 'Test with ROC(30)');
  await expect.poll(async () => (await shown(page)).length, { timeout: 20_000 }).toBe(4);
  await page.close();
  await expect.poll(() => statusOf(ada, id), { timeout: 30_000 }).toBe('COMPLETED');
  expect(calls.count('/deployments/stop')).toBe(0);

  const other = await openSignedIn(profile, gateway.url, html);
  await other.evaluate(`showChat(${JSON.stringify(id)})`);
  gateway.simulator.control.scriptDeployment(id, { endless: true });
  await send(other, 'And with ROC(60)');
  await expect.poll(async () => (await shown(other)).length, { timeout: 20_000 }).toBe(6);
  await other.getByRole('button', { name: 'Stop' }).click();
  await expect.poll(() => statusOf(ada, id), { timeout: 30_000 }).toBe('STOPPED');
  await expect.poll(() => other.locator('output').textContent()).toBe('ready');
  expect(calls.count('/deployments/stop')).toBe(1);
}, 120_000);
