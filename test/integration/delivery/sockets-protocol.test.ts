import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { GraphQLClient } from '../../support/client.ts';
import { bootGateway, type Gateway } from '../../support/gateway.ts';
import { openAcknowledged, openProbe, type Probe, refusalOf } from '../../support/socket-probe.ts';

const VIEWER = '{ viewer { email } }';
const EVENTS = 'subscription { deploymentEvents { id } }';
const PAGE = 'https://app.example.com';

let gateway: Gateway;
let ada: GraphQLClient;

beforeAll(async () => {
  gateway = await bootGateway({ env: { CORS_ORIGINS: PAGE, BODY_LIMIT: '64kb' } });
  ada = await gateway.signUp();
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
});

function init(authorization?: unknown) {
  return {
    type: 'connection_init',
    ...(authorization !== undefined && { payload: { authorization } }),
  };
}

/** The code of the first close frame; a browser would hide it behind its own complaint about the subprotocol. */
async function closeCodeOf(url: string, protocols?: string): Promise<number> {
  const upgrade = request(`${url}/graphql`, {
    headers: {
      connection: 'upgrade',
      upgrade: 'websocket',
      'sec-websocket-key': randomBytes(16).toString('base64'),
      'sec-websocket-version': '13',
      ...(protocols && { 'sec-websocket-protocol': protocols }),
    },
  }).end();
  const [, socket, head] = (await once(upgrade, 'upgrade')) as [IncomingMessage, Socket, Buffer];
  const frame = head.length > 0 ? head : ((await once(socket, 'data')) as [Buffer])[0];
  socket.destroy();
  return frame.readUInt16BE(2);
}

function subscribe(id = '1', query = EVENTS) {
  return { type: 'subscribe', id, payload: { query } };
}

describe('messages before connection_ack', () => {
  const badTokens: [string, () => unknown][] = [
    ['no token', () => undefined],
    ['a bad token', () => 'Bearer nonsense'],
    ['a token that is no text', () => ({ token: ada.tokens.accessToken })],
    ['a token without its scheme', () => ada.tokens.accessToken],
    ['a refresh token', () => `Bearer ${ada.tokens.refreshToken}`],
  ];
  test.each(badTokens)('%s closes with 4403', async (_name, authorization) => {
    await using probe = await openProbe(gateway.url);
    probe.send(init(authorization()));
    expect(await probe.closed).toMatchObject({ code: 4403 });
  });

  test('a token in the URL is ignored', async () => {
    const path = `/graphql?authorization=Bearer%20${ada.tokens.accessToken}&access_token=${ada.tokens.accessToken}`;
    await using probe = await openProbe(gateway.url, { path });
    probe.send(init());
    expect(await probe.closed).toMatchObject({ code: 4403 });
  });

  test('an operation closes with 4401', async () => {
    await using probe = await openProbe(gateway.url);
    probe.send(subscribe());
    expect(await probe.closed).toMatchObject({ code: 4401 });
  });

  test('silence for 3 s closes with 4408', async () => {
    const startedAt = performance.now();
    await using probe = await openProbe(gateway.url);
    expect(await probe.closed).toMatchObject({ code: 4408 });
    expect(performance.now() - startedAt).toBeGreaterThan(2_900);
  });

  test.each([undefined, 'graphql-ws', 'foo, bar'])('the subprotocol %s closes with 4406', async (offered) => {
    expect(await closeCodeOf(gateway.url, offered)).toBe(4406);
  });

  test('the right subprotocol is chosen among others', async () => {
    await using probe = await openAcknowledged(gateway.url, ada.tokens.accessToken, {
      protocols: ['foo', 'graphql-transport-ws'],
    });
    expect(probe.socket.protocol).toBe('graphql-transport-ws');
  });
});

describe('messages after connection_ack', () => {
  const violations: [string, number, (probe: Probe) => void][] = [
    ['a second introduction', 4429, (probe) => probe.send(init(`Bearer ${ada.tokens.accessToken}`))],
    ['an operation id in use', 4409, (probe) => [subscribe(), subscribe()].forEach(probe.send)],
    ['text that is no JSON', 4400, (probe) => probe.send('hello')],
    ['null', 4400, (probe) => probe.send('null')],
    ['a message of no known type', 4400, (probe) => probe.send({ type: 'start', id: '1' })],
    ['an operation without a payload', 4400, (probe) => probe.send({ type: 'subscribe', id: '1' })],
    ['an operation without an id', 4400, (probe) => probe.send({ ...subscribe(), id: '' })],
    [
      'a document that is no text',
      4400,
      (probe) => probe.send({ type: 'subscribe', id: '1', payload: { query: {} } }),
    ],
    ['a message over the limit', 1009, (probe) => probe.send(subscribe('1', ' '.repeat(64 * 1024)))],
  ];
  test.each(violations)('%s closes with %i', async (_name, code, violate) => {
    await using probe = await openAcknowledged(gateway.url, ada.tokens.accessToken);
    violate(probe);
    expect(await probe.closed).toMatchObject({ code });
  });

  test('a ping without payload gets a pong without payload', async () => {
    await using probe = await openAcknowledged(gateway.url, ada.tokens.accessToken);
    probe.send({ type: 'ping' });
    expect(await probe.messages.next()).toEqual({ type: 'pong' });
  });
});

describe('the upgrade to a socket', () => {
  const origins: [string, Record<string, string>, string][] = [
    ["another site's page", { origin: 'https://evil.example.com' }, 'refused with 403'],
    ['a page of nowhere', { origin: 'null' }, 'refused with 403'],
    ['a page that looks like ours', { origin: `${PAGE}.evil.com` }, 'refused with 403'],
    ['a page of CORS_ORIGINS', { origin: PAGE }, 'accepted'],
    ['no page at all', {}, 'accepted'],
  ];
  test.each(origins)('%s: %o is %s', async (_name, headers, outcome) => {
    expect(await refusalOf(gateway.url, { headers })).toBe(outcome);
  });

  test("the gateway's own pages are accepted", async () => {
    expect(await refusalOf(gateway.url, { headers: { origin: gateway.url } })).toBe('accepted');
  });

  test.each(['/', '/graphql/stream', '/graphqlx', '//graphql'])('there is no socket at %s', async (path) => {
    expect(await refusalOf(gateway.url, { path })).toBe('refused with 404');
  });

  test('a header on the upgrade can carry the token', async () => {
    const headers = { authorization: `Bearer ${ada.tokens.accessToken}` };
    await using probe = await openProbe(gateway.url, { headers });
    probe.send(init());
    expect(await probe.messages.next()).toEqual({ type: 'connection_ack' });
    probe.subscribe('1', VIEWER);
    expect((await probe.messages.next()).payload?.data).toEqual({ viewer: { email: 'ada@example.com' } });
  });
});
