import { createClient } from 'graphql-ws';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { createGraphQLClient } from '../../support/client.ts';
import { bootGateway } from '../../support/gateway.ts';
import { idsOfLog } from '../../support/log.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { openAcknowledged, openProbe, type Probe } from '../../support/socket-probe.ts';
import { createStream } from '../../support/stream.ts';

const VIEWER = '{ viewer { email } }';
const EVENTS = 'subscription ($after: ID) { event: deploymentEvents(after: $after) { id type } }';
const MINUTE_MS = 60_000;

/** A gateway whose time stands still: tokens live ten minutes of it. */
async function bootWithClock() {
  const clock = createManualClock(Date.now());
  const gateway = await bootGateway({ clock, polls: false });
  return { clock, gateway, [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose]() };
}

function handOver(probe: Probe, token: string): void {
  probe.send({ type: 'ping', payload: { authorization: `Bearer ${token}` } });
}

test('an expired token closes with 4403, and nothing is sent or done afterwards', async () => {
  await using running = await bootWithClock();
  const { clock, gateway } = running;
  const ada = await gateway.signUpWithCredential();
  const taskId = await ada.createTask();
  await using probe = await openAcknowledged(gateway.url, ada.tokens.accessToken);
  probe.subscribe('1', EVENTS, { after: '0' });
  await ada.deploy(taskId);
  expect(await probe.messages.next()).toMatchObject({ id: '1', type: 'next' });

  await clock.advance(10 * MINUTE_MS - 2_000);
  expect(probe.socket.readyState).toBe(WebSocket.OPEN);
  await clock.advance(2_000);
  await ada.signIn('ada@example.com');
  await ada.deploy(taskId);

  expect(await probe.closed).toMatchObject({ code: 4403 });
  expect(probe.messages.pending()).toEqual([]);
});

test('a client that ignores the close is not served any longer', async () => {
  await using gateway = await bootGateway();
  const ada = await gateway.signUpWithCredential();
  await using probe = await openAcknowledged(gateway.url, ada.tokens.accessToken);
  await using witness = await openAcknowledged(gateway.url, ada.tokens.accessToken);

  probe.socket.pause();
  await ada.post('/v1/auth/logout', {});
  expect(await witness.closed).toMatchObject({ code: 4403 });
  probe.subscribe('1', 'mutation { createAgent(input: { name: "too late" }) { id } }');
  await ada.signIn('ada@example.com');
  handOver(probe, ada.tokens.accessToken);
  probe.subscribe('2', 'mutation { createAgent(input: { name: "too late" }) { id } }');
  // Everything the server will ever make of these messages has happened once it has read the last of them.
  probe.socket.resume();
  expect(await probe.closed).toMatchObject({ code: 4403 });

  expect(await ada.ask('{ agents { name } }')).toEqual({ agents: [] });
});

test("a ping with a fresh token extends the socket's life; its pong has no payload", async () => {
  await using running = await bootWithClock();
  const { clock, gateway } = running;
  const ada = await gateway.signUp();
  await using probe = await openAcknowledged(gateway.url, ada.tokens.accessToken);
  await clock.advance(8 * MINUTE_MS);
  await ada.signIn('ada@example.com');
  handOver(probe, ada.tokens.accessToken);
  expect(await probe.messages.next()).toEqual({ type: 'pong' });

  await clock.advance(8 * MINUTE_MS);
  probe.subscribe('1', VIEWER);
  expect((await probe.messages.next()).payload?.data).toEqual({ viewer: { email: 'ada@example.com' } });

  await clock.advance(2 * MINUTE_MS);
  expect(await probe.closed).toMatchObject({ code: 4403 });
});

test("a ping with a bad token, or another user's, closes with 4403", async () => {
  await using gateway = await bootGateway();
  const ada = await gateway.signUp();
  const grace = await gateway.signUp('grace@example.com');
  for (const token of ['nonsense', grace.tokens.accessToken, ada.tokens.refreshToken]) {
    await using probe = await openAcknowledged(gateway.url, ada.tokens.accessToken);
    handOver(probe, token);
    expect(await probe.closed).toMatchObject({ code: 4403 });
  }
  await using early = await openProbe(gateway.url);
  handOver(early, ada.tokens.accessToken);
  expect(await early.closed).toMatchObject({ code: 4403 });
});

test('logout closes every socket of its session at once, and no other', async () => {
  await using gateway = await bootGateway();
  const here = await gateway.signUp();
  const elsewhere = createGraphQLClient(gateway.url);
  await elsewhere.signIn('ada@example.com');
  await using first = await openAcknowledged(gateway.url, here.tokens.accessToken);
  await using second = await openAcknowledged(gateway.url, here.tokens.accessToken);
  await using other = await openAcknowledged(gateway.url, elsewhere.tokens.accessToken);

  await here.post('/v1/auth/logout', {});
  const startedAt = performance.now();
  expect(await Promise.all([first.closed, second.closed])).toMatchObject([{ code: 4403 }, { code: 4403 }]);
  expect(performance.now() - startedAt).toBeLessThan(1_000);

  other.subscribe('1', VIEWER);
  expect((await other.messages.next()).type).toBe('next');
  await using late = await openProbe(gateway.url);
  late.send({ type: 'connection_init', payload: { authorization: `Bearer ${here.tokens.accessToken}` } });
  expect(await late.closed).toMatchObject({ code: 4403 });
});

test('a stock client reconnects with a fresh token and its cursor, and misses nothing', async () => {
  await using gateway = await bootGateway({ env: { ACCESS_TOKEN_TTL: '2s' } });
  const ada = await gateway.signUpWithCredential();
  const taskId = await ada.createTask();
  const closes: number[] = [];
  let cursor = '0';
  const socket = createClient({
    url: `${gateway.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 5,
    retryWait: () => Promise.resolve(),
    connectionParams: async () => {
      await ada.signIn('ada@example.com');
      return { authorization: `Bearer ${ada.tokens.accessToken}` };
    },
    on: { closed: (event) => closes.push((event as { code: number }).code) },
  });
  await using received = createStream<{ event: { id: string; type: string } }>(() => socket.dispose());
  socket.subscribe<{ event: { id: string; type: string } }>(
    {
      query: EVENTS,
      // Read anew with every connection: the resumption a frontend has to do.
      get variables() {
        return { after: cursor };
      },
    },
    {
      next: ({ data }) => {
        if (data) {
          cursor = data.event.id;
          received.push(data);
        }
      },
      error: received.fail,
      complete: received.complete,
    },
  );

  await ada.deploy(taskId);
  const before = await received.until(({ event }) => event.type === 'CREATED');
  await expect.poll(() => closes.length, { timeout: 5_000 }).toBe(2);
  await ada.signIn('ada@example.com');
  await ada.deploy(taskId);
  const after = await received.until(({ event }) => event.type === 'CREATED');

  expect(closes).toEqual([4403, 4403]);
  const ids = [...before, ...after].map(({ event }) => event.id);
  expect(ids).toEqual((await idsOfLog(gateway.deps.store.db)).slice(0, ids.length));
});
