import { execFile } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seededAccount, seededQuantCdnToken } from '../../../simulator/index.ts';
import { ADMIN, ADMIN_ENV } from '../../support/admin-app.ts';
import { launchBrowser, type TestBrowser } from '../../support/browser.ts';
import { createGraphQLClient, type GraphQLClient } from '../../support/client.ts';
import { openConsole, type TestConsole } from '../../support/console.ts';
import { plantList } from '../../support/console-lists.ts';
import { temporaryFolder } from '../../support/process.ts';

const run = promisify(execFile);
const PACKAGE = resolve(import.meta.dirname, '../../../packages/client');
type Copies = Partial<Record<'curl' | 'GraphQL' | 'TypeScript', string>>;
const FORMATS: readonly (keyof Copies)[] = ['curl', 'GraphQL', 'TypeScript'];

let browser: TestBrowser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser[Symbol.asyncDispose]());

/** Chooses each entry of the menu, in the page itself: so many clicks of a mouse would take a minute. */
const CHOOSE_EACH = `(async () => {
  const until = async (find) => {
    for (;;) {
      const found = find();
      if (found) return found;
      await new Promise(requestAnimationFrame);
    }
  };
  const items = () => [...document.querySelectorAll('[role=menuitem]')];
  const open = async () => {
    const buttons = () => [...document.querySelectorAll('button')];
    const menu = await until(() => buttons().find((one) => one.textContent.trim() === 'Copy as'));
    menu.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true, button: 0 }));
    await until(() => items().length > 0);
    return items();
  };
  const copies = {};
  let count = 1;
  for (let at = 0; at < count; at += 1) {
    const entries = await open();
    count = entries.length;
    const format = entries[at].textContent;
    await navigator.clipboard.writeText('');
    entries[at].click();
    await until(() => items().length === 0);
    while ((await navigator.clipboard.readText()) === '') await new Promise(requestAnimationFrame);
    copies[format] = await navigator.clipboard.readText();
  }
  return copies;
})()`;

/** What the menu of the view that is open copies, in each format that it offers. */
async function copiesOf({ page }: TestConsole): Promise<Copies> {
  const copies = await page.evaluate<Copies>(CHOOSE_EACH);
  expect(Object.keys(copies).filter((format) => !FORMATS.includes(format as keyof Copies))).toEqual([]);
  return copies;
}

/** Runs what was copied as curl, as a shell does. @returns the answer of the gateway */
async function runCurl(command: string, token: string): Promise<unknown> {
  const { stdout } = await run('sh', ['-c', command], { env: { PATH: process.env.PATH, TOKEN: token } });
  return JSON.parse(stdout);
}

/** Sends what was copied as GraphQL. A subscription answers with its first item. */
async function runGraphql(text: string, client: GraphQLClient): Promise<unknown> {
  const [document = '', variables = '{}'] = text.split('\n\n# Variables\n');
  const values = JSON.parse(variables) as Record<string, unknown>;
  if (!document.startsWith('subscription')) return client.ask(document, values);
  await using items = client.subscribe(document, values);
  return await items.next();
}

/** Runs what was copied as TypeScript, one program after the other in one Node.js. @returns what they printed, by view */
async function runPrograms(
  programs: ReadonlyMap<string, string>,
  token: string,
): Promise<Map<string, string>> {
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, 'node_modules/@quantgate'), { recursive: true });
  await symlink(PACKAGE, join(folder.path, 'node_modules/@quantgate/client'));
  const names = [...programs.keys()];
  for (const [index, name] of names.entries())
    await writeFile(join(folder.path, `${index}.mts`), programs.get(name) ?? '');
  const mark = '=== ';
  const imports = names.map(
    (name, index) => `console.log('${mark}${name}');\nawait import('./${index}.mts');`,
  );
  await writeFile(join(folder.path, 'all.mts'), imports.join('\n'));
  const flags = ['--conditions=quantgate-source', '--disable-warning=ExperimentalWarning'];
  const { stdout } = await run(process.execPath, [...flags, 'all.mts'], {
    cwd: folder.path,
    env: { PATH: process.env.PATH, TOKEN: token },
    timeout: 60_000,
  });
  return new Map(
    stdout
      .split(mark)
      .slice(1)
      .map((text) => [text.slice(0, text.indexOf('\n')), text.slice(text.indexOf('\n') + 1)] as const),
  );
}

test('what each view copies runs: curl in a shell, GraphQL at the gateway, TypeScript in Node.js', async () => {
  await using console = await openConsole(browser, { env: ADMIN_ENV, simulator: { pace: 'instant' } });
  const { page, gateway, profile } = console;
  await profile.context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: gateway.url });
  const root = createGraphQLClient(gateway.url);
  Object.assign(root.tokens, await root.post('/v1/auth/login', ADMIN));
  await root.saveCredential(seededAccount);
  await root.saveQuantCdnCredential(seededQuantCdnToken);
  const taskId = await root.createTask();
  const id = await root.deploy(taskId);
  const status = async () =>
    ((await (await root.request(`/v1/deployments/${id}`)).json()) as { status: string }).status;
  await expect.poll(status, { timeout: 15_000 }).toBe('COMPLETED');
  plantList(gateway.simulator, 'bars', { 'Gather bars': [], 'Clean bars': ['Gather bars'] }, () => taskId);

  await console.open();
  await console.signIn(ADMIN);
  const views = new Map<string, Copies>();
  for (const [path, name] of [
    ['', 'Home'],
    ['/deployments', 'Deployments'],
    [`/deployments/${id}`, `Deployment ${id.slice(0, 10)}`],
    ['/lists', 'Task lists'],
    ['/lists/bars', 'Task list bars'],
    ['/tasks', 'Tasks'],
    [`/tasks/${taskId}`, 'A Task'],
    ['/agents', 'Agents'],
    ['/account/credentials', 'Credentials'],
    ['/account/webhooks', 'Webhooks'],
    ['/account/budgets', 'Budgets'],
    ['/account/usage?by=task', 'Usage'],
    ['/account/sessions', 'Sessions and password'],
    ['/admin/users', 'Users'],
    ['/admin/service-accounts', 'Service accounts'],
    ['/admin/health', 'Health'],
    ['/admin/drift', 'Upstream drift'],
    ['/admin/audit', 'Audit'],
  ] as const) {
    // As a link of the page leads there.
    await page.evaluate(`history.pushState(null, '', '/console${path}')`);
    const tab = page.getByRole('tab', { name, exact: true, selected: true });
    await page.getByRole('heading', { name, exact: true, level: 1 }).or(tab).waitFor();
    views.set(path, await copiesOf(console));
  }
  // A filter that is chosen afterwards is in what is copied.
  await page.getByLabel('Act', { exact: true }).selectOption('CREDENTIAL_SAVE');
  await expect.poll(() => new URL(page.url()).search).toBe('?act=CREDENTIAL_SAVE');
  const chosen = await copiesOf(console);
  expect(chosen.curl).toContain('/v1/audit?act=CREDENTIAL_SAVE');
  views.set('/admin/audit?act', chosen);

  const programs = new Map<string, string>();
  for (const [view, copies] of views) {
    if (copies.curl !== undefined) {
      const answer = await runCurl(copies.curl, root.tokens.accessToken);
      expect(answer, view).not.toHaveProperty('code');
    }
    if (copies.GraphQL !== undefined) expect(await runGraphql(copies.GraphQL, root), view).toBeDefined();
    // This one would be refused: it creates a webhook at a host that does not exist here.
    if (copies.TypeScript !== undefined && view !== '/account/webhooks')
      programs.set(view, copies.TypeScript);
  }
  const printed = await runPrograms(programs, root.tokens.accessToken);
  expect([...printed.keys()]).toEqual([...programs.keys()]);
  expect(printed.get('/deployments')).toContain(id);
  expect(printed.get(`/deployments/${id}`)).toMatch(/CREATED QUEUED[\s\S]*STATUS_CHANGED COMPLETED/);
  expect(printed.get('/lists/bars')).toMatch(/COMPLETED/);
  expect(printed.get('/account/usage?by=task')).toContain(taskId);
}, 180_000);
