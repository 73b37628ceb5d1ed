import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seededAccount, startSimulator } from '../../simulator/index.ts';
import { launchBrowser, type Profile, type TestBrowser } from '../support/browser.ts';
import { bundlePage } from '../support/bundle.ts';
import { createGraphQLClient, type GraphQLClient } from '../support/client.ts';
import { cuttingProxy } from '../support/cutting-proxy.ts';
import { bootGateway, type Gateway } from '../support/gateway.ts';
import { ADA, logOf, prompt } from '../support/guide-page.ts';
import { freePort, startMortalGateway, temporaryFolder } from '../support/process.ts';

const ENDLESS = { simulator: { script: { endless: true, queueMs: 0, steps: 5, stepMs: 50 } } };

let browser: TestBrowser;
let html: string;
beforeAll(async () => {
  [browser, html] = await Promise.all([launchBrowser(), bundlePage('../browser/pages/react.tsx')]);
});
afterAll(() => browser[Symbol.asyncDispose]());

/** A signed-in page, and a deployment of its user that it shows. */
async function showDeployment(gateway: Gateway, profile: Profile) {
  const ada = await gateway.signUpWithCredential(ADA.email);
  return openDeployment(ada, profile, gateway.url);
}

async function openDeployment(ada: GraphQLClient, profile: Profile, origin: string, hash = '') {
  const id = await ada.deploy(await ada.createTask());
  const page = await profile.openPage(origin, html, hash);
  await page.evaluate(`client.session.signIn(${JSON.stringify(ADA)})`);
  await show(page, id);
  // Before the sign-in the gateway has said that nobody is signed in.
  profile.errors.length = 0;
  return { ada, id, page };
}

async function show(page: Page, id: string): Promise<void> {
  await expect.poll(() => page.locator('#session').textContent()).toBe(ADA.email);
  await page.fill('#deployment', id);
  await page.locator('#events li').first().waitFor();
}

const shownEvents = (page: Page): Promise<string[]> => page.locator('#events li').allTextContents();

/** Hides the page, or shows it again. */
const setHidden = (page: Page, isHidden: boolean) =>
  page.evaluate(
    `Object.defineProperty(document, 'hidden', { value: ${isHidden}, configurable: true }); document.dispatchEvent(new Event('visibilitychange'))`,
  );

test('a page under StrictMode stays live over three token lifetimes, in silence', async () => {
  await using gateway = await bootGateway({ env: { ACCESS_TOKEN_TTL: '2s' }, ...ENDLESS });
  await using profile = await browser.newProfile();
  const { ada, id, page } = await showDeployment(gateway, profile);

  const untilMs = Date.now() + 7_000;
  while (Date.now() < untilMs) {
    await ada.signIn(ADA.email);
    await prompt(ada, id);
    await page.waitForTimeout(500);
  }

  await ada.signIn(ADA.email);
  await expect.poll(async () => await shownEvents(page), { timeout: 10_000 }).toEqual(await logOf(ada, id));
  expect(await page.locator('#live').textContent()).toBe('LIVE');
  expect(profile.errors).toEqual([]);
});

test('a page that is cut at 50 random bytes shows every event once and in order', async () => {
  const port = await freePort();
  await using proxy = await cuttingProxy(Number(port), 15);
  await using gateway = await bootGateway({ env: { PORT: port, CORS_ORIGINS: proxy.origin }, ...ENDLESS });
  await using profile = await browser.newProfile();
  const owner = await gateway.signUpWithCredential(ADA.email);
  const { ada, id, page } = await openDeployment(owner, profile, proxy.origin, '#quick');

  proxy.startCutting(50, 4_000);
  while (proxy.cuts() < 50) await prompt(ada, id);

  await expect.poll(() => shownEvents(page), { timeout: 20_000 }).toEqual(await logOf(ada, id));
}, 60_000);

test('a page over a kill of the gateway shows every event once and in order', async () => {
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
  await using profile = await browser.newProfile();
  const owner = createGraphQLClient(gateway.url);
  await owner.signUp(ADA.email);
  await owner.saveCredential(seededAccount);
  const { ada, id, page } = await openDeployment(owner, profile, gateway.url, '#quick');

  await gateway.kill();
  await gateway.alive();
  await prompt(ada, id);

  await expect.poll(() => shownEvents(page), { timeout: 20_000 }).toEqual(await logOf(ada, id));
  expect(await page.locator('#live').textContent()).toBe('LIVE');
}, 60_000);

test('a hidden page holds no subscription, and shows what it missed when it is seen again', async () => {
  await using gateway = await bootGateway(ENDLESS);
  await using profile = await browser.newProfile();
  const { ada, id, page } = await showDeployment(gateway, profile);
  const before = await shownEvents(page);
  await setHidden(page, true);
  await expect.poll(() => page.locator('#live').textContent()).toBe('PAUSED');
  await prompt(ada, id);
  expect(await shownEvents(page)).toEqual(before);

  await setHidden(page, false);

  await expect.poll(() => shownEvents(page), { timeout: 10_000 }).toEqual(await logOf(ada, id));
  expect(await page.locator('#gap').textContent()).toBe('false');
});

test('a page whose cursor has expired goes on with what is kept, and says that there is a gap', async () => {
  await using gateway = await bootGateway({ env: { EVENT_RETENTION: '1s' }, ...ENDLESS });
  await using profile = await browser.newProfile();
  const { ada, id, page } = await showDeployment(gateway, profile);
  await setHidden(page, true);
  await expect.poll(() => page.locator('#live').textContent()).toBe('PAUSED');
  const before = await shownEvents(page);
  await prompt(ada, id);
  const missed = (await logOf(ada, id)).filter((event) => !before.includes(event));
  expect(missed).not.toEqual([]);
  await expect
    .poll(async () => {
      await gateway.deps.housekeeping.sweep();
      return await logOf(ada, id);
    })
    .toEqual([]);
  await prompt(ada, id);
  const kept = await logOf(ada, id);

  await setHidden(page, false);

  await expect.poll(() => shownEvents(page), { timeout: 10_000 }).toEqual([...before, ...kept]);
  expect(await page.locator('#gap').textContent()).toBe('true');
});

test('a page that shows the deployment no more: its socket is closed', async () => {
  await using gateway = await bootGateway(ENDLESS);
  await using profile = await browser.newProfile();
  const open = new Set<unknown>();
  gateway.app.server.on('upgrade', (_request, socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
  });
  const { page } = await showDeployment(gateway, profile);
  expect(open.size).toBe(1);
  await page.fill('#deployment', '');
  await expect.poll(() => open.size, { timeout: 15_000 }).toBe(0);
});

test('useDeploy that is called twice at once deploys once, and says how it stands', async () => {
  await using gateway = await bootGateway(ENDLESS);
  await using profile = await browser.newProfile();
  const { ada, page } = await showDeployment(gateway, profile);
  const button = page.locator('#deploy');
  const before = gateway.simulator.control.state().deployments.length;
  gateway.simulator.faults.add({ kind: 'slow', delayMs: 2_000, match: { path: '/deployments/create' } });

  await page.fill('#task', await ada.createTask());
  await button.click();
  expect(await button.textContent()).toBe('deploying');
  await expect.poll(() => button.textContent()).toMatch(/^A-/);
  const { deployments } = gateway.simulator.control.state();
  expect(deployments).toHaveLength(before + 1);
  expect(deployments.map(({ deploymentId }) => deploymentId)).toContain(await button.textContent());

  await page.fill('#task', '999999');
  await button.click();
  await expect.poll(() => button.textContent()).toMatch(/not/i);
});

test('two tabs whose access token has ended refresh at the same time and stay signed in', async () => {
  await using gateway = await bootGateway({
    env: { ACCESS_TOKEN_TTL: '2s', REFRESH_GRACE: '1s' },
    ...ENDLESS,
  });
  await using profile = await browser.newProfile();
  const { id, page } = await showDeployment(gateway, profile);
  const other = await profile.openPage(gateway.url, html);
  await show(other, id);
  for (let round = 0; round < 3; round++) {
    await page.waitForTimeout(2_200);
    const asked = [page, other].map((tab) => tab.evaluate('client.send("{ viewer { email } }", {})'));
    expect(await Promise.all(asked)).toEqual([
      { viewer: { email: ADA.email } },
      { viewer: { email: ADA.email } },
    ]);
  }
  expect(profile.errors).toEqual([]);
});
