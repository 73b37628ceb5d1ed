import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { describe, expect, test } from 'vitest';
import { StartError } from '../../src/lib/start-error.ts';
import { findUser } from '../../src/store/identity/users.ts';
import { migrations } from '../../src/store/migrations/index.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { isPostgresMissing, temporaryDatabase } from '../support/postgres.ts';
import { insertPerson } from '../support/stores.ts';

/** What the next version would add: nothing that stands in the way of this one. */
const expand: Migration = {
  async up(db) {
    await db.schema.alterTable('users').addColumn('nickname', 'text').execute();
    await db.schema
      .alterTable('users')
      .addColumn('level', 'bigint', (column) => column.notNull().defaultTo(1))
      .execute();
    await db.schema
      .createTable('badges')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .execute();
  },
};
const nothing: Migration = { up: async () => undefined };

const NEXT = { ...migrations, '9001-nicknames': expand };
/** Two versions later: programs that do not know the nicknames are shut out. */
const AFTER_NEXT = { ...NEXT, '9002-needs-9001-only-nicknames': nothing };

interface Target extends AsyncDisposable {
  url: string;
}

const sqliteFile = async (): Promise<Target> => {
  const folder = await mkdtemp(join(tmpdir(), 'quantgate-versions-'));
  return { url: join(folder, 'store.db'), [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
};

const onEveryDatabase = (suite: (make: () => Promise<Target>) => void): void => {
  describe('SQLite', () => suite(sqliteFile));
  describe.skipIf(isPostgresMissing)('PostgreSQL', () => suite(temporaryDatabase));
};

const open = async (target: Target, known: Record<string, Migration> = migrations) => {
  const warnings: string[] = [];
  const ignore = () => undefined;
  const warn = (_fields: object, message: string) => void warnings.push(message);
  const logger = { debug: ignore, info: ignore, warn, error: ignore };
  const store: Store = await openStore(target.url, { migrations: known, logger });
  return { store, warnings, [Symbol.asyncDispose]: () => store.close() };
};

onEveryDatabase((make) => {
  test('a newer schema that only adds is a warning, and this version works beside the next', async () => {
    await using target = await make();
    await using newer = await open(target, NEXT);
    await insertPerson(newer.store.db, 'ada');
    await using older = await open(target);
    expect(older.warnings).toEqual(['database was migrated by a newer version; this one can use it too']);
    expect(newer.warnings).toEqual([]);

    await older.store.transaction('grace', (tx) => insertPerson(tx, 'grace'));
    const { rows } = await sql`select nickname, level from users where id = 'grace'`.execute(newer.store.db);
    expect(rows).toEqual([{ nickname: null, level: 1 }]);
    expect(await findUser(older.store.db, 'ada')).toMatchObject({ id: 'ada' });
  });

  test('a rollback and another upgrade run no migration twice', async () => {
    await using target = await make();
    for (const version of [migrations, NEXT, migrations, NEXT]) {
      await using opened = await open(target, version);
      await opened.store.ping();
    }
  });

  test('a schema that needs a newer program is refused by older ones only', async () => {
    await using target = await make();
    await (await open(target, AFTER_NEXT)).store.close();
    const refused = await open(target).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(StartError);
    expect((refused as Error).message).toContain('9002-needs-9001-only-nicknames');
    await using next = await open(target, NEXT);
    expect(next.warnings).toHaveLength(1);
  });
});
