import { expect, test } from 'vitest';
import { bearer, bootAuthApp, createFakeHasher, signUp } from '../../support/auth-app.ts';

const INVALID = 'Bearer error="invalid_token", error_description="The access token is invalid"';
const EXPIRED = 'Bearer error="invalid_token", error_description="The access token has expired"';

/** What every door that takes a token answers to one `Authorization` header. */
async function ask({ app }: Awaited<ReturnType<typeof bootAuthApp>>, headers: Record<string, string>) {
  const document = { query: '{ viewer { id } }' };
  const accept = 'text/event-stream';
  const answers = await Promise.all([
    app.inject({ url: '/v1/me', headers }),
    app.inject({ method: 'POST', url: '/v1/auth/logout', headers }),
    app.inject({ url: '/v1/deployments/1/events', headers: { ...headers, accept } }),
    app.inject({ method: 'POST', url: '/graphql', headers, payload: document }),
    app.inject({ url: '/graphql', headers, query: document }),
    app.inject({
      method: 'POST',
      url: '/graphql/stream',
      headers: { ...headers, accept },
      payload: document,
    }),
  ]);
  return answers.map(({ statusCode, headers }) => [statusCode, headers['www-authenticate']]);
}

function everyDoor(challenge: string) {
  return Array.from({ length: 6 }, () => [401, challenge]);
}

test('a 401 without a token names the scheme only, at every door', async () => {
  await using gateway = await bootAuthApp({ hasher: createFakeHasher() });
  expect(await ask(gateway, {})).toEqual(everyDoor('Bearer'));
  for (const authorization of ['', 'Bearer', 'Basic YTpi'])
    expect(await ask(gateway, { authorization })).toEqual(everyDoor('Bearer'));
});

test('a 401 to a bad token, or to one whose session has ended, names invalid_token, at every door', async () => {
  await using gateway = await bootAuthApp({ hasher: createFakeHasher() });
  const { accessToken } = await signUp(gateway);
  for (const token of ['x', `${accessToken}x`, `${accessToken} x`, '{}'])
    expect(await ask(gateway, bearer(token))).toEqual(everyDoor(INVALID));
  await gateway.post('/v1/auth/logout', undefined, { headers: bearer(accessToken) });
  expect(await ask(gateway, bearer(accessToken))).toEqual(everyDoor(INVALID));
});

test('a 401 to a token that has expired says so, at every door', async () => {
  await using gateway = await bootAuthApp({ hasher: createFakeHasher() });
  const { accessToken } = await signUp(gateway);
  await gateway.clock.advance(600_000);
  expect(await ask(gateway, bearer(accessToken))).toEqual(everyDoor(EXPIRED));
});

test('a 401 to a refresh token says that this one is invalid, and never why', async () => {
  await using gateway = await bootAuthApp({ hasher: createFakeHasher() });
  const { refreshToken } = await signUp(gateway);
  const challengeOf = async (token: string) =>
    (await gateway.post('/v1/auth/refresh', { refreshToken: token })).headers['www-authenticate'];
  const challenge = 'Bearer error="invalid_token", error_description="The refresh token is invalid"';
  expect(await challengeOf('x')).toBe(challenge);
  await gateway.clock.advance(31 * 24 * 3_600_000);
  expect(await challengeOf(refreshToken)).toBe(challenge);
});

test('a 401 to a wrong password names no token', async () => {
  await using gateway = await bootAuthApp({ hasher: createFakeHasher() });
  const { email } = await signUp(gateway);
  const answer = await gateway.post('/v1/auth/login', { email, password: 'not that password' });
  expect([answer.statusCode, answer.headers['www-authenticate']]).toEqual([401, 'Bearer']);
});
