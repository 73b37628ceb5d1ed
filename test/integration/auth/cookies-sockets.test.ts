import { expect, test } from 'vitest';
import { bootGateway } from '../../support/gateway.ts';
import { openProbe, refusalOf } from '../../support/socket-probe.ts';

const FRONTEND = 'https://app.example.com';
const ADA = { email: 'ada@example.com', password: 'correct horse battery staple' };

async function bootWithCookie() {
  const gateway = await bootGateway({ env: { CORS_ORIGINS: FRONTEND } });
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
