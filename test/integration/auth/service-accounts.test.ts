import { expect, test } from 'vitest';
import { bootAdminApp } from '../../support/admin-app.ts';
import { signUp } from '../../support/auth-app.ts';

const UNKNOWN = '00000000-0000-4000-8000-000000000000';

test('an administrator creates a service account; its secret is shown once, not stored', async () => {
  await using gateway = await bootAdminApp();
  const { call, adminToken } = gateway;
  const body = { name: ' nightly ', scopes: ['deploy', 'read', 'read'] };
  const made = await call('POST', '/v1/service-accounts', adminToken, body);
  expect(made.statusCode).toBe(201);
  const { secret, ...account } = made.json();
  expect(secret).toMatch(/^qgs_[\w-]{43}$/);
  expect(account).toEqual({
    id: expect.any(String),
    name: 'nightly',
    scopes: ['read', 'deploy'],
    createdAt: '2023-11-14T22:13:20.000Z',
    secrets: [
      { id: expect.any(String), createdAt: '2023-11-14T22:13:20.000Z', lastUsedAt: null, expiresAt: null },
    ],
  });

  const listed = await call('GET', '/v1/service-accounts', adminToken);
  expect(listed.json()).toMatchObject({ serviceAccounts: [account], pageInfo: { hasNextPage: false } });
  const read = await call('GET', `/v1/service-accounts/${account.id}`, adminToken);
  expect(read.json()).toEqual(account);

  const rows = await gateway.store.db.selectFrom('serviceSecrets').selectAll().execute();
  expect(JSON.stringify(rows)).not.toContain(secret.slice(4));
  expect(gateway.logLines.join('\n')).not.toContain(secret.slice(4));
});

test('a service account can own things, and has no e-mail, password or role', async () => {
  await using gateway = await bootAdminApp();
  const service = await gateway.createService(['read', 'act_as']);
  const me = await gateway.get('/v1/me', await gateway.tokenOf(service));
  expect(me.json()).toEqual({
    id: service.id,
    email: null,
    name: 'nightly',
    roles: [],
    scopes: ['read', 'act_as'],
    actor: null,
  });
});

test('only administrators manage service accounts, and only in person', async () => {
  await using gateway = await bootAdminApp();
  const { call, adminToken, tokenOf } = gateway;
  const { accessToken: user } = await signUp(gateway);
  const service = await gateway.createService(['read', 'write', 'deploy', 'act_as']);
  const { id: adminId } = (await gateway.get('/v1/me', adminToken)).json();
  const asAdmin = await tokenOf(service, { requested_subject: adminId });
  expect((await gateway.get('/v1/me', asAdmin)).json()).toMatchObject({ id: adminId });

  const path = `/v1/service-accounts/${service.id}`;
  for (const token of [user, await tokenOf(service), asAdmin]) {
    const body = { name: 'x', scopes: ['read'] };
    const answers = [
      await call('POST', '/v1/service-accounts', token, body),
      await call('GET', '/v1/service-accounts', token),
      await call('GET', path, token),
      await call('DELETE', path, token),
      await call('POST', `${path}/secrets`, token),
      await call('DELETE', `${path}/secrets/${service.secrets[0]?.id}`, token),
      await call('GET', '/v1/audit', token),
    ];
    expect(answers.map((answer) => answer.json().code)).toEqual(Array(7).fill('FORBIDDEN'));
  }
  expect((await call('GET', '/v1/audit', user)).json().detail).toContain('role admin');
});

test('a service account cannot manage passwords or sessions, also not for a user', async () => {
  await using gateway = await bootAdminApp();
  const { call, tokenOf } = gateway;
  const { accessToken, password } = await signUp(gateway);
  const { id } = (await gateway.get('/v1/me', accessToken)).json();
  const service = await gateway.createService(['read', 'write', 'deploy', 'act_as']);
  for (const token of [await tokenOf(service), await tokenOf(service, { requested_subject: id })]) {
    const change = { currentPassword: password, newPassword: 'another password' };
    const answers = [
      await call('POST', '/v1/me/password', token, change),
      await call('GET', '/v1/sessions', token),
      await call('DELETE', '/v1/sessions', token),
      await call('POST', '/v1/auth/logout', token),
    ];
    expect(answers.map((answer) => answer.statusCode)).toEqual([403, 403, 403, 403]);
  }
  expect((await gateway.get('/v1/me', accessToken)).statusCode).toBe(200);
});

test('two secrets are valid at a time, and deleting one ends the tokens it got', async () => {
  await using gateway = await bootAdminApp();
  const { call, adminToken, tokenOf, askToken } = gateway;
  const service = await gateway.createService(['read']);
  const path = `/v1/service-accounts/${service.id}`;
  const oldToken = await tokenOf(service);

  await gateway.clock.advance(60_000);
  const added = await call('POST', `${path}/secrets`, adminToken);
  expect(added.statusCode).toBe(201);
  expect(added.json().secret).toMatch(/^qgs_/);
  expect((await call('POST', `${path}/secrets`, adminToken)).json().code).toBe('CONFLICT');
  const newToken = await tokenOf({ ...service, secret: added.json().secret });
  const { secrets } = (await call('GET', path, adminToken)).json();
  expect(secrets).toMatchObject([
    { id: service.secrets[0]?.id, lastUsedAt: '2023-11-14T22:13:20.000Z' },
    { id: added.json().id, lastUsedAt: '2023-11-14T22:14:20.000Z' },
  ]);

  expect((await call('DELETE', `${path}/secrets/${secrets[0].id}`, adminToken)).statusCode).toBe(204);
  expect((await call('DELETE', `${path}/secrets/${secrets[0].id}`, adminToken)).statusCode).toBe(404);
  const refused = { grant_type: 'client_credentials', client_id: service.id, client_secret: service.secret };
  expect((await askToken(refused)).statusCode).toBe(401);
  expect((await gateway.get('/v1/me', oldToken)).statusCode).toBe(401);
  expect((await gateway.get('/v1/me', newToken)).statusCode).toBe(200);
});

test('deleting a service account ends its tokens, those for users too', async () => {
  await using gateway = await bootAdminApp();
  const { call, adminToken, tokenOf } = gateway;
  const { accessToken } = await signUp(gateway);
  const { id } = (await gateway.get('/v1/me', accessToken)).json();
  const service = await gateway.createService(['read', 'act_as']);
  const other = await tokenOf(await gateway.createService(['read']));
  const own = await tokenOf(service);
  const delegated = await tokenOf(service, { requested_subject: id });
  expect((await gateway.get('/v1/me', delegated)).json()).toMatchObject({
    id,
    email: 'ada@example.com',
    scopes: ['read'],
    actor: { id: service.id, name: 'nightly' },
  });

  const received: string[] = [];
  gateway.sessions.onRevoked(({ sessionId }) => received.push(sessionId));
  expect((await call('DELETE', `/v1/service-accounts/${service.id}`, adminToken)).statusCode).toBe(204);
  expect(received).toEqual([service.secrets[0]?.id]);
  for (const token of [own, delegated]) expect((await gateway.get('/v1/me', token)).statusCode).toBe(401);
  for (const token of [accessToken, other]) expect((await gateway.get('/v1/me', token)).statusCode).toBe(200);
  expect((await call('GET', `/v1/service-accounts/${service.id}`, adminToken)).statusCode).toBe(404);
});

test('an unknown account is a 404, and wrong or unknown fields are named', async () => {
  await using gateway = await bootAdminApp();
  const { call, adminToken } = gateway;
  const path = `/v1/service-accounts/${UNKNOWN}`;
  const answers = [
    await call('GET', path, adminToken),
    await call('DELETE', path, adminToken),
    await call('POST', `${path}/secrets`, adminToken),
    await call('DELETE', `${path}/secrets/${UNKNOWN}`, adminToken),
  ];
  expect(answers.map((answer) => answer.statusCode)).toEqual([404, 404, 404, 404]);

  const body = { name: '', scopes: ['admin'], owner: 'me' };
  const refused = await call('POST', '/v1/service-accounts', adminToken, body);
  expect(refused.statusCode).toBe(400);
  const paths = refused.json().fields.map(({ path }: { path: string }) => path);
  expect(paths.sort()).toEqual(['name', 'owner', 'scopes.0']);
});

test('a service account cannot sign in as a person', async () => {
  await using gateway = await bootAdminApp();
  const service = await gateway.createService(['read']);
  const tries = [
    { email: 'nightly@example.com', password: service.secret },
    { email: 'null@example.com', password: '' },
  ];
  for (const body of tries) expect((await gateway.post('/v1/auth/login', body)).statusCode).toBe(401);
});
