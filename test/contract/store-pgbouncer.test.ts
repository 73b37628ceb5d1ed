import { sql } from 'kysely';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isStoreUnavailable } from '../../src/store/driver/unavailable.ts';
import { findUser, replacePasswordHash } from '../../src/store/identity/users.ts';
import { type Db, openStore, type Store } from '../../src/store/store.ts';
import { isPgBouncerMissing, type PgBouncer, startPgBouncer } from '../support/pgbouncer.ts';
import { isPostgresMissing, type TemporaryDatabase, temporaryDatabase } from '../support/postgres.ts';
import { insertPerson } from '../support/stores.ts';

const SETTINGS = sql<Record<string, string>>`
  select current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock,
    current_setting('idle_in_transaction_session_timeout') as idle`;

const LIMITS = { statement: '5s', lock: '4s', idle: '5s' };

describe.skipIf(isPostgresMissing || isPgBouncerMissing)(
  'the store behind PgBouncer in transaction mode',
  () => {
    let database: TemporaryDatabase;
    let pooler: PgBouncer;
    let stores: Store[];

    beforeAll(async () => {
      database = await temporaryDatabase();
      pooler = await startPgBouncer(database.url);
      // All at once, on an empty database.
      stores = await Promise.all([1, 2, 3].map(() => openStore(pooler.url)));
    });
    afterAll(async () => {
      await Promise.all((stores ?? []).map((store) => store.close()));
      await pooler?.[Symbol.asyncDispose]();
      await database?.[Symbol.asyncDispose]();
    });

    test('the timeouts hold inside and outside transactions', async () => {
      const [store] = stores;
      const outside = await SETTINGS.execute(store!.db);
      const inside = await store!.transaction('ada', (tx) => SETTINGS.execute(tx));
      expect(outside.rows).toEqual([LIMITS]);
      expect(inside.rows).toEqual([LIMITS]);
    });

    test("nothing of the settings or locks is left in the server's sessions", async () => {
      const [store] = stores;
      await store!.ping();
      const other = new Client({ connectionString: pooler.url });
      await other.connect();
      const { rows } = await other.query(`select current_setting('statement_timeout') as statement`);
      const locks = await other.query(`select * from pg_locks where locktype = 'advisory' and database =
      (select oid from pg_database where datname = current_database())`);
      await other.end();
      expect(rows).toEqual([{ statement: '0' }]);
      expect(locks.rows).toEqual([]);
    });

    test('transactions of one owner on all replicas lose no update', async () => {
      const countUp = async (tx: Db): Promise<void> => {
        const from = (await findUser(tx, 'ada'))?.passwordHash ?? '';
        await replacePasswordHash(tx, 'ada', { from, to: String(Number(from) + 1) });
      };
      await insertPerson(stores[0]!.db, 'ada', { passwordHash: '0' });
      await Promise.all(
        Array.from({ length: 30 }, (_, index) => stores[index % stores.length]!.transaction('ada', countUp)),
      );
      expect(await findUser(stores[1]!.db, 'ada')).toMatchObject({ passwordHash: '30' });
    });

    test('a failing statement outside a transaction leaves its connection usable', async () => {
      await using store = await open(pooler.url);
      await expect(sql`select * from nothing`.execute(store.db)).rejects.toMatchObject({ code: '42P01' });
      await store.ping();
    });

    test('a statement that waits too long for a lock ends as unavailable', async () => {
      await using store = await open(pooler.url, 200);
      await insertPerson(store.db, 'grace');
      await stores[0]!.transaction('grace', async (tx) => {
        await replacePasswordHash(tx, 'grace', { from: 'hash', to: 'other' });
        const waiting = replacePasswordHash(store.db, 'grace', { from: 'hash', to: 'third' });
        expect(await waiting.catch(isStoreUnavailable)).toBe(true);
      });
    });
  },
);

const open = async (url: string, lockWaitMs?: number) => {
  const store = await openStore(url, { poolSize: 1, lockWaitMs });
  return { ...store, [Symbol.asyncDispose]: () => store.close() };
};
