import type { LightMyRequestResponse } from 'fastify';
import { expect, test } from 'vitest';
import { type AuthApp, bootAuthApp, createFakeHasher } from '../../support/auth-app.ts';

const ADA = { email: 'ada@example.com', password: 'correct horse battery' };
const ACCESS = '__Host-quantgate-access';
const REFRESH = '__Host-quantgate-refresh';
const TOKEN_MS = 600_000;
const GRACE_MS = 10_000;

function cookieOf(answer: LightMyRequestResponse, name: string): string {
  return answer.cookies.find((cookie) => cookie.name === name)?.value ?? '';
}

/** What the browser sends: the access cookie only as long as its token lasts. */
function jarOf(answer: LightMyRequestResponse, names = [ACCESS, REFRESH]): string {
  return names.map((name) => `${name}=${cookieOf(answer, name)}`).join('; ');
}

/** A session by cookie whose access token has expired. */
async function bootWithExpiredToken(env: Record<string, string> = {}) {
  const gateway = await bootAuthApp({ hasher: createFakeHasher(), env });
  await gateway.post('/v1/auth/register', ADA);
  const login = await gateway.post('/v1/auth/login', { ...ADA, session: 'cookie' });
  await gateway.clock.advance(TOKEN_MS);
  return { gateway, login, [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose]() };
}

function me({ app }: AuthApp, cookie: string): Promise<LightMyRequestResponse> {
  return app.inject({ url: '/v1/me', headers: { cookie } });
}

function ask({ app }: AuthApp, headers: Record<string, string>): Promise<LightMyRequestResponse> {
  return app.inject({ method: 'POST', url: '/graphql', headers, payload: { query: '{ viewer { email } }' } });
}

test.each([
  ['beside the expired access cookie', [ACCESS, REFRESH]],
  ['alone, as the browser has deleted the access cookie', [REFRESH]],
])('a request with a good refresh cookie %s is served, and renews both', async (_how, names) => {
  await using running = await bootWithExpiredToken();
  const { gateway, login } = running;
  const answer = await me(gateway, jarOf(login, names));
  expect(answer.json()).toMatchObject({ email: ADA.email });
  const kept = { path: '/', httpOnly: true, secure: true, sameSite: 'Strict' };
  expect(answer.cookies).toEqual([
    { name: ACCESS, value: expect.stringMatching(/^eyJ/), maxAge: 600, ...kept },
    { name: REFRESH, value: expect.stringMatching(/^qgr_/), maxAge: 2_592_000, ...kept },
  ]);
  expect(cookieOf(answer, REFRESH)).not.toBe(cookieOf(login, REFRESH));
  const next = await me(gateway, jarOf(answer));
  expect([next.statusCode, next.cookies]).toEqual([200, []]);
});

test('GraphQL renews the cookies in its answer too, refusals included', async () => {
  await using running = await bootWithExpiredToken();
  const { gateway, login } = running;
  const cookie = jarOf(login, [REFRESH]);
  const answer = await ask(gateway, { cookie, 'x-csrf': '1' });
  expect(answer.json()).toEqual({ data: { viewer: { email: ADA.email } } });
  await gateway.clock.advance(TOKEN_MS);
  const refused = await gateway.app.inject({
    url: '/v1/audit',
    headers: { cookie: jarOf(answer, [REFRESH]) },
  });
  expect(refused.statusCode).toBe(403);
  expect(cookieOf(refused, REFRESH)).toMatch(/^qgr_/);
});

test('a change without X-CSRF is refused, and renews nothing', async () => {
  await using running = await bootWithExpiredToken();
  const { gateway, login } = running;
  const refused = await ask(gateway, { cookie: jarOf(login, [REFRESH]) });
  expect([refused.statusCode, refused.cookies]).toEqual([403, []]);
  await gateway.clock.advance(GRACE_MS * 2);
  expect((await me(gateway, jarOf(login))).statusCode).toBe(200);
});

test('many tabs at once get the same next refresh token; a spent one ends the session after the grace', async () => {
  await using running = await bootWithExpiredToken();
  const { gateway, login } = running;
  const cookie = jarOf(login);
  const tabs = await Promise.all(Array.from({ length: 20 }, () => me(gateway, cookie)));
  await gateway.clock.advance(GRACE_MS - 1);
  const late = await me(gateway, cookie);
  const answers = [...tabs, late];
  expect(answers.map(({ statusCode }) => statusCode)).toEqual(answers.map(() => 200));
  expect(new Set(answers.map((answer) => cookieOf(answer, REFRESH))).size).toBe(1);

  await gateway.clock.advance(1);
  const reused = await me(gateway, cookie);
  expect([reused.statusCode, reused.cookies]).toEqual([401, []]);
  expect((await me(gateway, jarOf(late))).statusCode).toBe(401);
});

test('the refresh cookie of a session that has ended renews nothing', async () => {
  await using running = await bootWithExpiredToken();
  const { gateway, login } = running;
  const cookie = jarOf(login, [REFRESH]);
  expect(
    (await gateway.post('/v1/auth/logout', undefined, { headers: { cookie, 'x-csrf': '1' } })).statusCode,
  ).toBe(204);
  const refused = await me(gateway, cookie);
  expect([refused.statusCode, refused.cookies]).toEqual([401, []]);
});

test('signing out with an expired access cookie leaves no cookie behind', async () => {
  await using running = await bootWithExpiredToken();
  const { gateway, login } = running;
  const headers = { cookie: jarOf(login), 'x-csrf': '1' };
  const logout = await gateway.post('/v1/auth/logout', undefined, { headers });
  expect(logout.statusCode).toBe(204);
  expect(logout.cookies.map(({ name, value }) => [name, value])).toEqual([
    [ACCESS, ''],
    [REFRESH, ''],
  ]);
});

test('a sign-in by cookie that the browser would not keep is refused with the reason', async () => {
  const origin = 'https://app.example.com';
  await using gateway = await bootAuthApp({ hasher: createFakeHasher(), env: { CORS_ORIGINS: origin } });
  await gateway.post('/v1/auth/register', ADA);
  const login = (site: string, session: string) =>
    gateway.post('/v1/auth/login', { ...ADA, session }, { headers: { origin, 'sec-fetch-site': site } });
  const refused = await login('cross-site', 'cookie');
  expect(refused.json()).toMatchObject({
    status: 403,
    code: 'FORBIDDEN',
    detail: expect.stringContaining('another site'),
  });
  expect(refused.cookies).toEqual([]);
  const kept = [
    ['same-site', 'cookie'],
    ['same-origin', 'cookie'],
    ['cross-site', 'token'],
  ] as const;
  for (const [site, session] of kept) expect((await login(site, session)).statusCode).toBe(200);
});
