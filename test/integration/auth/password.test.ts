import { expect, test } from 'vitest';
import { type AuthApp, bearer, bootAuthApp, createFakeHasher, signUp } from '../../support/auth-app.ts';

const NEW = 'an even better password';

function boot(env: Record<string, string> = {}) {
  return bootAuthApp({ hasher: createFakeHasher(), env });
}

function change(gateway: AuthApp, token: string, body: object) {
  return gateway.post('/v1/me/password', body, { headers: bearer(token) });
}

test('a new password replaces the old one and ends every other session', async () => {
  await using gateway = await boot();
  const { email, password, accessToken, refreshToken } = await signUp(gateway);
  const other = (await gateway.post('/v1/auth/login', { email, password })).json();
  const answer = await change(gateway, accessToken, { currentPassword: password, newPassword: NEW });
  expect(answer.statusCode).toBe(204);

  expect((await gateway.get('/v1/me', other.accessToken)).statusCode).toBe(401);
  const { refreshToken: lost } = other;
  expect((await gateway.post('/v1/auth/refresh', { refreshToken: lost })).statusCode).toBe(401);
  expect((await gateway.get('/v1/me', accessToken)).statusCode).toBe(200);
  expect((await gateway.post('/v1/auth/refresh', { refreshToken })).statusCode).toBe(200);
  expect((await gateway.post('/v1/auth/login', { email, password })).statusCode).toBe(401);
  expect((await gateway.post('/v1/auth/login', { email, password: NEW })).statusCode).toBe(200);
});

test('a wrong old password changes nothing, and guesses are limited', async () => {
  await using gateway = await boot({ LOGIN_RATE: '3/1m' });
  const { email, password, accessToken } = await signUp(gateway);
  const guess = { currentPassword: 'a wrong guess', newPassword: NEW };
  for (let tries = 0; tries < 3; tries++) {
    const answer = await change(gateway, accessToken, guess);
    expect(answer.json()).toMatchObject({ status: 400, fields: [{ path: 'currentPassword' }] });
  }
  const right = { currentPassword: password, newPassword: NEW };
  expect((await change(gateway, accessToken, right)).statusCode).toBe(429);
  await gateway.clock.advance(60_000);
  expect((await gateway.post('/v1/auth/login', { email, password })).statusCode).toBe(200);
});

test('a new password obeys the rules of a first one, and unknown fields are named', async () => {
  await using gateway = await boot();
  const { password, accessToken } = await signUp(gateway);
  const body = { currentPassword: password, newPassword: 'short', hint: 'dog' };
  const answer = await change(gateway, accessToken, body);
  expect(answer.json().fields).toEqual([
    { path: 'newPassword', message: 'must have 8 to 128 characters' },
    { path: 'hint', message: 'is not a known field' },
  ]);
});

test('of two simultaneous changes one holds', async () => {
  const hasher = createFakeHasher();
  await using gateway = await bootAuthApp({ hasher });
  const { email, password, accessToken } = await signUp(gateway);
  const wanted = ['the first password', 'the second password'];
  const { hash } = hasher;
  const bothJudged = Promise.withResolvers<void>();
  let judged = 0;
  hasher.hash = async (text) => {
    judged += 1;
    if (judged === wanted.length) bothJudged.resolve();
    await bothJudged.promise;
    return hash(text);
  };
  const answers = await Promise.all(
    wanted.map((newPassword) => change(gateway, accessToken, { currentPassword: password, newPassword })),
  );
  expect(answers.map((answer) => answer.statusCode).sort()).toEqual([204, 409]);
  const winner = wanted[answers.findIndex((answer) => answer.statusCode === 204)];
  expect((await gateway.post('/v1/auth/login', { email, password: winner })).statusCode).toBe(200);
});

test('a rehash at sign-in does not undo a simultaneous password change', async () => {
  const hasher = { ...createFakeHasher(), isOutdated: () => true };
  await using gateway = await bootAuthApp({ hasher });
  const { email, password, accessToken } = await signUp(gateway);
  const judging = Promise.withResolvers<void>();
  const resume = Promise.withResolvers<void>();
  const { hash } = hasher;
  hasher.hash = async (text) => {
    if (text !== password) return hash(text);
    judging.resolve();
    await resume.promise;
    return 'rehashed';
  };
  const login = gateway.post('/v1/auth/login', { email, password });
  await judging.promise;
  hasher.isOutdated = () => false;
  await change(gateway, accessToken, { currentPassword: password, newPassword: NEW });
  resume.resolve();
  await login;
  expect((await gateway.post('/v1/auth/login', { email, password: NEW })).statusCode).toBe(200);
});

test('a sign-in begun with the old password opens no session after the change', async () => {
  const hasher = createFakeHasher();
  await using gateway = await bootAuthApp({ hasher });
  const { email, password, accessToken } = await signUp(gateway);
  const judging = Promise.withResolvers<void>();
  const resume = Promise.withResolvers<void>();
  const { verify } = hasher;
  hasher.verify = async (stored, text) => {
    hasher.verify = verify;
    const verdict = await verify(stored, text);
    judging.resolve();
    await resume.promise;
    return verdict;
  };
  const login = gateway.post('/v1/auth/login', { email, password });
  await judging.promise;
  expect(
    (await change(gateway, accessToken, { currentPassword: password, newPassword: NEW })).statusCode,
  ).toBe(204);
  resume.resolve();
  expect((await login).statusCode).toBe(401);
  const { sessions } = (await gateway.get('/v1/sessions', accessToken)).json();
  expect(sessions).toHaveLength(1);
});

test("a new password that is common, the e-mail address or the product's name is refused", async () => {
  await using gateway = await boot();
  const { password, accessToken } = await signUp(gateway);
  for (const weak of ['password123', 'bea.miller@example.com', 'Bea.Miller', 'Quantgate!']) {
    const answer = await gateway.post('/v1/auth/register', {
      email: 'bea.miller@example.com',
      password: weak,
    });
    expect(answer.json()).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path: 'password' }] });
  }
  const body = { currentPassword: password, newPassword: 'ada@example.com' };
  const answer = await change(gateway, accessToken, body);
  expect(answer.json()).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path: 'newPassword' }] });
});
