import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Simulator, seededAccount, startSimulator } from '../../../simulator/index.ts';
import { createGraphQLClient, type GraphQLClient } from '../../support/client.ts';
import { answering, runCommandIn } from '../../support/command-line.ts';
import { freePort, startGateway, temporaryFolder } from '../../support/process.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ port: 0 });
});
afterAll(() => simulator.close());

interface Event {
  id: string;
  deploymentId: string;
  type: string;
}

const eventsAfter = async (ada: GraphQLClient, after: string): Promise<Event[]> => {
  const { log } = await ada.ask<{ log: { nodes: Event[] } }>(
    'query ($after: ID!) { log: deploymentEvents(after: $after, first: 500) { nodes { id deploymentId type } } }',
    { after },
  );
  return log.nodes;
};

/** Deploys, and resolves with the events that the deployment has by then. */
const deployed = async (ada: GraphQLClient, taskId: string): Promise<{ id: string; events: Event[] }> => {
  const id = await ada.deploy(taskId);
  return { id, events: (await eventsAfter(ada, '0')).filter(({ deploymentId }) => deploymentId === id) };
};

test('a backup made while the gateway serves is restored, and cursors of the lost time miss nothing', async () => {
  await using folder = await temporaryFolder();
  const env = {
    DATA_DIR: join(folder.path, 'data'),
    PORT: await freePort(),
    QUANTCONNECT_BASE_URL: simulator.url,
    QUANTCDN_BASE_URL: simulator.quantCdnUrl,
  };
  const quantgate = (...args: string[]) => runCommandIn({ env, folder: folder.path }, args);

  let gateway = await startGateway(env);
  const ada = createGraphQLClient(gateway.url);
  await ada.signUp('ada@example.com');
  await ada.saveCredential(seededAccount);
  const taskId = await ada.createTask();
  const kept = await deployed(ada, taskId);

  const backup = await quantgate('backup', 'copy.db', '--json');
  expect(backup).toMatchObject({ code: 0, stderr: '' });
  const path = join(folder.path, 'copy.db');
  const { size, mode } = await stat(path);
  expect(JSON.parse(backup.stdout)).toEqual({ file: path, bytes: size });
  expect(mode & 0o777).toBe(0o600);

  const lost = await deployed(ada, taskId);
  const cursor = lost.events.at(-1)!.id;
  const refused = await quantgate('restore', 'copy.db', '--yes');
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toMatch(`is in use by process ${gateway.child.pid}`);
  await gateway.end('SIGTERM');

  const restored = await quantgate('restore', 'copy.db', '--yes');
  expect(restored).toMatchObject({ code: 0, stderr: '' });
  expect(restored.stdout).toMatch(
    /^Restored copy\.db to .*\nWhat was there is .*quantgate\.db\.replaced now/,
  );
  gateway = await startGateway(env);
  await using _running = gateway;
  expect((await eventsAfter(ada, '0')).map(({ deploymentId }) => deploymentId)).not.toContain(lost.id);
  const next = await deployed(ada, taskId);
  expect(next.events.map(({ type }) => type)).toContain('CREATED');
  expect(await eventsAfter(ada, cursor)).toEqual(expect.arrayContaining(next.events));
  expect((await eventsAfter(ada, '0')).map(({ deploymentId }) => deploymentId)).toContain(kept.id);
}, 90_000);

test('a store is replaced only by a sound backup, and after a yes', async () => {
  await using folder = await temporaryFolder();
  const env = { DATA_DIR: join(folder.path, 'data') };
  const store = join(env.DATA_DIR, 'quantgate.db');
  const quantgate = (args: string[], isAgreed?: boolean) => {
    const asked = isAgreed === undefined ? undefined : answering({ '': isAgreed }).prompts;
    return runCommandIn({ env, folder: folder.path, ...(asked && { prompts: asked }) }, args);
  };
  expect(await quantgate(['backup', 'copy.db'])).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^There is no store in DATA_DIR/),
  });
  expect(await quantgate(['migrate'])).toMatchObject({ code: 0 });
  expect(await quantgate(['backup', 'copy.db'])).toMatchObject({ code: 0 });
  expect(await quantgate(['backup', 'copy.db'])).toMatchObject({ code: 2 });
  expect(await quantgate(['backup', 'copy.db'], false)).toMatchObject({
    code: 1,
    stderr: 'copy.db was left as it is; nothing was done\n',
  });
  expect(await quantgate(['backup', 'copy.db', '--yes'])).toMatchObject({ code: 0 });

  const before = await readFile(store);
  const copy = await readFile(join(folder.path, 'copy.db'));
  await writeFile(join(folder.path, 'text.db'), 'no database');
  await writeFile(join(folder.path, 'cut.db'), copy.subarray(0, copy.length / 2));
  for (const file of ['text.db', 'cut.db']) {
    expect(await quantgate(['restore', file, '--yes'])).toMatchObject({
      code: 1,
      stderr: `${file} is damaged, or no SQLite database: take another backup\n`,
    });
  }
  expect(await quantgate(['restore', 'copy.db'])).toMatchObject({ code: 2 });
  expect(await quantgate(['restore', 'copy.db'], false)).toMatchObject({ code: 1 });
  expect(await readFile(store)).toEqual(before);
  await chmod(join(folder.path, 'copy.db'), 0o644);
  expect(await quantgate(['restore', 'copy.db'], true)).toMatchObject({ code: 0 });
  expect((await stat(store)).mode & 0o777).toBe(0o600);
  expect(await readFile(`${store}.replaced`)).toEqual(before);
});

test('for PostgreSQL they say what to run, and fail because they did nothing', async () => {
  const env = { DATABASE_URL: 'postgres://ada@localhost/quantgate' };
  const backup = await runCommandIn({ env }, ['backup', "it's.dump"]);
  expect(backup).toMatchObject({ code: 1, stderr: '' });
  expect(backup.stdout).toContain(`pg_dump --format=custom --file='it'\\''s.dump' "$DATABASE_URL"`);
  const restore = await runCommandIn({ env }, ['restore', 'a.dump', '--json']);
  expect({ code: restore.code, ...JSON.parse(restore.stdout) }).toEqual({
    code: 1,
    command: 'pg_restore --clean --if-exists --single-transaction --dbname="$DATABASE_URL" a.dump',
  });
});
