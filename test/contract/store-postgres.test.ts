import { inspect } from 'node:util';
import { sql } from 'kysely';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { logBounds } from '../../src/store/coordination/log-bounds.ts';
import type { PostgresOptions } from '../../src/store/driver/postgres.ts';
import { isStoreUnavailable } from '../../src/store/driver/unavailable.ts';
import { findUser, insertUser } from '../../src/store/identity/users.ts';
import { migrations } from '../../src/store/migrations/index.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { isPostgresMissing, type TemporaryDatabase, temporaryDatabase } from '../support/postgres.ts';
import { insertPerson, person } from '../support/stores.ts';
import { tcpProxy } from '../support/tcp-proxy.ts';

/** What PostgreSQL alone can do to a store: start many at once, be away, hang, or end a session. */
describe.skipIf(isPostgresMissing)('the store on PostgreSQL', () => {
  let database: TemporaryDatabase;

  beforeAll(async () => {
    database = await temporaryDatabase();
  });
  afterAll(() => database?.[Symbol.asyncDispose]());

  /** A store of this database, or of another way to it. */
  const open = async (url = database.url, options: PostgresOptions = {}) => {
    const store = await openStore(url, options);
    return { ...store, [Symbol.asyncDispose]: () => store.close() };
  };

  /** What a call fails with. */
  const failureOf = async (call: Promise<unknown>): Promise<unknown> =>
    call.then(
      () => 'nothing',
      (error: unknown) => error,
    );

  const expectUnavailable = async (call: Promise<unknown>): Promise<void> => {
    const failure = await failureOf(call);
    expect(isStoreUnavailable(failure), inspect(failure)).toBe(true);
  };

  const endAllSessions = () =>
    database.run(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
    );

  const isWellAgain = (store: Store) => vi.waitFor(() => store.ping(), { timeout: 5_000, interval: 10 });

  test('ten processes that start at once on an empty database create the tables once', async () => {
    await using empty = await temporaryDatabase();
    const stores = await Promise.all(Array.from({ length: 10 }, () => openStore(empty.url)));
    await Promise.all(stores.map((store, index) => insertPerson(store.db, `user-${index}`)));
    const made = await empty.run('select name from kysely_migration order by name');
    expect(made.map(({ name }) => name)).toEqual(Object.keys(migrations));
    await Promise.all(stores.map((store) => store.close()));
  });

  test('a database that takes no connections for a time, as while it is exchanged, is unavailable', async () => {
    await using own = await temporaryDatabase();
    await using store = await open(own.url);
    await store.ping();
    const admin = new Client({ connectionString: own.url });
    await admin.connect();
    try {
      const setAllowed = (isAllowed: boolean) =>
        admin.query(`update pg_database set datallowconn = ${isAllowed} where datname = current_database()`);
      await setAllowed(false);
      await admin.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      );
      await vi.waitFor(() => expectUnavailable(store.ping()));
      // A second time, so that no connection of before is left.
      await expectUnavailable(store.ping());
      await setAllowed(true);
      await isWellAgain(store);
    } finally {
      await admin.end();
    }
  });

  test('work that outlives the store at a shutdown finds it unavailable', async () => {
    const store = await openStore(database.url);
    await store.ping();
    await store.close();
    await expectUnavailable(store.ping());
    await expectUnavailable(store.transaction('ada', async () => undefined));
  });

  test('a connection lost within a transaction fails it, and nothing is kept', async () => {
    await using store = await open();
    let runs = 0;
    const failing = store.transaction('ada', async (tx) => {
      runs += 1;
      await insertPerson(tx, 'ada');
      // Nothing is under way on the connection when it ends: only the next statement can tell.
      await endAllSessions();
      await findUser(tx, 'ada');
    });
    await expectUnavailable(failing);
    expect(runs).toBe(1);
    await isWellAgain(store);
    expect(await findUser(store.db, 'ada')).toBeUndefined();
    await store.transaction('ada', (tx) => findUser(tx, 'ada'));
  });

  test('idle connections that end are replaced', async () => {
    await using store = await open();
    await store.ping();
    await endAllSessions();
    await isWellAgain(store);
  });

  test('while the server is down every call fails as an outage, then all recovers', async () => {
    await using proxy = await tcpProxy(database.url);
    await using store = await open(proxy.url);
    await store.ping();
    await proxy.goAway();
    const bob = () => store.transaction('bob', (tx) => insertPerson(tx, 'bob'));
    await Promise.all([1, 2, 3].map(() => expectUnavailable(findUser(store.db, 'bob'))));
    await expectUnavailable(bob());
    await expectUnavailable(store.ping());
    await expectUnavailable(openStore(proxy.url));
    await proxy.comeBack();
    await bob();
    expect(await findUser(store.db, 'bob')).toMatchObject({ id: 'bob' });
  });

  // These two spend their time waiting for the same limit.
  test.concurrent('a hanging server is an outage for open and for new connections', async () => {
    await using proxy = await tcpProxy(database.url);
    await using store = await open(proxy.url, { poolSize: 1 });
    await store.ping();
    proxy.fallSilent();
    await expectUnavailable(findUser(store.db, 'mary'));
    await expectUnavailable(store.ping());
    proxy.speakAgain();
    await isWellAgain(store);
  });

  test.concurrent('waiting too long for a connection is an outage that says so', async () => {
    await using store = await open(database.url, { poolSize: 1 });
    const held = Promise.withResolvers<void>();
    const holding = store.transaction('ada', () => held.promise);
    await expectUnavailable(store.transaction('grace', async () => undefined));
    held.resolve();
    await holding;
    await store.ping();
  });

  test('waiting too long for another replica fails before the work begins', async () => {
    await using first = await open();
    await using second = await open(database.url, { lockWaitMs: 100 });
    const held = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const holding = first.transaction('ada', () => {
      begun.resolve();
      return held.promise;
    });
    await begun.promise;
    let isBegun = false;
    const waiting = second.transaction('ada', async () => {
      isBegun = true;
    });
    await expectUnavailable(waiting);
    expect(isBegun).toBe(false);
    held.resolve();
    await holding;
    expect(await second.transaction('ada', async () => 'done')).toBe('done');
  });

  test.concurrent('a read on a connection that fell silent fails within 2 s, also while others hold the pool', async () => {
    await using proxy = await tcpProxy(database.url);
    await using store = await open(proxy.url, { poolSize: 2 });
    await Promise.all([store.ping(), store.ping()]);
    proxy.fallSilent();
    const startedAtMs = performance.now();
    await Promise.all([1, 2, 3, 4].map(() => expectUnavailable(findUser(store.db, 'ada'))));
    expect(performance.now() - startedAtMs).toBeLessThan(3_000);
  });

  test.concurrent('packets that vanish in the middle of transactions: each is an outage within 3 s', async () => {
    await using proxy = await tcpProxy(database.url);
    await using store = await open(proxy.url, { poolSize: 3 });
    const all = Promise.withResolvers<void>();
    let begun = 0;
    const write = async (id: string): Promise<number> => {
      let silentAtMs = 0;
      await expectUnavailable(
        store.transaction(id, async (tx) => {
          begun += 1;
          if (begun === 3) {
            proxy.fallSilent();
            all.resolve();
          }
          await all.promise;
          silentAtMs = performance.now();
          await insertPerson(tx, id);
        }),
      );
      return performance.now() - silentAtMs;
    };
    for (const tookMs of await Promise.all(['v1', 'v2', 'v3'].map(write))) expect(tookMs).toBeLessThan(3_500);
    proxy.speakAgain();
    await isWellAgain(store);
    expect(await findUser(store.db, 'v1')).toBeUndefined();
  });

  test.concurrent('a transaction that waits 3 s for a lock of a server that answers is carried out', async () => {
    await using first = await open();
    await using second = await open();
    const held = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const holding = first.transaction('slow', () => {
      begun.resolve();
      return held.promise;
    });
    await begun.promise;
    const waiting = second.transaction('slow', async () => 'done');
    setTimeout(held.resolve, 3_000);
    expect(await waiting).toBe('done');
    await holding;
  });

  /** Makes the sessions of a pool read-only, as a failover that demotes their server does. */
  const demoteSessions = async (store: Store, count: number): Promise<void> => {
    const all = Promise.withResolvers<void>();
    let demoted = 0;
    const demote = () =>
      store.db.connection().execute(async (session) => {
        await sql`set session characteristics as transaction read only`.execute(session);
        demoted += 1;
        if (demoted === count) all.resolve();
        await all.promise;
      });
    await Promise.all(Array.from({ length: count }, demote));
  };

  test('sessions that became read-only: the first write is an outage and replaces all of them', async () => {
    await using store = await open(database.url, { poolSize: 3 });
    await demoteSessions(store, 3);
    await expectUnavailable(store.transaction('zoe', (tx) => insertPerson(tx, 'zoe')));
    await store.transaction('zoe', (tx) => insertPerson(tx, 'zoe'));
    const { rows } = await sql`show transaction_read_only`.execute(store.db);
    expect(rows).toEqual([{ transactionReadOnly: 'off' }]);
  });

  test('a ping in a session that became read-only fails', async () => {
    await using store = await open(database.url, { poolSize: 1 });
    await demoteSessions(store, 1);
    await expectUnavailable(store.ping());
    await store.ping();
  });

  test('while new sessions are read-only they are not used, not even for reads', async () => {
    await using standby = await temporaryDatabase();
    await using store = await open(standby.url);
    const { pathname } = new URL(standby.url);
    const set = (value: string) =>
      standby.run(
        `set transaction_read_only = off; alter database ${pathname.slice(1)} set default_transaction_read_only = ${value};
         select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
      );
    await set('on');
    await vi.waitFor(async () => expectUnavailable(findUser(store.db, 'ada')));
    await expectUnavailable(store.ping());
    await expectUnavailable(openStore(standby.url));
    await set('off');
    await isWellAgain(store);
  });

  test('a pool that the server does not let grow queues for the connections it has', async () => {
    const role = `limited_${new URL(database.url).pathname.slice(-8)}`;
    await database.run(`create role ${role} login connection limit 3; grant all on all tables in schema public to ${role};
      grant all on schema public to ${role}`);
    const limited = new URL(database.url);
    limited.username = role;
    try {
      await using store = await open(limited.href);
      await using user = await open();
      await Promise.all(
        Array.from({ length: 30 }, (_, index) =>
          store.transaction(`owner-${index}`, (tx) => findUser(tx, `owner-${index}`)),
        ),
      );
      await user.ping();
    } finally {
      await database.run(`drop owned by ${role}; drop role ${role}`);
    }
  });

  test('a connection older than its lifetime is replaced', async () => {
    await using store = await open(database.url, { poolSize: 1, poolLifetimeMs: 50 });
    const pid = async () => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(store.db);
      return rows[0]?.pid;
    };
    const first = await pid();
    await vi.waitFor(async () => expect(await pid()).not.toBe(first), { interval: 60 });
  });

  test('a faulty statement is no outage', async () => {
    await using store = await open();
    await insertPerson(store.db, 'twice');
    const twice = await failureOf(insertUser(store.db, { ...person('twice'), email: 'other@example.com' }));
    expect(twice).toMatchObject({ code: '23505' });
    expect(await failureOf(sql`select * from nothing`.execute(store.db))).toMatchObject({ code: '42P01' });
  });

  test('a counter too large for an exact number is refused, not rounded', async () => {
    await using store = await open();
    await insertPerson(store.db, 'rich');
    const keep = (count: string) =>
      database.run(
        `insert into event_heads values ('rich', ${count}, 0) on conflict (owner_id) do update set last_seq = ${count}`,
      );
    await keep('9007199254740991');
    expect(await logBounds(store.db, 'rich')).toEqual({ lastSeq: Number.MAX_SAFE_INTEGER, prunedSeq: 0 });
    await keep('9007199254740993');
    await expect(logBounds(store.db, 'rich')).rejects.toThrow('too large');
    await store.ping();
  });

  test('no error shows the password of the URL', async () => {
    await using proxy = await tcpProxy(database.url.replace('postgres@', 'postgres:canary-password@'));
    await using store = await open(proxy.url);
    const failures = [
      await failureOf(
        store.transaction('ada', async (tx) => {
          await proxy.goAway();
          await findUser(tx, 'ada');
        }),
      ),
      await failureOf(store.ping()),
      await failureOf(openStore(proxy.url)),
    ];
    expect(failures.every(isStoreUnavailable)).toBe(true);
    expect(inspect(failures, { depth: Number.POSITIVE_INFINITY })).not.toContain('canary-password');
  });
});
