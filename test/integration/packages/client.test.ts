/// <reference lib="dom" />
// The package runs in browsers too.
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import {
  type ClientOptions,
  createClient,
  type DeploymentUpdate,
  type Environment,
  isQuantgateError,
  type QuantgateClient,
} from '../../../packages/client/src/index.ts';
import { bootGateway, type Gateway } from '../../support/gateway.ts';
import { tcpProxy } from '../../support/tcp-proxy.ts';

const open: QuantgateClient[] = [];
afterEach(() => {
  for (const client of open.splice(0)) client.close();
});

const ADA = { email: 'ada@example.com', password: 'correct horse battery staple' };

function connect(url: string, options: Omit<ClientOptions, 'url'> = {}): QuantgateClient {
  const client = createClient({ url, auth: { kind: 'token' }, ...options });
  open.push(client);
  return client;
}

/** A user with a stored credential and a task, and a client that is signed in as this user. */
async function begin(gateway: Gateway, options: Omit<ClientOptions, 'url'> & { url?: string } = {}) {
  const ada = await gateway.signUpWithCredential(ADA.email);
  const taskId = await ada.createTask();
  const client = connect(options.url ?? gateway.url, options);
  await client.session.signIn(ADA);
  return { ada, taskId, client };
}

/** A `fetch` that notes the paths it was asked for, and may lose answers. */
function recordingFetch(loses: (path: string, count: number) => boolean = () => false) {
  const paths: string[] = [];
  const fetch: Environment['fetch'] = async (input, init) => {
    const { pathname } = new URL(String(input));
    paths.push(pathname);
    const answer = await globalThis.fetch(input, init);
    if (loses(pathname, paths.filter((path) => path === pathname).length)) throw new TypeError('lost');
    return answer;
  };
  return { fetch, count: (path: string) => paths.filter((one) => one === path).length };
}

async function collect(feed: AsyncIterable<DeploymentUpdate>): Promise<DeploymentUpdate[]> {
  const updates: DeploymentUpdate[] = [];
  for await (const update of feed) updates.push(update);
  return updates;
}

test('a client deploys and follows to the end: the events are those of the log, once and in order', async () => {
  await using gateway = await bootGateway();
  const { ada, taskId, client } = await begin(gateway);
  expect(client.session.state()).toMatchObject({ status: 'SIGNED_IN', user: { email: ADA.email } });

  const { id } = await client.deploy({ taskId });
  const updates = await collect(client.follow(id, { after: '0' }));

  const { log } = await ada.ask<{ log: { nodes: { id: string }[] } }>(
    'query ($id: ID!) { log: deploymentEvents(deploymentId: $id) { nodes { id } } }',
    { id },
  );
  expect(updates.map(({ cursor }) => cursor)).toEqual(log.nodes.map((event) => event.id));
  expect(updates.at(-1)?.event.status).toBe('COMPLETED');
  expect(updates.some(({ isSnapshot, isAfterGap }) => isSnapshot || isAfterGap)).toBe(false);
});

test('a feed without a cursor begins with a snapshot', async () => {
  await using gateway = await bootGateway({ simulator: { script: { endless: true, queueMs: 0 } } });
  const { taskId, client } = await begin(gateway);
  const { id } = await client.deploy({ taskId });
  const feed = client.follow(id);
  expect((await feed.next()).value).toMatchObject({ isSnapshot: true, event: { deploymentId: id } });
  await feed.return();
});

test('a feed over a connection that is cut 50 times has every event once and in order', async () => {
  await using gateway = await bootGateway({
    simulator: { script: { queueMs: 20, steps: 40, stepMs: 30 } },
  });
  await using proxy = await tcpProxy(gateway.url);
  const environment = { random: () => 0, after: quick };
  const { ada, taskId, client } = await begin(gateway, { environment, url: proxy.url });
  let isOver = false;
  const cutting = (async () => {
    for (let cuts = 0; cuts < 50 && !isOver; cuts++) {
      await proxy.goAway();
      await proxy.comeBack();
      await pause(5 + (cuts % 7) * 4);
    }
  })();
  const ids = await Promise.all([1, 2, 3].map(() => ada.deploy(taskId)));

  const feeds = await Promise.all(ids.map((id) => collect(client.follow(id, { after: '0' }))));
  isOver = true;
  await cutting;

  for (const [at, id] of ids.entries()) {
    const { log } = await ada.ask<{ log: { nodes: { id: string }[] } }>(
      'query ($id: ID!) { log: deploymentEvents(deploymentId: $id) { nodes { id } } }',
      { id },
    );
    expect(feeds[at]?.map(({ cursor }) => cursor)).toEqual(log.nodes.map((event) => event.id));
  }
  expect(gateway.simulator.control.state().deployments).toHaveLength(3);
});

test('the tasks of a list over a cut connection: what has come already does not come again', async () => {
  await using gateway = await bootGateway();
  await using proxy = await tcpProxy(gateway.url);
  const ada = await gateway.signUpWithCredentials(ADA.email);
  const make = (title: string) =>
    ada.ask('mutation ($input: CreateAiTaskInput!) { createAiTask(input: $input) { id } }', {
      input: { title, taskListId: 'research' },
    });
  const client = connect(proxy.url, { environment: { random: () => 0, after: quick } });
  await client.session.signIn(ADA);
  await make('one');
  const feed = client.list('research');
  expect((await feed.next()).value).toMatchObject({ task: { title: 'one' } });

  await proxy.goAway();
  await proxy.comeBack();
  await make('two');

  expect((await feed.next()).value).toMatchObject({ task: { title: 'two' }, isAfterGap: false });
  await feed.return();
});

/** Timers of the client that run ten times as fast. */
const quick: Environment['after'] = (delayMs, task) => {
  const handle = setTimeout(task, delayMs / 10);
  return { cancel: () => clearTimeout(handle) };
};

test('a feed lives on over three access tokens, on the same socket', async () => {
  await using gateway = await bootGateway({
    env: { ACCESS_TOKEN_TTL: '2s' },
    simulator: { script: { endless: true, queueMs: 0 } },
  });
  const closed: number[] = [];
  class Recorded extends WebSocket {
    constructor(...given: ConstructorParameters<typeof WebSocket>) {
      super(...given);
      this.addEventListener('close', ({ code }) => closed.push(code));
    }
  }
  const { fetch, count } = recordingFetch();
  const { taskId, client } = await begin(gateway, { environment: { WebSocket: Recorded, fetch } });
  const { id } = await client.deploy({ taskId });
  const following = collect(client.follow(id));

  await expect.poll(() => count('/v1/auth/refresh'), { timeout: 15_000 }).toBeGreaterThanOrEqual(3);
  expect(closed).toEqual([]);
  await client.stop(id);
  expect((await following).at(-1)?.event.status).toBe('STOPPED');
});

test('requests that meet an ended token at the same time refresh it once', async () => {
  await using gateway = await bootGateway({ env: { ACCESS_TOKEN_TTL: '4s' } });
  const { fetch, count } = recordingFetch();
  let aheadMs = 0;
  const environment = { fetch, now: () => Date.now() + aheadMs };
  const { taskId, client } = await begin(gateway, { environment });
  const before = count('/v1/auth/refresh');
  aheadMs = 3_600_000;

  await Promise.all(Array.from({ length: 5 }, () => client.send(VIEWER, {})));

  expect(count('/v1/auth/refresh') - before).toBe(1);
  expect(taskId).not.toBe('');
});

const VIEWER = '{ viewer { id } }';

test('two clients that share a storage, as tabs do, refresh one after the other and keep the session', async () => {
  await using gateway = await bootGateway({ env: { ACCESS_TOKEN_TTL: '4s' } });
  const entries = new Map<string, string>();
  const storage = {
    getItem: (key: string) => entries.get(key) ?? null,
    setItem: (key: string, value: string) => void entries.set(key, value),
    removeItem: (key: string) => void entries.delete(key),
  };
  const { fetch, count } = recordingFetch();
  const environment = { fetch, storage, locks: navigator.locks };
  const auth = { kind: 'token', keepIn: 'storage' } as const;
  const { client } = await begin(gateway, { environment, auth });
  const other = connect(gateway.url, { environment, auth });
  await other.send(VIEWER, {});
  const before = count('/v1/auth/refresh');

  await Promise.all([client.send(VIEWER, {}), other.send(VIEWER, {})]);

  expect(count('/v1/auth/refresh') - before).toBeLessThanOrEqual(2);
  await Promise.all([client.send(VIEWER, {}), other.send(VIEWER, {})]);
  expect([client, other].map(({ session }) => session.state().status)).toEqual(['SIGNED_IN', 'SIGNED_IN']);
});

test('a deploy whose answers are lost is sent again with the key that was made for it: one deployment', async () => {
  await using gateway = await bootGateway();
  let isLosing = false;
  const { fetch, count } = recordingFetch((path, times) => isLosing && path === '/graphql' && times <= 2);
  const { taskId, client } = await begin(gateway, { environment: { fetch, after: quick } });
  isLosing = true;

  const { id } = await client.deploy({ taskId });

  expect(count('/graphql')).toBe(3);
  expect(gateway.simulator.control.state().deployments.map(({ deploymentId }) => deploymentId)).toEqual([id]);
});

test('mistakes are thrown at once, with their code and fields', async () => {
  await using gateway = await bootGateway();
  const { fetch, count } = recordingFetch();
  const { client } = await begin(gateway, { environment: { fetch } });
  const before = count('/graphql');

  const error = await client.deploy({ taskId: 'no number' }).catch((failure: unknown) => failure);
  expect(isQuantgateError(error, 'NOT_FOUND', 'BAD_USER_INPUT')).toBe(true);
  await expect(client.follow('A-no-such').next()).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(client.send('{ nothing }', {})).rejects.toMatchObject({ code: 'GRAPHQL_VALIDATION_FAILED' });
  expect(count('/graphql') - before).toBe(2);
});

test('a route of REST whose answers are lost is called again when that is safe, and only then', async () => {
  await using gateway = await bootGateway();
  let lost = '';
  const { fetch, count } = recordingFetch((path, times) => path === lost && times <= 2);
  const { client } = await begin(gateway, { environment: { fetch, after: quick } });

  lost = '/v1/sessions';
  const { sessions } = await client.rest<{ sessions: { current: boolean }[] }>({
    path: '/v1/sessions',
    query: { first: 1, after: undefined },
  });
  expect(sessions).toHaveLength(1);
  expect(count('/v1/sessions')).toBe(3);

  lost = '/v1/webhooks';
  const webhook = { method: 'POST', path: lost, body: { url: 'https://example.com/hook' } } as const;
  await expect(client.rest(webhook)).rejects.toMatchObject({ code: 'NETWORK' });
  expect(count('/v1/webhooks')).toBe(1);

  lost = '/v1/agents';
  const agent = { method: 'POST', path: lost, body: { name: 'Kestrel' }, idempotencyKey: 'one' } as const;
  const { id } = await client.rest<{ id: string }>(agent);
  expect(count('/v1/agents')).toBe(3);
  lost = '';
  const { agents } = await client.rest<{ agents: { id: string; name: string }[] }>({ path: '/v1/agents' });
  expect(agents.filter(({ name }) => name === 'Kestrel').map((one) => one.id)).toEqual([id]);
  expect(await client.rest({ method: 'DELETE', path: `/v1/agents/${id}` })).toBeUndefined();
  await expect(client.rest({ path: `/v1/agents/${id}` })).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('a feed ends with the reason of its signal, and leaves the deployment running', async () => {
  await using gateway = await bootGateway({ simulator: { script: { endless: true, queueMs: 0 } } });
  const { taskId, client } = await begin(gateway);
  const { id } = await client.deploy({ taskId });
  const ending = new AbortController();
  const following = collect(client.follow(id, { signal: ending.signal }));
  ending.abort(new Error('enough'));
  await expect(following).rejects.toThrow('enough');
  expect((await client.deployment(id))?.isTerminal).toBe(false);
});

test('a client whose session was ended elsewhere is signed out', async () => {
  await using gateway = await bootGateway({ env: { ACCESS_TOKEN_TTL: '4s' } });
  const { client, ada } = await begin(gateway);
  const changes: string[] = [];
  client.session.subscribe(() => changes.push(client.session.state().status));
  await gateway.deps.store.db.updateTable('sessions').set({ revokedAt: 1 }).execute();
  expect(ada).toBeDefined();

  await expect(client.send(VIEWER, {})).rejects.toMatchObject({ code: expect.stringMatching(/SIGNED_OUT/) });
  expect(changes).toContain('SIGNED_OUT');
});

test('the gateway is away: the connection is lost until a feed has it back, or nobody wants it any more', async () => {
  await using gateway = await bootGateway({ simulator: { script: { endless: true, queueMs: 0 } } });
  await using proxy = await tcpProxy(gateway.url);
  const { taskId, client } = await begin(gateway, { environment: { after: quick }, url: proxy.url });
  const states: string[] = [];
  client.connection.subscribe(() => states.push(client.connection.state()));
  expect(client.connection.state()).toBe('IDLE');
  const { id } = await client.deploy({ taskId });
  const stop = new AbortController();
  const feed = client.follow(id, { after: '0', signal: stop.signal });
  await feed.next();
  expect(states).toEqual(['OPEN']);

  const next = collect(feed).catch((error: unknown) => error);
  await proxy.goAway();
  await expect.poll(() => client.connection.state()).toBe('LOST');
  await proxy.comeBack();
  await expect.poll(() => client.connection.state(), { timeout: 10_000 }).toBe('OPEN');

  await proxy.goAway();
  await expect.poll(() => client.connection.state()).toBe('LOST');
  stop.abort();
  await next;
  expect(client.connection.state()).toBe('IDLE');
});
