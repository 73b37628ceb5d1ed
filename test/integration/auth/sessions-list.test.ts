import { expect, test } from 'vitest';
import { type AuthApp, bearer, bootAuthApp, createFakeHasher, signUp } from '../../support/auth-app.ts';
import { bootGateway } from '../../support/gateway.ts';
import { openAcknowledged } from '../../support/socket-probe.ts';

function boot() {
  return bootAuthApp({ hasher: createFakeHasher() });
}

async function signIn(gateway: AuthApp, userAgent: string, email = 'ada@example.com') {
  return (
    await gateway.post(
      '/v1/auth/login',
      { email, password: 'correct horse battery' },
      { headers: { 'user-agent': userAgent } },
    )
  ).json<{ accessToken: string; refreshToken: string }>();
}

async function list(gateway: AuthApp, token: string) {
  return (await gateway.get('/v1/sessions', token)).json<{
    sessions: { id: string; userAgent: string | null; current: boolean }[];
  }>().sessions;
}

function end(gateway: AuthApp, token: string, path = '') {
  return gateway.app.inject({ method: 'DELETE', url: `/v1/sessions${path}`, headers: bearer(token) });
}

test('users see their own sessions, newest first, and no others', async () => {
  await using gateway = await boot();
  await signUp(gateway, 'grace@example.com');
  await signUp(gateway);
  await gateway.clock.advance(1_000);
  const laptop = await signIn(gateway, 'laptop');
  await gateway.clock.advance(60_000);
  const phone = await signIn(gateway, `phone ${'x'.repeat(300)}`);
  await gateway.post('/v1/auth/refresh', { refreshToken: laptop.refreshToken });

  expect(await list(gateway, laptop.accessToken)).toEqual([
    {
      id: expect.any(String),
      createdAt: '2023-11-14T22:14:21.000Z',
      lastUsedAt: '2023-11-14T22:14:21.000Z',
      expiresAt: '2023-12-14T22:14:21.000Z',
      userAgent: `phone ${'x'.repeat(194)}`,
      current: false,
    },
    expect.objectContaining({
      createdAt: '2023-11-14T22:13:21.000Z',
      lastUsedAt: '2023-11-14T22:14:21.000Z',
      userAgent: 'laptop',
      current: true,
    }),
    expect.objectContaining({ createdAt: '2023-11-14T22:13:20.000Z', current: false }),
  ]);
  expect((await list(gateway, phone.accessToken)).map(({ current }) => current)).toEqual([
    true,
    false,
    false,
  ]);
});

test('a session can be ended from another one, at once', async () => {
  await using gateway = await boot();
  const { accessToken: here } = await signUp(gateway);
  const there = await signIn(gateway, 'lost phone');
  const lost = (await list(gateway, here)).find(({ userAgent }) => userAgent === 'lost phone');
  expect((await end(gateway, here, `/${lost?.id}`)).statusCode).toBe(204);
  expect((await gateway.get('/v1/me', there.accessToken)).statusCode).toBe(401);
  const { refreshToken } = there;
  expect((await gateway.post('/v1/auth/refresh', { refreshToken })).statusCode).toBe(401);
  expect((await end(gateway, here, `/${lost?.id}`)).statusCode).toBe(404);
  expect(await list(gateway, here)).toHaveLength(1);
});

test('a user cannot end another user’s session', async () => {
  await using gateway = await boot();
  const ada = await signUp(gateway);
  const grace = await signUp(gateway, 'grace@example.com');
  const [session] = await list(gateway, ada.accessToken);
  expect((await end(gateway, grace.accessToken, `/${session?.id}`)).statusCode).toBe(404);
  expect((await gateway.get('/v1/me', ada.accessToken)).statusCode).toBe(200);
});

test('all other sessions end together, and the current one stays', async () => {
  await using gateway = await boot();
  const { accessToken: here } = await signUp(gateway);
  const others = [await signIn(gateway, 'a'), await signIn(gateway, 'b')];
  const grace = await signUp(gateway, 'grace@example.com');
  expect((await end(gateway, here)).statusCode).toBe(204);
  for (const { accessToken } of others)
    expect((await gateway.get('/v1/me', accessToken)).statusCode).toBe(401);
  for (const token of [here, grace.accessToken])
    expect((await gateway.get('/v1/me', token)).statusCode).toBe(200);
});

test('sockets of ended sessions close, and no others', async () => {
  await using gateway = await bootGateway({ env: { MAX_SESSIONS_PER_USER: '2' } });
  const here = await gateway.signUp();
  const first = here.tokens.accessToken;
  await here.signIn('ada@example.com');
  await using lost = await openAcknowledged(gateway.url, first);
  await using kept = await openAcknowledged(gateway.url, here.tokens.accessToken);
  const { status } = await here.request('/v1/sessions', { method: 'DELETE' });
  expect(status).toBe(204);
  expect(await lost.closed).toMatchObject({ code: 4403 });
  expect(kept.socket.readyState).toBe(kept.socket.OPEN);

  // A third session ends the oldest of two.
  await here.signIn('ada@example.com');
  await using second = await openAcknowledged(gateway.url, here.tokens.accessToken);
  expect(kept.socket.readyState).toBe(kept.socket.OPEN);
  await here.signIn('ada@example.com');
  expect(await kept.closed).toMatchObject({ code: 4403 });
  expect(second.socket.readyState).toBe(second.socket.OPEN);
});
