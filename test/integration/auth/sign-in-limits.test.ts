import { expect, test } from 'vitest';
import { type AuthApp, bearer, bootAuthApp, createFakeHasher, signUp } from '../../support/auth-app.ts';

const ADA = { email: 'ada@example.com', password: 'correct horse battery' };
const HOME = '198.51.100.7';

function boot(env: Record<string, string> = {}) {
  return bootAuthApp({ env: { LOGIN_RATE: '2/1m', ...env }, hasher: createFakeHasher() });
}

async function signIn(gateway: AuthApp, address: string, password = ADA.password): Promise<number> {
  const answer = await gateway.post('/v1/auth/login', { ...ADA, password }, { remoteAddress: address });
  return answer.statusCode;
}

function guess(gateway: AuthApp, address: string): Promise<number> {
  return signIn(gateway, address, 'a wrong guess');
}

/** Strangers use up all tries that the account has from everywhere. */
async function closeAccount(gateway: AuthApp): Promise<void> {
  for (let n = 0; n < 10; n += 1) {
    for (let tries = 0; tries < 3; tries += 1) await guess(gateway, `203.0.113.${n}`);
  }
  expect(await guess(gateway, '203.0.113.99')).toBe(429);
}

async function windowsIn(gateway: AuthApp): Promise<unknown[]> {
  const rows = await gateway.store.db.selectFrom('audit').selectAll().orderBy('id').execute();
  return rows
    .filter(({ act }) => act === 'SIGN_IN_LIMIT')
    .map(({ subjects, address, outcome, onBehalfOfName, actorId }) => ({
      ...JSON.parse(subjects as string),
      ...{ address, outcome, onBehalfOfName, actorId },
    }));
}

test('failed tries from one network lock the account for that network only', async () => {
  await using gateway = await boot();
  await gateway.post('/v1/auth/register', ADA, { remoteAddress: HOME });
  expect([await guess(gateway, '203.0.113.1'), await guess(gateway, '203.0.113.1')]).toEqual([401, 401]);
  expect(await signIn(gateway, '203.0.113.1')).toBe(429);
  expect([await signIn(gateway, HOME), await signIn(gateway, '203.0.113.2')]).toEqual([200, 200]);
});

test('strangers everywhere cannot lock out a user whose account was used from that network lately', async () => {
  await using gateway = await boot();
  await gateway.post('/v1/auth/register', ADA, { remoteAddress: HOME });
  await closeAccount(gateway);
  expect(await signIn(gateway, '192.0.2.1')).toBe(429);
  for (let n = 0; n < 5; n += 1) expect(await signIn(gateway, HOME)).toBe(200);
  expect([await guess(gateway, HOME), await guess(gateway, HOME), await guess(gateway, HOME)]).toEqual([
    401, 401, 429,
  ]);
});

test('a stranger behind the same address cannot use up the tries of a user who was there lately', async () => {
  await using gateway = await boot();
  await gateway.post('/v1/auth/register', ADA, { remoteAddress: HOME });
  const asStranger = (n: number) =>
    gateway.post(
      '/v1/auth/login',
      { email: `u${n}@example.com`, password: 'wrong one' },
      { remoteAddress: HOME },
    );
  for (let n = 0; n < 19; n += 1) expect((await asStranger(n)).statusCode).toBe(401);
  expect((await asStranger(20)).statusCode).toBe(429);
  expect(await signIn(gateway, HOME)).toBe(200);
});

test('a sign-in or a refresh makes its network known; 30 days without one make it unknown', async () => {
  await using gateway = await boot();
  const { refreshToken } = await signUp(gateway);
  expect(await signIn(gateway, HOME)).toBe(200);
  const remoteAddress = '198.51.100.8';
  expect((await gateway.post('/v1/auth/refresh', { refreshToken }, { remoteAddress })).statusCode).toBe(200);
  await closeAccount(gateway);
  expect([await signIn(gateway, HOME), await signIn(gateway, remoteAddress)]).toEqual([200, 200]);

  gateway.clock.set(gateway.clock.now() + 30 * 86_400_000);
  await gateway.clock.advance(60_000);
  await closeAccount(gateway);
  expect([await signIn(gateway, HOME), await signIn(gateway, remoteAddress)]).toEqual([429, 429]);
});

test('of the networks of an account the 20 used last are known, and none when it is erased', async () => {
  await using gateway = await boot();
  await gateway.post('/v1/auth/register', ADA);
  for (let n = 0; n < 25; n += 1) {
    await gateway.clock.advance(60_000);
    expect(await signIn(gateway, `10.0.0.${n}`)).toBe(200);
  }
  const networks = () => gateway.store.db.selectFrom('userNetworks').select('network').execute();
  expect((await networks()).map(({ network }) => network).toSorted()).toEqual(
    Array.from({ length: 20 }, (_, n) => `10.0.0.${n + 5}`).toSorted(),
  );
  await gateway.store.db.deleteFrom('users').execute();
  expect(await networks()).toEqual([]);
});

test('successful sign-ins count too: ten times the rate for one account and network', async () => {
  await using gateway = await boot();
  await gateway.post('/v1/auth/register', ADA, { remoteAddress: HOME });
  const statuses: number[] = [];
  for (let n = 0; n < 22; n += 1) statuses.push(await signIn(gateway, HOME));
  expect(statuses).toEqual([...Array(20).fill(200), 429, 429]);
  await gateway.clock.advance(60_000);
  expect(await signIn(gateway, HOME)).toBe(200);
});

test('a try beyond the limit is refused before a password is hashed', async () => {
  const hasher = createFakeHasher();
  await using gateway = await bootAuthApp({ env: { LOGIN_RATE: '2/1m' }, hasher });
  await gateway.post('/v1/auth/register', ADA);
  hasher.calls.verify = 0;
  for (let n = 0; n < 5; n += 1) await guess(gateway, HOME);
  expect(hasher.calls.verify).toBe(2);
});

test('guesses at a password change count by session; those of others do not keep its user from it', async () => {
  await using gateway = await boot();
  const { email, password, accessToken } = await signUp(gateway);
  const other = (await gateway.post('/v1/auth/login', { email, password })).json();
  await closeAccount(gateway);
  const change = (token: string, currentPassword: string) =>
    gateway.post(
      '/v1/me/password',
      { currentPassword, newPassword: 'a new one' },
      { headers: bearer(token) },
    );
  for (let n = 0; n < 2; n += 1)
    expect((await change(other.accessToken, 'a wrong guess')).statusCode).toBe(400);
  expect((await change(other.accessToken, password)).statusCode).toBe(429);
  expect((await change(accessToken, password)).statusCode).toBe(204);
});

test('the refreshes of a session are limited, and those of another are not affected', async () => {
  await using gateway = await boot({ LOGIN_RATE: '10/1m' });
  let { refreshToken } = await signUp(gateway);
  const other = await signUp(gateway);
  const refresh = (token: string) => gateway.post('/v1/auth/refresh', { refreshToken: token });
  for (let n = 0; n < 100; n += 1) refreshToken = (await refresh(refreshToken)).json().refreshToken;
  const refused = await refresh(refreshToken);
  expect(refused.statusCode).toBe(429);
  expect(refused.headers['retry-after']).toBe('60');
  expect((await refresh(other.refreshToken)).statusCode).toBe(200);
  await gateway.clock.advance(60_000);
  expect((await refresh(refreshToken)).statusCode).toBe(200);
});

test('a window that closes is one row of the audit log, not one for each try', async () => {
  await using gateway = await boot();
  await gateway.post('/v1/auth/register', ADA, { remoteAddress: HOME });
  for (let n = 0; n < 6; n += 1) await guess(gateway, '203.0.113.98');
  const row = { outcome: 'RATE_LIMITED', onBehalfOfName: ADA.email, actorId: null };
  expect(await windowsIn(gateway)).toEqual([{ window: 'network', address: '203.0.113.98', ...row }]);

  await gateway.clock.advance(60_000);
  await closeAccount(gateway);
  const closed = (await windowsIn(gateway)).slice(1);
  expect(closed).toHaveLength(11);
  expect(closed.at(-1)).toEqual({ window: 'account', address: '203.0.113.99', ...row });
});

test('networks that wait to be hashed are served in turn, however many wait in one of them', async () => {
  const order: string[] = [];
  const gate = Promise.withResolvers<void>();
  const hasher = {
    ...createFakeHasher(),
    verify: async (_stored: string, password: string) => {
      order.push(password);
      await gate.promise;
      return false;
    },
  };
  await using gateway = await bootAuthApp({ env: { LOGIN_RATE: '100/1m' }, hasher });
  const signInFrom = async (address: string) =>
    gateway.post('/v1/auth/login', { ...ADA, password: address }, { remoteAddress: address });
  const flood = Array.from({ length: 22 }, () => signInFrom('203.0.113.1'));
  await expect.poll(() => order.length).toBe(2);
  const neighbor = signInFrom(HOME);
  // It came after the neighbor, and is refused as its own network fills the line: the neighbor is in it.
  const beyond = await signInFrom('203.0.113.1');
  expect([beyond.statusCode, beyond.json().retryAfter]).toEqual([429, 1]);
  gate.resolve();
  expect((await neighbor).statusCode).toBe(401);
  await Promise.all(flood);
  expect(order.indexOf(HOME)).toBeLessThan(5);
});
