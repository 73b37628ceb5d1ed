import type { LightMyRequestResponse } from 'fastify';
import { expect, test } from 'vitest';
import { type AuthApp, bearer, bootAuthApp, createFakeHasher, signUp } from '../../support/auth-app.ts';

const ADA = { email: 'ada@example.com', password: 'correct horse battery' };
const FRONTEND = 'https://app.example.com';
const ACCESS = '__Host-quantgate-access';
const REFRESH = '__Host-quantgate-refresh';

/** What a browser would send back. */
function jarOf(response: LightMyRequestResponse): string {
  return response.cookies
    .filter(({ value }) => value !== '')
    .map(({ name, value }) => `${name}=${value}`)
    .join('; ');
}

function boot(env: Record<string, string> = {}) {
  return bootAuthApp({ hasher: createFakeHasher(), env: { CORS_ORIGINS: FRONTEND, ...env } });
}

async function signInByCookie(gateway: AuthApp) {
  await gateway.post('/v1/auth/register', ADA);
  const login = await gateway.post('/v1/auth/login', { ...ADA, session: 'cookie' });
  return { login, cookie: jarOf(login) };
}

function send(
  gateway: AuthApp,
  url: string,
  headers: Record<string, string>,
  method: 'GET' | 'POST' = 'POST',
) {
  return gateway.app.inject({ method, url, headers });
}

test('a browser sign-in puts the tokens in cookies only, unreadable to any page', async () => {
  await using gateway = await boot();
  const { login } = await signInByCookie(gateway);
  expect(login.statusCode).toBe(200);
  expect(login.json()).toEqual({
    user: { id: expect.any(String), email: ADA.email, roles: ['user'], createdAt: expect.any(String) },
    expiresIn: 600,
  });
  const locked = { path: '/', httpOnly: true, secure: true, sameSite: 'Strict' };
  expect(login.cookies).toEqual([
    { name: ACCESS, value: expect.stringMatching(/^eyJ/), maxAge: 600, ...locked },
    { name: REFRESH, value: expect.stringMatching(/^qgr_/), maxAge: 2_592_000, ...locked },
  ]);
  for (const { value } of login.cookies) expect(login.body).not.toContain(value);
});

test('without a request for cookies none is set, and the tokens are in the body', async () => {
  await using gateway = await boot();
  await gateway.post('/v1/auth/register', ADA);
  for (const body of [ADA, { ...ADA, session: 'token' }]) {
    const login = await gateway.post('/v1/auth/login', body);
    expect(login.headers).not.toHaveProperty('set-cookie');
    expect(login.json()).toHaveProperty('refreshToken');
  }
  const unknown = await gateway.post('/v1/auth/login', { ...ADA, session: 'forever' });
  expect(unknown.json().fields).toMatchObject([{ path: 'session' }]);
});

test('a cookie alone can read; a change needs X-CSRF and no foreign origin', async () => {
  const host = 'quantgate.example.com';
  await using gateway = await boot({ PUBLIC_URL: `https://${host}` });
  const { cookie } = await signInByCookie(gateway);
  expect((await send(gateway, '/v1/me', { cookie }, 'GET')).json()).toMatchObject({ email: ADA.email });

  const query = { method: 'POST' as const, url: '/graphql', payload: { query: '{ viewer { email } }' } };
  const ask = (headers: Record<string, string>) =>
    gateway.app.inject({ ...query, headers: { cookie, host, ...headers } });
  const refused: Record<string, string>[] = [
    {},
    { 'x-csrf': '' },
    { 'x-csrf': '0' },
    { origin: FRONTEND },
    { 'x-csrf': '1', origin: 'https://evil.example.com' },
    { 'x-csrf': '1', origin: `https://${host}.evil.com` },
    { 'x-csrf': '1', origin: 'https://quantgate.example.com:8443' },
    { 'x-csrf': '1', origin: 'null' },
  ];
  for (const headers of refused) {
    const answer = await ask(headers);
    expect([headers, answer.statusCode]).toEqual([headers, 403]);
    expect(answer.json().errors[0].extensions.code).toBe('FORBIDDEN');
  }
  const allowed: Record<string, string>[] = [{}, { origin: FRONTEND }, { origin: `https://${host}` }];
  for (const headers of allowed) {
    const answer = await ask({ 'x-csrf': '1', ...headers });
    expect(answer.json()).toEqual({ data: { viewer: { email: ADA.email } } });
  }
});

test('a bearer token needs no X-CSRF, and wins over a cookie', async () => {
  await using gateway = await boot();
  const { cookie } = await signInByCookie(gateway);
  const grace = await signUp(gateway, 'grace@example.com');
  const headers = { cookie, origin: 'https://evil.example.com', ...bearer(grace.accessToken) };
  const me = await gateway.app.inject({ url: '/v1/me', headers });
  expect(me.json()).toMatchObject({ email: 'grace@example.com' });
  const query = { query: '{ viewer { email } }' };
  const answer = await gateway.post('/graphql', query, { headers });
  expect(answer.json()).toEqual({ data: { viewer: { email: 'grace@example.com' } } });

  const broken = await gateway.app.inject({ url: '/v1/me', headers: { cookie, authorization: 'Bearer x' } });
  expect(broken.statusCode).toBe(401);
});

test('a session is refreshed by its cookie', async () => {
  await using gateway = await boot();
  const { cookie } = await signInByCookie(gateway);
  expect((await send(gateway, '/v1/auth/refresh', { cookie })).statusCode).toBe(403);
  const foreign = { cookie, 'x-csrf': '1', origin: 'https://evil.example.com' };
  expect((await send(gateway, '/v1/auth/refresh', foreign)).statusCode).toBe(403);

  await gateway.clock.advance(60_000);
  const renewed = await send(gateway, '/v1/auth/refresh', { cookie, 'x-csrf': '1' });
  expect(renewed.statusCode).toBe(200);
  expect(renewed.json()).toEqual({ user: expect.objectContaining({ email: ADA.email }), expiresIn: 600 });
  expect(jarOf(renewed)).not.toBe(cookie);
  expect((await send(gateway, '/v1/me', { cookie: jarOf(renewed) }, 'GET')).statusCode).toBe(200);

  const replayed = await send(gateway, '/v1/auth/refresh', { cookie, 'x-csrf': '1' });
  expect(replayed.statusCode).toBe(200);
  await gateway.clock.advance(10_000);
  const reused = await send(gateway, '/v1/auth/refresh', { cookie, 'x-csrf': '1' });
  expect(reused.statusCode).toBe(401);
  expect(reused.cookies).toMatchObject([
    { name: ACCESS, value: '', maxAge: 0 },
    { name: REFRESH, value: '', maxAge: 0 },
  ]);
  expect((await send(gateway, '/v1/me', { cookie: jarOf(renewed) }, 'GET')).statusCode).toBe(401);
});

test('a refresh without a cookie says what is missing', async () => {
  await using gateway = await boot();
  for (const body of [undefined, {}]) {
    const answer = await gateway.post('/v1/auth/refresh', body);
    expect(answer.json()).toMatchObject({ status: 400, fields: [{ path: 'refreshToken' }] });
  }
});

test('signing out by cookie ends the session and clears the cookies', async () => {
  await using gateway = await boot();
  const { cookie } = await signInByCookie(gateway);
  expect((await send(gateway, '/v1/auth/logout', { cookie })).statusCode).toBe(403);
  expect((await send(gateway, '/v1/me', { cookie }, 'GET')).statusCode).toBe(200);
  const logout = await send(gateway, '/v1/auth/logout', { cookie, 'x-csrf': '1' });
  expect(logout.statusCode).toBe(204);
  expect(logout.cookies.map(({ name, value }) => [name, value])).toEqual([
    [ACCESS, ''],
    [REFRESH, ''],
  ]);
  expect((await send(gateway, '/v1/me', { cookie }, 'GET')).statusCode).toBe(401);
});

test('a browser whose access cookie has expired can still sign out', async () => {
  await using gateway = await boot();
  const { login, cookie: both } = await signInByCookie(gateway);
  const token = login.cookies.find(({ name }) => name === REFRESH)?.value;
  const cookie = `theme=dark; ${REFRESH}=${token}`;
  await gateway.clock.advance(600_000);
  expect((await send(gateway, '/v1/auth/logout', { cookie })).statusCode).toBe(403);
  expect((await send(gateway, '/v1/auth/logout', { cookie, 'x-csrf': '1' })).statusCode).toBe(204);
  expect((await send(gateway, '/v1/auth/logout', { cookie, 'x-csrf': '1' })).statusCode).toBe(401);
  expect((await send(gateway, '/v1/auth/refresh', { cookie: both, 'x-csrf': '1' })).statusCode).toBe(401);
});

test('another site’s page cannot sign a user in', async () => {
  await using gateway = await boot();
  await gateway.post('/v1/auth/register', ADA);
  const login = (origin: string) =>
    gateway.post('/v1/auth/login', { ...ADA, session: 'cookie' }, { headers: { origin } });
  const foreign = await login('https://evil.example.com');
  expect(foreign.statusCode).toBe(403);
  expect(foreign.headers).not.toHaveProperty('set-cookie');
  expect((await login(FRONTEND)).statusCode).toBe(200);
});

test('only listed origins may call with the session', async () => {
  await using gateway = await boot();
  const preflight = (origin: string) =>
    gateway.app.inject({
      method: 'OPTIONS',
      url: '/graphql',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'x-csrf',
      },
    });
  expect((await preflight(FRONTEND)).headers).toMatchObject({
    'access-control-allow-origin': FRONTEND,
    'access-control-allow-credentials': 'true',
    'access-control-allow-headers': expect.stringContaining('x-csrf'),
  });
  expect((await preflight('https://evil.example.com')).headers).not.toHaveProperty(
    'access-control-allow-origin',
  );
  await using closed = await bootAuthApp({ hasher: createFakeHasher() });
  const { headers } = await closed.app.inject({ url: '/healthz', headers: { origin: FRONTEND } });
  expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
});
