import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { bootGateway } from '../../support/gateway.ts';
import { idsOfLog } from '../../support/log.ts';
import { isPgBouncerMissing, startPgBouncer } from '../../support/pgbouncer.ts';
import { isPostgresMissing, temporaryDatabase } from '../../support/postgres.ts';
import { sharedKeys } from '../../support/replicas.ts';
import { openAcknowledged, openProbe } from '../../support/socket-probe.ts';
import { tcpProxy } from '../../support/tcp-proxy.ts';

interface Event {
  event: { id: string; status: string };
}

const EVENTS = `subscription ($id: ID!) { event: deploymentEvents(deploymentId: $id, after: "0") { id status } }`;

/** Long enough for every look, sweep and renewal to meet the outage at least once. */
const AWAY_MS = 7_000;

/** The 2 s that are promised, and the time that the test's own process needs. */
const READ_LIMIT_MS = 3_000;

/** A way to the database on which packets can vanish. */
async function openPath(target: string, { pooler }: { pooler?: 'behind the proxy' | 'before the proxy' }) {
  await using started = new AsyncDisposableStack();
  const behind = pooler === 'behind the proxy' ? started.use(await startPgBouncer(target)) : undefined;
  const proxy = started.use(await tcpProxy(behind?.url ?? target));
  const before = pooler === 'before the proxy' ? started.use(await startPgBouncer(proxy.url)) : undefined;
  const stack = started.move();
  return {
    url: before?.url ?? proxy.url,
    proxy,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Asks until the store answers again. */
async function untilReady(url: string): Promise<void> {
  while ((await fetch(`${url}/readyz`)).status !== 200) await pause(50);
}

describe.skipIf(isPostgresMissing)('PostgreSQL goes down and comes back', () => {
  test('meanwhile reads are 503 with Retry-After; sockets stay and miss nothing', async () => {
    await using database = await temporaryDatabase();
    await using proxy = await tcpProxy(database.url);
    await using gateway = await bootGateway({ env: { DATABASE_URL: proxy.url, ...sharedKeys() } });
    const ada = await gateway.signUpWithCredential();
    const taskId = await ada.createTask();
    gateway.simulator.control.scriptAll({ steps: 3, stepMs: 1_000 });
    const id = await ada.deploy(taskId);
    await using listener = ada.subscribe<Event>(EVENTS, { id });
    expect((await listener.next()).event.status).toBe('QUEUED');
    const probe = await openAcknowledged(gateway.url, ada.tokens.accessToken);

    await proxy.goAway();
    // What needs more than who is calling is refused at once; who is calling is remembered for 4 s.
    expect((await ada.request('/v1/credentials')).status).toBe(503);
    const isForgotten = { interval: 100, timeout: 10_000 };
    await expect.poll(async () => (await ada.request('/v1/me')).status, isForgotten).toBe(503);
    const refused = await ada.request('/v1/me');
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({ code: 'UNAVAILABLE', status: 503 });
    expect((await ada.request('/readyz')).status).toBe(503);
    expect((await ada.request('/healthz')).status).toBe(200);
    const asked = await ada.request('/graphql', {
      method: 'POST',
      body: JSON.stringify({ query: '{ viewer { id } }' }),
    });
    expect(asked.status).toBe(503);
    // A token handed over now cannot be looked at: the socket lives on with the older one; a new one is put off.
    probe.send({ type: 'ping', payload: { authorization: `Bearer ${ada.tokens.accessToken}` } });
    expect((await probe.messages.next()).type).toBe('pong');
    const stranger = await openProbe(gateway.url);
    stranger.send({
      type: 'connection_init',
      payload: { authorization: `Bearer ${ada.tokens.accessToken}` },
    });
    expect((await stranger.closed).code).toBe(1013);
    await pause(AWAY_MS);
    expect(probe.socket.readyState).toBe(probe.socket.OPEN);
    probe.socket.terminate();
    await proxy.comeBack();
    await untilReady(gateway.url);

    const received = await listener.until(({ event }) => event.status === 'COMPLETED', 20_000);
    // Statuses that came and went during the outage are lost; the end is emitted, and nothing twice.
    expect(received.at(-1)?.event.status).toBe('COMPLETED');
    const [, ...later] = await idsOfLog(gateway.deps.store.db);
    expect(received.map(({ event }) => event.id)).toEqual(later);
    expect((await ada.request('/v1/me')).status).toBe(200);
  });

  test('a deploy meanwhile is made at most once, and its key finds it afterwards', async () => {
    await using database = await temporaryDatabase();
    await using proxy = await tcpProxy(database.url);
    await using gateway = await bootGateway({
      env: { DATABASE_URL: proxy.url, UPSTREAM_TIMEOUT: '1s', ...sharedKeys() },
    });
    const ada = await gateway.signUpWithCredential();
    const taskId = await ada.createTask();
    gateway.simulator.faults.add({ kind: 'slow', delayMs: 600, match: { path: '/deployments/create' } });
    const first = ada.deploy(taskId, { key: 'k' }).then(
      () => 'answered',
      () => 'failed',
    );
    while (!gateway.simulator.calls.all().some(({ path }) => path.endsWith('/deployments/create'))) {
      await pause(10);
    }
    await proxy.goAway();
    expect(await first).toBe('failed');
    await proxy.comeBack();
    await untilReady(gateway.url);

    let id: string | undefined;
    while (id === undefined) {
      id = await ada.deploy(taskId, { key: 'k' }).catch(() => undefined);
      await pause(50);
    }
    const made = gateway.simulator.control.state().deployments;
    expect(made.map(({ deploymentId }) => deploymentId)).toEqual([id]);
  });

  /** Where packets can vanish between the gateway and the database. */
  const PATHS = [
    { where: 'to PostgreSQL', isMissing: false, open: (url: string) => openPath(url, {}) },
    {
      where: 'to PgBouncer',
      isMissing: isPgBouncerMissing,
      open: (url: string) => openPath(url, { pooler: 'behind the proxy' }),
    },
    {
      where: 'from PgBouncer to PostgreSQL',
      isMissing: isPgBouncerMissing,
      open: (url: string) => openPath(url, { pooler: 'before the proxy' }),
    },
  ];

  test.each(PATHS.filter(({ isMissing }) => !isMissing))(
    'packets $where vanish: every kind of read is 503 after 2 s',
    async ({ open }) => {
      await using database = await temporaryDatabase();
      await using path = await open(database.url);
      const { proxy } = path;
      await using gateway = await bootGateway({ env: { DATABASE_URL: path.url, ...sharedKeys() } });
      const ada = await gateway.signUp();
      proxy.fallSilent();
      const reads = [
        ...['/v1/me', '/v1/deployments', '/v1/events?after=0'].map((route) => ada.request(route)),
        ada.request('/graphql', { method: 'POST', body: JSON.stringify({ query: '{ viewer { id } }' }) }),
      ].map(async (asked) => {
        const startedAtMs = performance.now();
        const { status } = await asked;
        return { status, isInTime: performance.now() - startedAtMs < READ_LIMIT_MS };
      });
      expect(await Promise.all(reads)).toEqual(Array(4).fill({ status: 503, isInTime: true }));
      // Ends the connections, so that the gateway can close.
      await proxy.goAway();
    },
  );

  test('a server that became read-only is an outage: 503, not ready, and over when it can be written', async () => {
    await using database = await temporaryDatabase();
    await using gateway = await bootGateway({
      env: { DATABASE_URL: database.url, DATABASE_POOL_SIZE: '2', ...sharedKeys() },
    });
    const ada = await gateway.signUp();
    const name = new URL(database.url).pathname.slice(1);
    const setDefault = (value: string) =>
      database.run(
        `set transaction_read_only = off; alter database ${name} set default_transaction_read_only = ${value}`,
      );
    await setDefault('on');
    // The sessions that the pool has already: both at once, and again, whichever of them background work takes.
    const demote = () =>
      gateway.deps.store.db
        .connection()
        .execute((session) => sql`set session characteristics as transaction read only`.execute(session));
    await Promise.allSettled([demote(), demote()]);

    const register = (email: string) =>
      ada.request('/v1/auth/register', {
        method: 'POST',
        body: JSON.stringify({ email, password: 'correct horse battery' }),
      });
    for (const email of ['bob@example.com', 'cleo@example.com', 'dora@example.com']) {
      const refused = await register(email);
      expect(await refused.json()).toMatchObject({ code: 'UNAVAILABLE' });
      expect(refused.headers.get('retry-after')).not.toBeNull();
    }
    expect((await ada.request('/readyz')).status).toBe(503);

    await setDefault('off');
    await untilReady(gateway.url);
    expect((await register('bob@example.com')).status).toBe(201);
  });
});
