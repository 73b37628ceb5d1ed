import { expect, test } from 'vitest';
import { argon2Hasher } from '../../../src/auth/hasher.ts';
import { findUserByEmail } from '../../../src/store/identity/users.ts';
import { bearer, bootAuthApp, createFakeHasher, signUp } from '../../support/auth-app.ts';
import { insertPerson } from '../../support/stores.ts';

const ADA = { email: 'ada@example.com', password: 'correct horse battery' };

test('a user registers, signs in and is known', async () => {
  await using gateway = await bootAuthApp();
  const registered = await gateway.post('/v1/auth/register', ADA);
  expect(registered.statusCode).toBe(201);
  expect(registered.json()).toEqual({
    user: {
      id: expect.any(String),
      email: ADA.email,
      roles: ['user'],
      createdAt: '2023-11-14T22:13:20.000Z',
    },
  });

  const login = await gateway.post('/v1/auth/login', ADA);
  expect(login.statusCode).toBe(200);
  expect(login.json()).toEqual({
    accessToken: expect.any(String),
    tokenType: 'Bearer',
    expiresIn: 600,
    refreshToken: expect.stringMatching(/^qgr_[\w-]{43}$/),
  });

  const me = await gateway.get('/v1/me', login.json().accessToken);
  expect(me.json()).toEqual({
    id: registered.json().user.id,
    email: ADA.email,
    name: ADA.email,
    roles: ['user'],
    scopes: ['read', 'write', 'deploy'],
    actor: null,
  });
});

test('one mailbox is one account in every spelling of its address', async () => {
  await using gateway = await bootAuthApp({ hasher: createFakeHasher() });
  await gateway.post('/v1/auth/register', { ...ADA, email: '  Ada@Example.COM ' });
  const again = await gateway.post('/v1/auth/register', ADA);
  expect(again.statusCode).toBe(409);
  expect(again.json()).toMatchObject({ code: 'CONFLICT' });
  const login = await gateway.post('/v1/auth/login', { ...ADA, email: 'ADA@example.com' });
  expect(login.statusCode).toBe(200);
});

test('of two simultaneous registrations one wins', async () => {
  await using gateway = await bootAuthApp({ hasher: createFakeHasher() });
  const answers = await Promise.all(Array.from({ length: 8 }, () => gateway.post('/v1/auth/register', ADA)));
  expect(answers.map((answer) => answer.statusCode).sort()).toEqual([201, ...Array(7).fill(409)]);
});

test('an unknown account and a wrong password get equal answers for equal work', async () => {
  const hasher = createFakeHasher();
  await using gateway = await bootAuthApp({ hasher });
  await gateway.post('/v1/auth/register', ADA);

  const work = async (email: string) => {
    const before = { ...hasher.calls };
    const response = await gateway.post('/v1/auth/login', { email, password: 'not the password' });
    const { requestId, ...body } = response.json();
    expect(requestId).toEqual(expect.any(String));
    const headers = { ...response.headers, date: '', 'x-request-id': '' };
    const cost = { hash: hasher.calls.hash - before.hash, verify: hasher.calls.verify - before.verify };
    return { status: response.statusCode, body, headers, cost };
  };
  const known = await work(ADA.email);
  const unknown = await work('nobody@example.com');
  expect(known).toEqual(unknown);
  expect(known).toMatchObject({
    status: 401,
    body: { code: 'UNAUTHENTICATED' },
    cost: { hash: 0, verify: 1 },
  });
});

test('the dummy hash of unknown accounts costs as much as a real one', async () => {
  const seen: string[] = [];
  const hasher = {
    ...argon2Hasher,
    verify: (stored: string, password: string) => {
      seen.push(stored);
      return argon2Hasher.verify(stored, password);
    },
  };
  await using gateway = await bootAuthApp({ hasher });
  await gateway.post('/v1/auth/login', ADA);
  expect(seen).toEqual([expect.stringMatching(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)]);
});

test('a hash with weaker parameters is replaced at the next sign-in', async () => {
  const hasher = { ...createFakeHasher(), isOutdated: (stored: string) => stored.startsWith('fake$') };
  await using gateway = await bootAuthApp({ hasher });
  await gateway.post('/v1/auth/register', ADA);
  hasher.hash = async () => 'stronger';
  expect((await gateway.post('/v1/auth/login', { ...ADA, password: 'wrong password' })).statusCode).toBe(401);
  expect((await findUserByEmail(gateway.store.db, ADA.email))?.passwordHash).not.toBe('stronger');
  expect((await gateway.post('/v1/auth/login', ADA)).statusCode).toBe(200);
  expect((await findUserByEmail(gateway.store.db, ADA.email))?.passwordHash).toBe('stronger');
});

test("ten failed tries lock an account's sign-in for the rest of the minute", async () => {
  await using gateway = await bootAuthApp({ hasher: createFakeHasher() });
  await gateway.post('/v1/auth/register', ADA);
  const guess = () => gateway.post('/v1/auth/login', { ...ADA, password: 'a wrong guess' });
  for (let tries = 0; tries < 10; tries++) expect((await guess()).statusCode).toBe(401);

  await gateway.clock.advance(15_000);
  const refused = await guess();
  expect(refused.statusCode).toBe(429);
  expect(refused.headers['retry-after']).toBe('45');
  expect(refused.json()).toMatchObject({ code: 'RATE_LIMITED', retryAfter: 45 });
  expect((await gateway.post('/v1/auth/login', ADA)).statusCode).toBe(429);

  await gateway.clock.advance(45_000);
  expect((await gateway.post('/v1/auth/login', ADA)).statusCode).toBe(200);
});

test('simultaneous guesses are not checked beyond the limit', async () => {
  const { promise: allHaveArrived, resolve: letJudge } = Promise.withResolvers<void>();
  let judged = 0;
  const hasher = {
    ...createFakeHasher(),
    verify: async () => {
      judged += 1;
      await allHaveArrived;
      return false;
    },
  };
  await using gateway = await bootAuthApp({ hasher });
  const guesses = Array.from({ length: 22 }, () => gateway.post('/v1/auth/login', ADA));
  await gateway.clock.advance(0);
  letJudge();
  const statuses = (await Promise.all(guesses)).map((guess) => guess.statusCode).sort();
  expect(statuses).toEqual([...Array(10).fill(401), ...Array(12).fill(429)]);
  expect(judged).toBe(10);
});

test('a successful sign-in resets the counter of its account', async () => {
  await using gateway = await bootAuthApp({ hasher: createFakeHasher() });
  await gateway.post('/v1/auth/register', ADA);
  for (let round = 0; round < 3; round++) {
    for (let tries = 0; tries < 9; tries++)
      await gateway.post('/v1/auth/login', { ...ADA, password: 'wrong one' });
    expect((await gateway.post('/v1/auth/login', ADA)).statusCode).toBe(200);
  }
});

test('an address may fail ten times as often, over all accounts and registrations', async () => {
  await using gateway = await bootAuthApp({ env: { LOGIN_RATE: '2/1m' }, hasher: createFakeHasher() });
  const from = (remoteAddress: string) => ({ remoteAddress });
  const register = (name: number, address: string) =>
    gateway.post('/v1/auth/register', { ...ADA, email: `u${name}@example.com` }, from(address));
  const guess = (name: number, address: string) =>
    gateway.post('/v1/auth/login', { email: `u${name}@example.com`, password: 'wrong one' }, from(address));

  for (let name = 0; name < 10; name++) expect((await register(name, '10.0.0.1')).statusCode).toBe(201);
  for (let name = 0; name < 10; name++) expect((await guess(name, '10.0.0.1')).statusCode).toBe(401);
  expect((await guess(10, '10.0.0.1')).statusCode).toBe(429);
  expect((await register(11, '10.0.0.1')).statusCode).toBe(429);
  expect((await guess(10, '10.0.0.2')).statusCode).toBe(401);
});

test('a forged X-Forwarded-For does not change the counted address', async () => {
  await using gateway = await bootAuthApp({ env: { LOGIN_RATE: '1/1m' }, hasher: createFakeHasher() });
  const guess = (n: number) =>
    gateway.post(
      '/v1/auth/login',
      { email: `u${n}@example.com`, password: 'wrong one' },
      { headers: { 'x-forwarded-for': `10.1.1.${n}` } },
    );
  for (let n = 0; n < 10; n++) expect((await guess(n)).statusCode).toBe(401);
  expect((await guess(10)).statusCode).toBe(429);
});

test('the proxies of TRUST_PROXY are trusted', async () => {
  const env = { LOGIN_RATE: '1/1m', TRUST_PROXY: '127.0.0.1' };
  await using gateway = await bootAuthApp({ env, hasher: createFakeHasher() });
  for (let n = 0; n < 12; n++) {
    const headers = { 'x-forwarded-for': `10.1.1.${n}` };
    const body = { email: `u${n}@example.com`, password: 'wrong one' };
    expect((await gateway.post('/v1/auth/login', body, { headers })).statusCode).toBe(401);
  }
});

test('of a flood of sign-ins two hashes run, twenty wait, and the rest are refused', async () => {
  let running = 0;
  let most = 0;
  const gate = Promise.withResolvers<void>();
  const hasher = {
    ...createFakeHasher(),
    verify: async () => {
      running += 1;
      most = Math.max(most, running);
      await gate.promise;
      running -= 1;
      return false;
    },
  };
  await using gateway = await bootAuthApp({ hasher });
  let refused = 0;
  const tries = Array.from({ length: 60 }, async (_, n) => {
    const body = { email: `u${n}@example.com`, password: 'wrong one' };
    const answer = await gateway.post('/v1/auth/login', body);
    if (answer.statusCode === 429) refused += 1;
    if (refused === 38) gate.resolve();
    return answer;
  });
  const statuses = (await Promise.all(tries)).map((answer) => answer.statusCode);
  expect(most).toBe(2);
  expect(statuses.filter((status) => status === 401)).toHaveLength(22);
  expect(statuses.filter((status) => status === 429)).toHaveLength(38);
});

test('passwords have 8 to 128 characters', async () => {
  await using gateway = await bootAuthApp({ hasher: createFakeHasher() });
  const register = (password: string) => gateway.post('/v1/auth/register', { ...ADA, password });
  for (const password of ['x'.repeat(7), 'x'.repeat(129)]) {
    const refused = await register(password);
    expect(refused.statusCode).toBe(400);
    expect(refused.json().fields).toEqual([{ path: 'password', message: 'must have 8 to 128 characters' }]);
    expect(refused.body).not.toContain(password);
  }
  expect((await register('x'.repeat(8))).statusCode).toBe(201);
});

test('closed registration refuses a new user', async () => {
  await using gateway = await bootAuthApp({ env: { REGISTRATION: 'closed' }, hasher: createFakeHasher() });
  const refused = await gateway.post('/v1/auth/register', ADA);
  expect(refused.statusCode).toBe(403);
  expect(refused.json()).toMatchObject({ code: 'FORBIDDEN' });
});

test('the first administrator is created once and keeps the password', async () => {
  const env = { ADMIN_EMAIL: 'Root@example.com', ADMIN_PASSWORD: 'correct horse battery' };
  await using gateway = await bootAuthApp({ env, hasher: createFakeHasher() });
  await gateway.accounts.ensureAdmin();
  await gateway.accounts.ensureAdmin();
  const login = await gateway.post('/v1/auth/login', { ...ADA, email: 'root@example.com' });
  const me = await gateway.get('/v1/me', login.json().accessToken);
  expect(me.json()).toMatchObject({ email: 'root@example.com', roles: ['user', 'admin'] });
});

test('registering the address of ADMIN_EMAIL first makes no administrator', async () => {
  const env = { ADMIN_EMAIL: ADA.email, ADMIN_PASSWORD: 'another password' };
  await using gateway = await bootAuthApp({ env, hasher: createFakeHasher() });
  await insertPerson(gateway.store.db, 'squatter', { email: ADA.email });
  await expect(gateway.accounts.ensureAdmin()).rejects.toThrow(
    /^ADMIN_EMAIL belongs to a user .* made at 1970-01-01T00:00:00.001Z: erase that account with `quantgate users delete/,
  );
  expect(await findUserByEmail(gateway.store.db, ADA.email)).toMatchObject({ roles: ['user'] });
});

test('nobody can register the address of ADMIN_EMAIL, also while there is no administrator', async () => {
  const env = { ADMIN_EMAIL: ADA.email, ADMIN_PASSWORD: 'another password' };
  await using gateway = await bootAuthApp({ env, hasher: createFakeHasher() });
  const refused = await gateway.post('/v1/auth/register', {
    email: ADA.email,
    password: 'purple monkey dish',
  });
  expect([refused.statusCode, refused.json().code]).toEqual([409, 'CONFLICT']);
  expect(await gateway.accounts.ensureAdmin()).toBe('created');
});

test('no table holds a password or a token', async () => {
  await using gateway = await bootAuthApp();
  const { password, refreshToken, accessToken } = await signUp(gateway);
  const next = await gateway.post('/v1/auth/refresh', { refreshToken });
  const secrets = [password, refreshToken, accessToken, next.json().refreshToken, next.json().accessToken];

  let dump = '';
  for (const { name } of await gateway.store.db.introspection.getTables()) {
    dump += JSON.stringify(
      await gateway.store.db
        .selectFrom(name as 'users')
        .selectAll()
        .execute(),
    );
  }
  expect(dump).toContain(ADA.email);
  for (const secret of secrets) {
    const bytes = Buffer.from(secret.replace(/^qgr_/, ''));
    for (const shape of [secret, bytes.toString(), bytes.toString('hex'), bytes.toString('base64')]) {
      expect(dump).not.toContain(shape);
    }
  }
});

test('signing out without a token, or with a broken header, is a 401', async () => {
  await using gateway = await bootAuthApp({ hasher: createFakeHasher() });
  const { accessToken } = await signUp(gateway);
  const bodies = new Set<string>();
  const invalid = 'Bearer error="invalid_token", error_description="The access token is invalid"';
  for (const [authorization, challenge] of [
    [undefined, 'Bearer'],
    ['', 'Bearer'],
    ['Bearer', 'Bearer'],
    ['Bearer ', 'Bearer'],
    [`Basic ${accessToken}`, 'Bearer'],
    [`Bearer ${accessToken}x`, invalid],
    [accessToken, 'Bearer'],
    [`Bearer ${accessToken} x`, invalid],
  ]) {
    const response = await gateway.post('/v1/auth/logout', undefined, {
      headers: authorization === undefined ? {} : { authorization },
    });
    expect(response.statusCode).toBe(401);
    expect(response.headers['www-authenticate']).toBe(challenge);
    const { requestId: _, ...body } = response.json();
    bodies.add(JSON.stringify(body));
  }
  expect(bodies.size).toBe(1);
  const headers = { authorization: `bearer ${accessToken}` };
  expect((await gateway.post('/v1/auth/logout', undefined, { headers })).statusCode).toBe(204);
  expect(bearer(accessToken).authorization).toContain(accessToken);
});
