import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { buildConsole } from '../../../scripts/build-console.ts';
import { bootGateway } from '../../support/gateway.ts';

const DIST = resolve(import.meta.dirname, '../../../packages/console/dist');
const FIRST_VIEW_LIMIT = 400_000;

beforeAll(buildConsole, 120_000);

function boot(env: Record<string, string> = {}) {
  return bootGateway({ polls: false, env: { CONSOLE: 'on', ...env } });
}

/** The files that the HTML names, by their names. */
function assetsOf(html: string): string[] {
  return [...html.matchAll(/"\.\/assets\/([^"]+)"/g)].map(([, name = '']) => name);
}

test('the page answers at every path of a view, with a policy that lets in its own files only', async () => {
  await using gateway = await boot();
  for (const path of ['/console', '/console/', '/console/deployments/A-1', '/console/lists/a.b']) {
    const response = await fetch(gateway.url + path);
    expect(response.status, path).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-cache');
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'self'");
    expect(policy).not.toMatch(/https?:|\*|unsafe|nonce/);
    const html = await response.text();
    expect(html).toContain('<base href="/console/"');
    expect(html).not.toMatch(/__[A-Z]+__|<style|<script(?![^>]* src=)/);
    expect(assetsOf(html).length).toBeGreaterThan(1);
  }
});

test('the root leads to the console', async () => {
  await using gateway = await boot();
  const response = await fetch(gateway.url, { redirect: 'manual' });
  expect(response.status).toBe(302);
  expect(response.headers.get('location')).toBe('/console');
});

test('files of the page are kept forever, compressed, and not sent again', async () => {
  await using gateway = await boot();
  const html = await (await fetch(`${gateway.url}/console`)).text();
  const name = assetsOf(html).find((one) => one.endsWith('.js')) ?? '';
  const url = `${gateway.url}/console/assets/${name}`;
  const plain = await readFile(join(DIST, 'assets', name));
  for (const [accepted, encoding] of [
    ['br, gzip', 'br'],
    ['gzip', 'gzip'],
    ['gzip, br;q=0', 'gzip'],
    ['identity', null],
  ] as const) {
    const response = await fetch(url, { headers: { 'accept-encoding': accepted } });
    expect(response.headers.get('content-encoding'), accepted).toBe(encoding);
    expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(response.headers.get('vary')).toContain('accept-encoding');
    expect(Buffer.from(await response.arrayBuffer()).equals(plain)).toBe(true);
    const etag = response.headers.get('etag') ?? '';
    const again = await fetch(url, { headers: { 'if-none-match': etag, 'accept-encoding': accepted } });
    expect(again.status).toBe(304);
  }
});

test('HEAD answers as GET does, without a body', async () => {
  await using gateway = await boot();
  const response = await fetch(`${gateway.url}/console`, { method: 'HEAD' });
  expect(response.status).toBe(200);
  expect(response.headers.get('etag')).toMatch(/^W\//);
  expect(await response.text()).toBe('');
});

test.each(['/console/assets/none.js', '/console/assets/..%2findex.html', '/console/robots.txt', '/consoles'])(
  '%s: there is no such file',
  async (path) => {
    await using gateway = await boot();
    const response = await fetch(gateway.url + path);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: 'NOT_FOUND' });
  },
);

test('CONSOLE=off: the root and everything below /console are unknown paths', async () => {
  await using gateway = await boot({ CONSOLE: 'off' });
  for (const path of ['/', '/console', '/console/', '/console/tasks', '/console/assets/none.js']) {
    for (const method of ['GET', 'HEAD', 'POST', 'OPTIONS']) {
      const response = await fetch(gateway.url + path, { method });
      expect(response.status, `${method} ${path}`).toBe(404);
      expect(response.headers.get('allow')).toBeNull();
    }
  }
});

test('a gateway below a path of a proxy: the page says so', async () => {
  await using gateway = await boot({ PUBLIC_URL: 'https://example.com/quant' });
  expect(await (await fetch(`${gateway.url}/console`)).text()).toContain('<base href="/quant/console/"');
  const root = await fetch(gateway.url, { redirect: 'manual' });
  expect(root.headers.get('location')).toBe('/quant/console');
});

test.each(['open', 'closed'])('REGISTRATION=%s: the page knows', async (value) => {
  await using gateway = await boot({ REGISTRATION: value });
  const html = await (await fetch(`${gateway.url}/console`)).text();
  expect(html).toContain(`name="quantgate-registration" content="${value}"`);
});

test('a simulator: the page offers its credential; without one it has none', async () => {
  const text = `12345:${'0f'.repeat(32)}:${'a1'.repeat(16)}`;
  for (const [env, content] of [
    [{ CONSOLE_SIMULATOR: text }, text],
    [{}, ''],
  ] as const) {
    await using gateway = await boot(env);
    const html = await (await fetch(`${gateway.url}/console`)).text();
    expect(html).toContain(`name="quantgate-simulator" content="${content}"`);
  }
});

test('the first view is below 400 kB, compressed', async () => {
  const html = await readFile(join(DIST, 'index.html'), 'utf8');
  const names = (await readdir(join(DIST, 'assets'))).filter((name) => /\.(js|css|svg)$/.test(name));
  const sizeOf = async (name: string) => gzipSync(await readFile(join(DIST, 'assets', name))).length;
  const first = assetsOf(html);
  const sizes = await Promise.all(first.map(sizeOf));
  // And what the first view loads: no view is named in the HTML.
  const home = await Promise.all(names.filter((name) => /^(home|page-header|use-)/.test(name)).map(sizeOf));
  const total = [...sizes, ...home].reduce((sum, size) => sum + size, gzipSync(html).length);
  expect(total).toBeLessThan(FIRST_VIEW_LIMIT);
});
