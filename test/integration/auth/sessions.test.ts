import { expect, test } from 'vitest';
import { type AuthApp, bearer, bootAuthApp, createFakeHasher, signUp } from '../../support/auth-app.ts';

function boot() {
  return bootAuthApp({ hasher: createFakeHasher() });
}
function refresh(gateway: AuthApp, refreshToken: string) {
  return gateway.post('/v1/auth/refresh', { refreshToken });
}
async function rotate(gateway: AuthApp, refreshToken: string) {
  const response = await refresh(gateway, refreshToken);
  expect(response.statusCode).toBe(200);
  return response.json<{ accessToken: string; refreshToken: string }>();
}

test('a refresh token is exchanged for a new pair', async () => {
  await using gateway = await boot();
  const first = await signUp(gateway);
  await gateway.clock.advance(60_000);
  const second = await rotate(gateway, first.refreshToken);
  expect(second.refreshToken).not.toBe(first.refreshToken);
  expect((await gateway.get('/v1/me', second.accessToken)).statusCode).toBe(200);
});

test('a second use of a refresh token ends the session', async () => {
  await using gateway = await boot();
  const first = await signUp(gateway);
  const second = await rotate(gateway, first.refreshToken);
  await gateway.clock.advance(10_000);
  expect((await refresh(gateway, first.refreshToken)).statusCode).toBe(401);
  expect((await refresh(gateway, second.refreshToken)).statusCode).toBe(401);
  expect((await gateway.get('/v1/me', second.accessToken)).statusCode).toBe(401);
});

test('within the grace period the parent gives the same successor each time', async () => {
  await using gateway = await boot();
  const { refreshToken } = await signUp(gateway);
  const { refreshToken: successor } = await rotate(gateway, refreshToken);
  for (let n = 0; n < 3; n++) {
    await gateway.clock.advance(3_333);
    expect((await rotate(gateway, refreshToken)).refreshToken).toBe(successor);
  }
  expect((await rotate(gateway, successor)).refreshToken).not.toBe(successor);
});

test('twenty simultaneous refreshes yield one lineage', async () => {
  await using gateway = await boot();
  const { refreshToken } = await signUp(gateway);
  const pairs = await Promise.all(Array.from({ length: 20 }, () => rotate(gateway, refreshToken)));
  const successors = new Set(pairs.map((pair) => pair.refreshToken));
  expect(successors.size).toBe(1);
  const spent = await gateway.store.db.selectFrom('spentTokens').selectAll().execute();
  expect(spent).toHaveLength(1);
});

test('a grandparent token ends the session at once, also within the grace period', async () => {
  await using gateway = await boot();
  const first = await signUp(gateway);
  const second = await rotate(gateway, first.refreshToken);
  const third = await rotate(gateway, second.refreshToken);
  expect((await refresh(gateway, first.refreshToken)).statusCode).toBe(401);
  expect((await refresh(gateway, third.refreshToken)).statusCode).toBe(401);
  expect((await refresh(gateway, second.refreshToken)).statusCode).toBe(401);
  expect((await gateway.get('/v1/me', third.accessToken)).statusCode).toBe(401);
});

test('an ended session never comes back, also within the grace period', async () => {
  await using gateway = await boot();
  const first = await signUp(gateway);
  const second = await rotate(gateway, first.refreshToken);
  await gateway.post('/v1/auth/logout', undefined, { headers: bearer(second.accessToken) });
  expect((await refresh(gateway, first.refreshToken)).statusCode).toBe(401);
  expect((await refresh(gateway, second.refreshToken)).statusCode).toBe(401);
});

test('signing out ends that session only, from the next request on', async () => {
  await using gateway = await boot();
  const here = await signUp(gateway);
  const there = (await gateway.post('/v1/auth/login', { email: here.email, password: here.password })).json();
  const logout = await gateway.post('/v1/auth/logout', undefined, { headers: bearer(here.accessToken) });
  expect(logout.statusCode).toBe(204);
  expect(logout.body).toBe('');
  expect((await gateway.get('/v1/me', here.accessToken)).statusCode).toBe(401);
  expect((await gateway.get('/v1/me', there.accessToken)).statusCode).toBe(200);
});

test('five hundred rotations crossed by a sign-out leave no live successor', async () => {
  await using gateway = await boot();
  const { sessions, store } = gateway;
  const { email } = await signUp(gateway);
  const user = await store.db
    .selectFrom('users')
    .selectAll()
    .where('email', '=', email)
    .executeTakeFirstOrThrow();
  for (let round = 0; round < 500; round++) {
    const session = await sessions.start(user.id);
    const outcomes = [sessions.refresh(session.refreshToken), sessions.revoke(session.sessionId)];
    const settled = await Promise.allSettled(round % 2 === 0 ? outcomes : outcomes.reverse());
    const tokens = settled.flatMap((one) =>
      one.status === 'fulfilled' && typeof one.value === 'object' ? [one.value.refreshToken] : [],
    );
    for (const token of [session.refreshToken, ...tokens]) {
      await expect(sessions.refresh(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    }
    expect(await sessions.isLive(session.sessionId)).toBe(false);
  }
});

test('a session expires REFRESH_TOKEN_TTL after its last refresh', async () => {
  await using gateway = await boot();
  // Set, not advanced: the work of all these days is of no interest.
  const pass = (days: number) => gateway.clock.set(gateway.clock.now() + days * 86_400_000);
  const first = await signUp(gateway);
  pass(29);
  const second = await rotate(gateway, first.refreshToken);
  pass(29);
  const third = await rotate(gateway, second.refreshToken);
  pass(30);
  expect((await refresh(gateway, third.refreshToken)).statusCode).toBe(401);
});

test('an access token does not outlive its session', async () => {
  await using gateway = await bootAuthApp({ env: { REFRESH_TOKEN_TTL: '1m' }, hasher: createFakeHasher() });
  const { accessToken } = await signUp(gateway);
  await gateway.clock.advance(59_999);
  expect((await gateway.get('/v1/me', accessToken)).statusCode).toBe(200);
  await gateway.clock.advance(1);
  expect((await gateway.get('/v1/me', accessToken)).statusCode).toBe(401);
});

test('a session that is refreshed at its end goes on, also while it is remembered', async () => {
  await using gateway = await bootAuthApp({ env: { REFRESH_TOKEN_TTL: '1m' }, hasher: createFakeHasher() });
  const { accessToken, refreshToken } = await signUp(gateway);
  await gateway.clock.advance(59_000);
  expect((await gateway.get('/v1/me', accessToken)).statusCode).toBe(200);
  await rotate(gateway, refreshToken);
  await gateway.clock.advance(2_000);
  expect((await gateway.get('/v1/me', accessToken)).statusCode).toBe(200);
});

test('an invalid refresh token is refused like a spent one', async () => {
  await using gateway = await boot();
  const { accessToken, refreshToken } = await signUp(gateway);
  const unknown = `qgr_${'A'.repeat(43)}`;
  for (const token of ['', 'qgr_', accessToken, refreshToken.slice(0, -1), `${refreshToken}=`, unknown]) {
    const response = await refresh(gateway, token);
    expect([token, response.statusCode, response.json().code]).toEqual([token, 401, 'UNAUTHENTICATED']);
  }
  await rotate(gateway, refreshToken);
});

test('a listener gets each ended session once', async () => {
  await using gateway = await boot();
  const { sessions } = gateway;
  const { accessToken } = await signUp(gateway);
  const { userId, sessionId } = await gateway.accounts.authenticate(accessToken);
  const received: string[] = [];
  const stop = sessions.onRevoked((ended) => received.push(ended.sessionId));

  const others = [await sessions.start(userId), await sessions.start(userId)];
  await sessions.revokeAllOf(userId, sessionId);
  expect(received.sort()).toEqual(others.map((other) => other.sessionId).sort());
  expect(await sessions.isLive(sessionId)).toBe(true);

  await sessions.revoke(sessionId);
  await sessions.revoke(sessionId);
  expect(received.filter((id) => id === sessionId)).toHaveLength(1);

  const replayed = await sessions.start(userId);
  const { refreshToken } = await sessions.refresh(replayed.refreshToken);
  await sessions.refresh(refreshToken);
  await expect(sessions.refresh(replayed.refreshToken)).rejects.toThrow();
  expect(received.at(-1)).toBe(replayed.sessionId);

  stop();
  await sessions.revoke((await sessions.start(userId)).sessionId);
  expect(received).toHaveLength(4);
});

test('signing in prunes ended sessions', async () => {
  await using gateway = await boot();
  const { email, password, accessToken, refreshToken } = await signUp(gateway);
  await rotate(gateway, refreshToken);
  await gateway.post('/v1/auth/logout', undefined, { headers: bearer(accessToken) });
  await gateway.post('/v1/auth/login', { email, password });
  expect(await gateway.store.db.selectFrom('sessions').selectAll().execute()).toHaveLength(1);
  expect(await gateway.store.db.selectFrom('spentTokens').selectAll().execute()).toHaveLength(0);
});

test('one session more than MAX_SESSIONS_PER_USER ends the oldest, as an audited end', async () => {
  await using gateway = await bootAuthApp({
    env: { MAX_SESSIONS_PER_USER: '3' },
    hasher: createFakeHasher(),
  });
  const ended: string[] = [];
  gateway.sessions.onRevoked(({ sessionId }) => ended.push(sessionId));
  const tokens: string[] = [];
  const bob = await signUp(gateway, 'bob@example.com');
  for (let n = 0; n < 5; n += 1) {
    await gateway.clock.advance(1_000);
    tokens.push((await signUp(gateway)).accessToken);
  }
  const statuses = await Promise.all(
    tokens.map(async (token) => (await gateway.get('/v1/me', token)).statusCode),
  );
  expect(statuses).toEqual([401, 401, 200, 200, 200]);
  expect((await gateway.get('/v1/me', bob.accessToken)).statusCode).toBe(200);
  const rows = await gateway.store.db
    .selectFrom('audit')
    .selectAll()
    .where('act', '=', 'SESSION_END')
    .execute();
  expect(rows.map(({ subjects }) => JSON.parse(subjects as string).sessionId)).toEqual(ended);
  expect(ended).toHaveLength(2);
});

test('a session ends SESSION_TTL_MAX after its sign-in, however often it is refreshed', async () => {
  const env = { SESSION_TTL_MAX: '10s', REFRESH_TOKEN_TTL: '4s', ACCESS_TOKEN_TTL: '10s' };
  await using gateway = await bootAuthApp({ env, hasher: createFakeHasher() });
  let tokens: { accessToken: string; refreshToken: string } = await signUp(gateway);
  for (let n = 0; n < 3; n += 1) {
    await gateway.clock.advance(3_000);
    tokens = await rotate(gateway, tokens.refreshToken);
  }
  expect((await gateway.get('/v1/me', tokens.accessToken)).statusCode).toBe(200);
  await gateway.clock.advance(1_000);
  expect((await gateway.get('/v1/me', tokens.accessToken)).statusCode).toBe(401);
  expect((await refresh(gateway, tokens.refreshToken)).statusCode).toBe(401);
});
