import { execFile } from 'node:child_process';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findUser } from '../../src/store/identity/users.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { copyProject, type ProjectCopy } from '../support/npm.ts';
import { isPostgresMissing, temporaryDatabase } from '../support/postgres.ts';
import { insertPerson } from '../support/stores.ts';
import { blocksOf } from './blocks.ts';
import { PROJECT } from './documents.ts';
import { readProjectFile } from './environment.ts';

const [backUpSqlite = '', restoreSqlite = '', dump = '', restoreDump = ''] = blocksOf(
  readProjectFile('docs/operate/backup.md'),
).map(({ text }) => text);

let checkout: ProjectCopy;
let folder: string;
beforeEach(async () => {
  checkout = await copyProject();
  folder = checkout.path;
});
afterEach(() => checkout[Symbol.asyncDispose]());

const run = async (commands: string, env: Record<string, string> = {}): Promise<void> => {
  const path = `${join(PROJECT, 'node_modules/.bin')}:${process.env.PATH}`;
  await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', commands], {
    cwd: folder,
    env: { ...process.env, ...env, PATH: path },
  });
};

const hasUser = async (store: Store, id: string): Promise<boolean> => {
  const user = await findUser(store.db, id);
  await store.close();
  return user !== undefined;
};

test('SQLite: the commands copy what is in the journal only, and bring it back', async () => {
  const path = join(folder, 'data/quantgate.db');
  const store = await openStore(path);
  await insertPerson(store.db, 'ada');
  await cp(path, join(folder, 'alone.db'));
  await run(backUpSqlite);
  await insertPerson(store.db, 'grace');
  await store.close();
  await run(restoreSqlite);

  expect(await hasUser(await openStore(join(folder, 'alone.db')), 'ada')).toBe(false);
  expect(await hasUser(await openStore(path), 'ada')).toBe(true);
  expect(await hasUser(await openStore(path), 'grace')).toBe(false);
});

test.skipIf(isPostgresMissing)('PostgreSQL: the lines copy the database and bring it back', async () => {
  await using database = await temporaryDatabase();
  const store = await openStore(database.url);
  await insertPerson(store.db, 'ada');
  await run(dump, { DATABASE_URL: database.url });
  await insertPerson(store.db, 'grace');
  await store.close();
  await run(restoreDump, { DATABASE_URL: database.url });

  expect(await hasUser(await openStore(database.url), 'ada')).toBe(true);
  expect(await hasUser(await openStore(database.url), 'grace')).toBe(false);
});
