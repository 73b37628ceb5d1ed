import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { buildConsole } from '../../scripts/build-console.ts';
import type { Profile, TestBrowser } from './browser.ts';
import { bootGateway, type Gateway, type GatewayOptions } from './gateway.ts';

/** The user whom tests sign in; `gateway.signUp()` registers the same one. */
export const ADA = { email: 'ada@example.com', password: 'correct horse battery staple' };

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const PICTURES = resolve(import.meta.dirname, '../../docs/console');

/** A gateway with its simulator, and a page of a browser profile of its own. */
export interface TestConsole extends AsyncDisposable {
  gateway: Gateway;
  profile: Profile;
  page: Page;
  /** Opens a path below `/console`. */
  open(path?: string): Promise<void>;
  /** Signs in by the form, at the page that is open or else at `/console`, and waits until that is done. */
  signIn(user?: { email: string; password: string }): Promise<void>;
  /**
   * Takes a picture of what is shown into `docs/console/<view>-<theme>.png`, for the documents: only with `SCREENSHOT=1`, so
   * that a test changes nothing by itself. `SCREENSHOT_390` names a folder for pictures as a telephone shows it, in their whole length.
   */
  screenshot(view: string, theme: 'light' | 'dark', size?: { width: number; height: number }): Promise<void>;
  /** What axe finds that is serious or critical, as `rule: selector`; empty when all is well. */
  axe(): Promise<string[]>;
  /** Requests to other hosts than the gateway. */
  foreignRequests(): string[];
  /** Errors of the page, without the 401 by which it learns that nobody is signed in. A breach of the policy is one. */
  errors(): string[];
}

/** Builds the page if that is needed, boots a gateway with it, and opens a page in a profile of its own. */
export async function openConsole(browser: TestBrowser, options: GatewayOptions = {}): Promise<TestConsole> {
  await buildConsole();
  await using started = new AsyncDisposableStack();
  const gateway = started.use(await bootGateway({ ...options, env: { CONSOLE: 'on', ...options.env } }));
  const profile = started.use(await browser.newProfile());
  const page = await profile.context.newPage();
  await page.setViewportSize({ width: 1280, height: 800 });
  const stack = started.move();
  const self: TestConsole = {
    gateway,
    profile,
    page,
    async open(path = '') {
      await page.goto(`${gateway.url}/console${path}`);
    },
    async signIn({ email, password } = ADA) {
      if (page.url() === 'about:blank') await self.open();
      await page.getByLabel('E-mail').fill(email);
      await page.getByLabel('Password').fill(password);
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
      await page.getByRole('button', { name: 'Sign out' }).waitFor();
    },
    async screenshot(view, theme, size = { width: 1280, height: 800 }) {
      const { SCREENSHOT, SCREENSHOT_390 } = process.env;
      if (!SCREENSHOT && !SCREENSHOT_390) return;
      const folder = SCREENSHOT_390 ?? PICTURES;
      await mkdir(folder, { recursive: true });
      const before = page.viewportSize();
      await page.setViewportSize(SCREENSHOT_390 ? { width: 390, height: 844 } : size);
      // Without motion first: a change of colors would be seen half done.
      await page.emulateMedia({ reducedMotion: 'reduce' });
      await page.emulateMedia({ colorScheme: theme });
      await page.screenshot({
        path: join(folder, `${view}-${theme}.png`),
        fullPage: SCREENSHOT_390 !== undefined,
      });
      await page.emulateMedia({ colorScheme: null, reducedMotion: null });
      if (before !== null) await page.setViewportSize(before);
    },
    async axe() {
      const found: string[] = [];
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        found.push(...(await runAxe(page)).map((one) => `${colorScheme}: ${one}`));
      }
      await page.emulateMedia({ colorScheme: null, reducedMotion: null });
      return found;
    },
    foreignRequests: () =>
      profile.requestUrls.filter(
        (url) => !['data:', `blob:${gateway.url}/`, `${gateway.url}/`].some((own) => url.startsWith(own)),
      ),
    errors: () => profile.errors.filter((text) => !text.includes('status of 401')),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
  return self;
}

/** Runs axe in the page, whose policy lets in no script by a tag: it is evaluated by the browser's own interface. */
async function runAxe(page: Page): Promise<string[]> {
  await page.evaluate(await readFile(AXE, 'utf8'));
  const { violations } = (await page.evaluate('axe.run()')) as AxeResults;
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
}
