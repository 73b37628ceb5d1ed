import { describe, expect, test } from 'vitest';
import { ADMINISTRATORS, listAdministrators } from '../../../src/store/identity/user-administration.ts';
import { openStore } from '../../../src/store/store.ts';
import { ADMIN, ADMIN_ENV } from '../../support/admin-app.ts';
import { until } from '../../support/ai-task-runs.ts';
import { createGraphQLClient, type GraphQLClient } from '../../support/client.ts';
import { isPostgresMissing } from '../../support/postgres.ts';
import { isRedisMissing, temporaryRedis } from '../../support/redis.ts';
import { bootPair, on, openAt, type Pair, SWEEP_MS } from '../../support/replica-pair.ts';
import { openAcknowledged } from '../../support/socket-probe.ts';

const SECOND = { email: 'second@example.com', password: 'correct horse battery staple' };
const ENDED = { code: 4403, reason: 'Session ended' };

async function signIn(url: string, who: { email: string; password: string }): Promise<GraphQLClient> {
  const client = createGraphQLClient(url);
  Object.assign(client.tokens, await client.post('/v1/auth/login', who));
  return client;
}

async function idOf(client: GraphQLClient): Promise<string> {
  return ((await (await client.request('/v1/me')).json()) as { id: string }).id;
}

const patch = (client: GraphQLClient, id: string, change: object) =>
  client.request(`/v1/users/${id}`, { method: 'PATCH', body: JSON.stringify(change) });

/** Two administrators, each signed in at a gateway of their own. */
async function twoAdministrators({ one, other }: Pair) {
  const root = await signIn(one.url, ADMIN);
  await root.post('/v1/users', { ...SECOND, roles: ['user', 'admin'] });
  const second = await signIn(other.url, SECOND);
  return { root, second, rootId: await idOf(root), secondId: await idOf(second) };
}

/** Runs requests that all wait for the lock of administrators before the first of them goes on. */
async function atOnce(
  { database }: Pair,
  requests: readonly (() => Promise<Response>)[],
): Promise<Response[]> {
  const third = await openStore(database.url);
  await using opened = new AsyncDisposableStack();
  opened.defer(() => third.close());
  const answers: Promise<Response>[] = [];
  await third.transaction(ADMINISTRATORS, async () => {
    answers.push(...requests.map((send) => send()));
    const waiting = `select 1 from pg_locks where not granted and locktype = 'advisory'
      and database = (select oid from pg_database where datname = current_database())`;
    await until(
      async () => (await database.run(waiting)).length,
      (count) => count === requests.length,
    );
  });
  return Promise.all(answers);
}

describe.skipIf(isPostgresMissing)('of two administrators, each at a gateway of their own', () => {
  type Two = Awaited<ReturnType<typeof twoAdministrators>>;
  const WAYS: [string, (two: Two) => Promise<Response>, (two: Two) => Promise<Response>][] = [
    [
      'each disables the other one',
      ({ root, secondId }) => patch(root, secondId, { isDisabled: true }),
      ({ second, rootId }) => patch(second, rootId, { isDisabled: true }),
    ],
    [
      'one steps down, the other erases the own account',
      ({ root, rootId }) => patch(root, rootId, { roles: ['user'] }),
      ({ second }) =>
        second.request('/v1/me', { method: 'DELETE', body: JSON.stringify({ password: SECOND.password }) }),
    ],
    [
      'each erases the other one',
      ({ root, secondId }) => root.request(`/v1/users/${secondId}`, { method: 'DELETE' }),
      ({ second, rootId }) => second.request(`/v1/users/${rootId}`, { method: 'DELETE' }),
    ],
  ];

  test.each(WAYS)('%s at once: one succeeds, one is refused, and one remains', async (_way, first, then) => {
    await using pair = await bootPair(ADMIN_ENV);
    const two = await twoAdministrators(pair);
    const answers = await atOnce(pair, [() => first(two), () => then(two)]);
    const refused = answers.filter(({ ok }) => !ok);
    expect(refused.map(({ status }) => status)).toEqual([409]);
    expect(await refused[0]?.json()).toMatchObject({
      ...{ code: 'CONFLICT', detail: 'This is the last administrator; make another one first' },
    });
    expect(await listAdministrators(pair.one.deps.store.db)).toHaveLength(1);
  });
});

describe.skipIf(isPostgresMissing)('a user who is disabled at one gateway', () => {
  /** Ada with a socket and a stream at the other gateway, and a service that acts for her there. */
  async function openAll(pair: Pair) {
    const root = await signIn(pair.one.url, ADMIN);
    const ada = await openAt(pair, 'ada@example.com');
    const bob = await openAt(pair, 'bob@example.com');
    const id = await idOf(ada.client);
    const service = await root.post<{ id: string; secret: string }>('/v1/service-accounts', {
      ...{ name: 'robot', scopes: ['read', 'act_as'] },
    });
    const acting = await createGraphQLClient(pair.one.url).post<{ access_token: string }>('/v1/auth/token', {
      ...{ grant_type: 'client_credentials', client_id: service.id, client_secret: service.secret },
      requested_subject: id,
    });
    const socket = await openAcknowledged(pair.other.url, acting.access_token);
    return { root, ada, bob, id, acting: { token: acting.access_token, socket } };
  }

  type Opened = Awaited<ReturnType<typeof openAll>>;

  async function expectEnded({ other }: Pair, { ada, acting, bob }: Opened): Promise<void> {
    expect(await ada.socket.closed).toMatchObject(ENDED);
    expect(await acting.socket.closed).toMatchObject(ENDED);
    await ada.stream.events.until((event) => event.comment === 'Session ended');
    bob.socket.send({ type: 'ping' });
    expect(await bob.socket.messages.next()).toMatchObject({ type: 'pong' });
    expect(bob.stream.response.complete).toBe(false);
    bob.stream.close();
    bob.socket.socket.terminate();
    const there = createGraphQLClient(other.url);
    const { refreshToken } = ada.client.tokens;
    const refreshed = await there.request('/v1/auth/refresh', {
      ...{ method: 'POST', body: JSON.stringify({ refreshToken }) },
    });
    expect(refreshed.status).toBe(401);
  }

  const statusAt = async ({ other }: Pair, token: string): Promise<number> => {
    const response = await fetch(`${other.url}/v1/me`, { headers: { authorization: `Bearer ${token}` } });
    return response.status;
  };

  test('without Redis: sockets and streams of the other one end with its sweep, within 5 s', async () => {
    await using pair = await bootPair(ADMIN_ENV);
    const opened = await openAll(pair);
    expect((await patch(opened.root, opened.id, { isDisabled: true })).status).toBe(200);
    await pair.clock.advance(SWEEP_MS);
    await expectEnded(pair, opened);
    for (const { token } of [opened.ada, opened.acting]) expect(await statusAt(pair, token)).toBe(401);
  });

  test.skipIf(isRedisMissing)(
    'with Redis: sockets and streams of the other one end before any sweep',
    async () => {
      await using redis = await temporaryRedis();
      await using pair = await bootPair({ ...ADMIN_ENV, ...on(redis) });
      const opened = await openAll(pair);
      expect((await patch(opened.root, opened.id, { isDisabled: true })).status).toBe(200);
      await expectEnded(pair, opened);
      for (const { token } of [opened.ada, opened.acting]) expect(await statusAt(pair, token)).toBe(401);
    },
  );
});
