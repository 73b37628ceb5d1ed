import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { bootGateway, type GatewayOptions } from '../../support/gateway.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { openProbe, type Probe, refusalOf } from '../../support/socket-probe.ts';
import { openEvents } from '../../support/sse-client.ts';

const FRONTEND = 'https://app.example.com';
const ADA = { email: 'ada@example.com', password: 'correct horse battery staple' };

async function bootWithCookie({ env, ...options }: GatewayOptions = {}) {
  const gateway = await bootGateway({ env: { CORS_ORIGINS: FRONTEND, ...env }, ...options });
  const post = (path: string, body: object, headers: Record<string, string> = {}) =>
    fetch(`${gateway.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  await post('/v1/auth/register', ADA);
  const login = await post('/v1/auth/login', { ...ADA, session: 'cookie' });
  const cookie = login.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  return { gateway, post, cookie, [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose]() };
}

async function introduce(url: string, headers: Record<string, string>): Promise<unknown> {
  await using probe = await openProbe(url, { headers });
  probe.send({ type: 'connection_init' });
  const answered = probe.messages.next().then(({ type }) => type);
  const closed = probe.closed.then(({ code }) => code);
  return await answered.catch(() => closed);
}

test('a cookie opens a socket from our own pages only, and never without an origin', async () => {
  await using running = await bootWithCookie();
  const { gateway, cookie } = running;
  expect(await introduce(gateway.url, { cookie, origin: FRONTEND })).toBe('connection_ack');
  expect(await introduce(gateway.url, { cookie, origin: gateway.url })).toBe('connection_ack');
  expect(await introduce(gateway.url, { cookie })).toBe(4403);
  expect(await introduce(gateway.url, { origin: FRONTEND })).toBe(4403);
  const foreign = { headers: { cookie, origin: 'https://evil.example.com' } };
  expect(await refusalOf(gateway.url, foreign)).toBe('refused with 403');
});

test('a socket opened by cookie ends with its session', async () => {
  await using running = await bootWithCookie();
  const { gateway, post, cookie } = running;
  await using probe = await openProbe(gateway.url, { headers: { cookie, origin: FRONTEND } });
  probe.send({ type: 'connection_init' });
  expect((await probe.messages.next()).type).toBe('connection_ack');
  const logout = await post('/v1/auth/logout', {}, { cookie, 'x-csrf': '1' });
  expect(logout.status).toBe(204);
  expect(await probe.closed).toMatchObject({ code: 4403 });
});

test('GraphQL streams obey the cookie rules of GraphQL requests', async () => {
  await using running = await bootWithCookie();
  const { post, cookie } = running;
  const query = { query: '{ viewer { email } }' };
  const accept = 'text/event-stream';
  expect((await post('/graphql/stream', query, { cookie, accept })).status).toBe(403);
  const answer = await post('/graphql/stream', query, { cookie, accept, 'x-csrf': '1' });
  expect(await answer.text()).toContain(ADA.email);
});

/** Asks over the socket, whose subscriptions and queries have the same fate. */
async function emailOver(probe: Probe, id: string): Promise<unknown> {
  probe.subscribe(id, '{ viewer { email } }');
  for (;;) {
    const { type, payload } = await probe.messages.next();
    if (type === 'next') return payload?.data;
  }
}

test('what a cookie has opened outlives its access token, and ends within 5 s of its session', async () => {
  const clock = createManualClock(Date.now());
  const env = { ACCESS_TOKEN_TTL: '2s', REFRESH_TOKEN_TTL: '10s' };
  await using running = await bootWithCookie({ clock, polls: false, env });
  const { gateway, cookie } = running;
  const headers = { cookie, origin: FRONTEND };
  await using probe = await openProbe(gateway.url, { headers });
  probe.send({ type: 'connection_init' });
  expect((await probe.messages.next()).type).toBe('connection_ack');
  await using stream = await openEvents(`${gateway.url}/v1/events`, undefined, { headers });
  expect(stream.status).toBe(200);

  await clock.advance(9_000);
  expect(await emailOver(probe, 'late')).toEqual({ viewer: { email: ADA.email } });
  expect(stream.response.readableEnded).toBe(false);

  await clock.advance(6_000);
  expect(await probe.closed).toEqual({ code: 4403, reason: 'Session ended' });
  expect(await stream.events.next()).toMatchObject({ comment: 'Session ended' });
});

test('an upgrade with an expired access cookie renews the cookies in its answer', async () => {
  const clock = createManualClock(Date.now());
  await using running = await bootWithCookie({ clock, polls: false });
  const { gateway, cookie } = running;
  await clock.advance(600_000);
  let answer: IncomingMessage | undefined;
  await using probe = await openProbe(gateway.url, {
    headers: { cookie, origin: FRONTEND },
    onUpgrade: (response) => {
      answer = response;
    },
  });
  expect(answer?.headers['set-cookie']).toEqual([
    expect.stringMatching(/^__Host-quantgate-access=eyJ.+; SameSite=Strict/),
    expect.stringMatching(/^__Host-quantgate-refresh=qgr_.+; SameSite=Strict/),
  ]);
  probe.send({ type: 'connection_init' });
  expect((await probe.messages.next()).type).toBe('connection_ack');
  const renewed = (answer?.headers['set-cookie'] ?? []).map((line) => line.split(';')[0]).join('; ');
  const headers = { cookie: renewed, origin: FRONTEND };
  expect(await introduce(gateway.url, headers)).toBe('connection_ack');
  expect((await fetch(`${gateway.url}/v1/me`, { headers })).status).toBe(200);
});
