import { expect, test, vi } from 'vitest';
import { createGraphQLClient } from '../../support/client.ts';
import { createFlood, floodUntilStuck, watchResponses } from '../../support/flood.ts';
import { bootGateway, type GatewayOptions } from '../../support/gateway.ts';
import { idsOfLog } from '../../support/log.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { openAcknowledged, openProbe } from '../../support/socket-probe.ts';
import { answerOf, openEvents } from '../../support/sse-client.ts';

const MINUTE_MS = 60_000;

/** Listeners on any bus of this process. */
const listeners = vi.hoisted(() => ({ count: 0 }));

vi.mock('../../../src/events/bus.ts', async (original) => {
  const real = await original<typeof import('../../../src/events/bus.ts')>();
  const createMemoryBus: typeof real.createMemoryBus = () => {
    const bus = real.createMemoryBus();
    const subscribe: typeof bus.subscribe = (...asked) => {
      const stop = bus.subscribe(...asked);
      let isOn = true;
      listeners.count += 1;
      return () => {
        if (isOn) listeners.count -= 1;
        isOn = false;
        stop();
      };
    };
    return { ...bus, subscribe };
  };
  return { ...real, createMemoryBus };
});

/** A gateway whose time stands still, with a user and a deployment of theirs. */
async function boot(options: GatewayOptions = {}) {
  const clock = createManualClock(Date.now());
  const gateway = await bootGateway({ clock, polls: false, ...options });
  const ada = await gateway.signUpWithCredential();
  const taskId = await ada.createTask();
  const id = await ada.deploy(taskId);
  const open = (query = '', token = ada.tokens.accessToken) =>
    openEvents(`${gateway.url}/v1/deployments/${id}/events${query}`, token);
  return {
    clock,
    gateway,
    ada,
    taskId,
    id,
    open,
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  };
}

test('a quiet stream sends a heartbeat every 15 s', async () => {
  await using running = await boot();
  const { clock, open } = running;
  await using stream = await open();
  const { lastEventId } = await stream.next();

  await clock.advance(14_999);
  expect(stream.events.pending()).toEqual([]);
  await clock.advance(1);
  expect(await stream.events.next()).toMatchObject({ comment: '', lastEventId });
  await clock.advance(15_000);
  expect(await stream.events.next()).toMatchObject({ comment: '' });
});

test('an expired token ends the stream, and nothing is sent afterwards', async () => {
  await using running = await boot();
  const { clock, ada, taskId, open } = running;
  const token = ada.tokens.accessToken;
  await using stream = await open();
  await stream.next();
  await clock.advance(10 * MINUTE_MS - 2_000);
  expect(stream.response.complete).toBe(false);

  await clock.advance(2_000);
  await ada.signIn('ada@example.com');
  await ada.deploy(taskId);
  const rest = await stream.events.rest();
  expect(rest.at(-1)).toMatchObject({ comment: 'Token expired' });
  expect(rest.filter(({ event }) => event !== '')).toEqual([]);

  expect(await answerOf(`${running.gateway.url}/v1/events`, token)).toMatchObject({ status: 401 });
  await using resumed = await open('?after=1');
  expect(resumed.status).toBe(200);
});

test('logout ends the streams of its session at once, and no other', async () => {
  await using running = await boot();
  const { gateway, ada, id, open } = running;
  const elsewhere = createGraphQLClient(gateway.url);
  await elsewhere.signIn('ada@example.com');
  await using here = await open();
  await using there = await open('', elsewhere.tokens.accessToken);
  await here.next();
  await there.next();

  const startedAt = performance.now();
  await ada.post('/v1/auth/logout', {});
  expect(await here.events.rest()).toMatchObject([{ comment: 'Session ended' }]);
  expect(performance.now() - startedAt).toBeLessThan(1_000);

  await (await createFlood(gateway, elsewhere, id))(1);
  const [, lastEventId] = await idsOfLog(gateway.deps.store.db);
  expect(await there.next()).toMatchObject({ event: 'STATUS_CHANGED', lastEventId });
});

test('logout cuts off a peer that does not read', { timeout: 90_000 }, async () => {
  await using running = await boot({ env: { LOG_LEVEL: 'silent' } });
  const { gateway, ada, id, open } = running;
  const flood = await createFlood(gateway, ada, id);
  const responses = watchResponses(gateway);
  await using stream = await open();
  stream.response.pause();
  await floodUntilStuck(flood, () => responses[0]);

  await ada.post('/v1/auth/logout', {});
  expect(responses[0]?.destroyed).toBe(true);
});

test('a disconnected client leaves nothing behind', async () => {
  await using running = await boot();
  const { clock, gateway, ada, id, open } = running;
  const before = { timers: clock.pending(), listeners: listeners.count };
  const query = 'subscription ($id: ID) { deploymentEvents(deploymentId: $id) { id } }';
  const body = { query, variables: { id } };
  for (let round = 0; round < 20; round += 1) {
    const streams = [
      await open(),
      await openEvents(`${gateway.url}/v1/events`, ada.tokens.accessToken),
      await openEvents(`${gateway.url}/graphql/stream`, ada.tokens.accessToken, { body }),
    ];
    // Half of the clients leave an idle stream, the others before the first event.
    if (round % 2) for (const stream of streams) await stream.next();
    if (round === 1) {
      // All three follow one log, which has one tail.
      await expect.poll(() => listeners.count).toBe(before.listeners + 1);
      // Of each: the token's end and the heartbeat; of all: the sweep.
      await expect.poll(() => clock.pending()).toBe(before.timers + 7);
    }
    for (const stream of streams) stream.close();
    await expect.poll(() => ({ timers: clock.pending(), listeners: listeners.count })).toEqual(before);
  }
  // In the middle of a replay.
  await (await createFlood(gateway, ada, id))(2_000);
  const ids = await idsOfLog(gateway.deps.store.db);
  for (let round = 0; round < 20; round += 1) {
    const stream = await open();
    const last = ids[round * 30];
    await stream.events.until(({ lastEventId }) => lastEventId === last);
    stream.close();
  }
  await expect.poll(() => ({ timers: clock.pending(), listeners: listeners.count })).toEqual(before);
});

test('a peer that reads nothing for 60 s is cut off, and heartbeats do not pile up', {
  timeout: 90_000,
}, async () => {
  await using running = await boot({ env: { MAX_SOCKETS_PER_USER: '1', LOG_LEVEL: 'silent' } });
  const { clock, gateway, ada, id, open } = running;
  const flood = await createFlood(gateway, ada, id);
  const responses = watchResponses(gateway);
  await using stream = await open();
  await stream.next();
  stream.response.pause();
  await floodUntilStuck(flood, () => responses[0]);
  const stuckWith = responses[0]?.writableLength;

  await clock.advance(59_999);
  expect(responses[0]?.writableLength).toBe(stuckWith);
  expect(await answerOf(`${gateway.url}/v1/events`, ada.tokens.accessToken)).toMatchObject({ status: 429 });
  await clock.advance(15_001);
  expect(responses[0]?.destroyed).toBe(true);

  const [before, last] = (await idsOfLog(gateway.deps.store.db)).slice(-2);
  await using back = await open(`?after=${before}`);
  expect((await back.next()).lastEventId).toBe(last);
});

test('a peer that pauses for a while stays', { timeout: 90_000 }, async () => {
  await using running = await boot({ env: { LOG_LEVEL: 'silent' } });
  const { clock, gateway, ada, id, open } = running;
  const flood = await createFlood(gateway, ada, id);
  const responses = watchResponses(gateway);
  await using stream = await open();
  for (let round = 0; round < 2; round += 1) {
    stream.response.pause();
    await floodUntilStuck(flood, () => responses[0]);
    await clock.advance(50_000);
    stream.response.resume();
    const last = (await idsOfLog(gateway.deps.store.db)).at(-1);
    await stream.events.until(({ lastEventId }) => lastEventId === last, 20_000);
  }
  expect(responses[0]?.destroyed).toBe(false);
});

test('a stream over the limit is RATE_LIMITED; sockets and streams count together', async () => {
  await using running = await boot({ env: { MAX_SOCKETS_PER_USER: '3' } });
  const { gateway, ada, open } = running;
  const token = ada.tokens.accessToken;
  const failing = `${gateway.url}/v1/deployments/A-${'0'.repeat(32)}/events`;
  for (let round = 0; round < 5; round += 1) {
    expect(await answerOf(failing, token)).toMatchObject({ status: 404 });
    await using received = await openEvents(`${gateway.url}/graphql/stream`, token, {
      body: { query: '{ __typename }' },
    });
    await received.events.rest();
  }
  await using _socket = await openAcknowledged(gateway.url, token);
  await using first = await open();
  const body = { query: 'subscription { deploymentEvents { id } }' };
  await using _second = await openEvents(`${gateway.url}/graphql/stream`, token, { body });

  expect(await answerOf(`${gateway.url}/v1/events`, token)).toMatchObject({
    status: 429,
    headers: { 'retry-after': expect.stringMatching(/^\d+$/) },
    body: { code: 'RATE_LIMITED', retryAfter: expect.any(Number) },
  });
  expect(await answerOf(`${gateway.url}/graphql/stream`, token, { body })).toMatchObject({
    status: 429,
    body: { errors: [{ extensions: { code: 'RATE_LIMITED' } }] },
  });
  await using probe = await openProbe(gateway.url);
  probe.send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
  expect(await probe.closed).toMatchObject({ code: 1013 });
  expect((await ada.request('/v1/events')).status).toBe(200);
  await using other = await openEvents(
    `${gateway.url}/v1/events`,
    (await gateway.signUp('grace@example.com')).tokens.accessToken,
  );
  expect(other.status).toBe(200);

  first.close();
  await expect
    .poll(async () => {
      await using next = await open();
      return next.status;
    })
    .toBe(200);
});

test('shutdown ends streams, also one whose peer does not read', { timeout: 90_000 }, async () => {
  await using running = await boot({ env: { LOG_LEVEL: 'silent' } });
  const { gateway, ada, id, open } = running;
  const flood = await createFlood(gateway, ada, id);
  const responses = watchResponses(gateway);
  await using frozen = await open();
  frozen.response.pause();
  await floodUntilStuck(flood, () => responses[0]);
  const newest = (await idsOfLog(gateway.deps.store.db)).at(-1);
  await using reading = await open(`?after=${newest}`);

  const startedAt = performance.now();
  await gateway.app.close();
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  expect(await reading.events.rest()).toMatchObject([{ comment: 'Going away' }]);
});
