import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type BrowserContext, chromium, type Page } from 'playwright-core';

/** Debian's Chromium; another one is named by `CHROMIUM`. */
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Pages that a test writes come from no address, and may reach the loopback only without this check.
  '--disable-features=LocalNetworkAccessChecks,LocalNetworkAccessChecksWebSockets',
];

/** The path of pages that a test writes itself, at the origin that it names. */
const PAGE = '/page-of-a-test';

const EMPTY_PAGE = '<!doctype html><title>Test</title>';

/** A Chromium, launched once for a file of tests, with a profile of its own. */
export interface TestBrowser extends AsyncDisposable {
  /** A new profile: its pages share cookies with each other, and with no other profile. */
  newProfile(): Promise<Profile>;
}

/** The profile of one user. */
export interface Profile extends AsyncDisposable {
  context: BrowserContext;
  /** URLs of all requests that its pages have made, those that were not answered included. */
  requestUrls: string[];
  /** Everything that its pages have written to the console as an error, and what they have thrown. */
  errors: string[];
  /** Opens a page of this origin that the server does not have; requests of the page reach the server. */
  openPage(origin: string, html?: string, hash?: string): Promise<Page>;
}

/** Launches Chromium. @throws Error when it is not installed */
export async function launchBrowser(): Promise<TestBrowser> {
  if (!existsSync(CHROMIUM))
    throw new Error(`${CHROMIUM} is missing: apt-get install chromium, or set CHROMIUM`);
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  return {
    newProfile: async () => toProfile(await browser.newContext()),
    [Symbol.asyncDispose]: () => browser.close(),
  };
}

/** A server of one page, at an origin of another site than the gateway of a test, which listens on `127.0.0.1`. */
export interface PageServer extends AsyncDisposable {
  origin: string;
}

/** Serves a page at every path of `http://localhost:<port>`. */
export async function servePage(html = EMPTY_PAGE): Promise<PageServer> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8').end(html);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function toProfile(context: BrowserContext): Profile {
  const requestUrls: string[] = [];
  const errors: string[] = [];
  context.on('request', (request) => requestUrls.push(request.url()));
  context.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  context.on('weberror', (thrown) => errors.push(String(thrown.error())));
  return {
    context,
    requestUrls,
    errors,
    async openPage(origin, html = EMPTY_PAGE, hash = '') {
      const page = await context.newPage();
      await page.route(`${origin}${PAGE}`, (route) =>
        route.fulfill({ contentType: 'text/html', body: html }),
      );
      await page.goto(`${origin}${PAGE}${hash}`);
      return page;
    },
    [Symbol.asyncDispose]: () => context.close(),
  };
}
