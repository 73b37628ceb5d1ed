import { expect, test } from 'vitest';
import { ADMIN, bootAdminApp } from '../../support/admin-app.ts';
import { signUp } from '../../support/auth-app.ts';

const UNKNOWN = '00000000-0000-4000-8000-000000000000';
const PASSWORD = 'correct horse battery';

async function bootWithUsers(env: Record<string, string> = {}) {
  const gateway = await bootAdminApp({ env });
  const { call, adminToken } = gateway;
  const asAdmin = (method: Parameters<typeof call>[0], path: string, body?: object) =>
    call(method, `/v1/users${path}`, adminToken, body);
  const login = (email: string, password = PASSWORD) => gateway.post('/v1/auth/login', { email, password });
  const { id: adminId } = (await gateway.get('/v1/me', adminToken)).json();
  return Object.assign(gateway, { asAdmin, login, adminId: adminId as string });
}

test('an administrator adds a user while registration is closed; the user sets a password and signs in', async () => {
  await using gateway = await bootWithUsers({ REGISTRATION: 'closed' });
  const { asAdmin, login, post } = gateway;
  const refused = await post('/v1/auth/register', { email: 'eve@example.com', password: PASSWORD });
  expect([refused.statusCode, refused.json().code]).toEqual([403, 'FORBIDDEN']);

  const made = await asAdmin('POST', '', { email: ' Grace@Example.com ' });
  expect(made.statusCode).toBe(201);
  const { user, resetToken, expiresAt } = made.json();
  expect(user).toEqual({
    id: expect.any(String),
    email: 'grace@example.com',
    roles: ['user'],
    isDisabled: false,
    createdAt: '2023-11-14T22:13:20.000Z',
    outside: null,
  });
  expect([resetToken, expiresAt]).toEqual([
    expect.stringMatching(/^qgp_[\w-]{43}$/),
    '2023-11-14T23:13:20.000Z',
  ]);
  expect((await login('grace@example.com')).statusCode).toBe(401);

  const easy = await post('/v1/auth/password-reset', { resetToken, newPassword: 'password123' });
  expect([easy.statusCode, easy.json().fields[0].path]).toEqual([400, 'newPassword']);
  expect((await post('/v1/auth/password-reset', { resetToken, newPassword: PASSWORD })).statusCode).toBe(204);
  expect((await login('grace@example.com')).statusCode).toBe(200);
  expect(gateway.logLines.join('\n')).not.toContain(resetToken.slice(4));
});

test('a user who is added with a password signs in with it, and gets the roles that were named', async () => {
  await using gateway = await bootWithUsers();
  const { asAdmin, login } = gateway;
  const body = { email: 'grace@example.com', password: PASSWORD, roles: ['admin', 'user', 'admin'] };
  const made = await asAdmin('POST', '', body);
  expect(made.json()).toEqual({ user: expect.objectContaining({ roles: ['user', 'admin'] }) });
  const { accessToken } = (await login('grace@example.com')).json();
  expect((await gateway.call('GET', '/v1/users', accessToken)).statusCode).toBe(200);

  const answers = [
    await asAdmin('POST', '', body),
    await asAdmin('POST', '', { email: 'x@example.com', password: 'password123' }),
    await asAdmin('POST', '', { email: 'x@example.com', roles: [] }),
    await asAdmin('POST', '', { email: 'x@example.com', roles: ['root'] }),
  ];
  expect(answers.map((answer) => answer.json().code)).toEqual([
    'CONFLICT',
    ...Array(3).fill('BAD_USER_INPUT'),
  ]);
});

test('users are listed oldest first, in pages, and found by e-mail; service accounts are not among them', async () => {
  await using gateway = await bootWithUsers();
  const { asAdmin, clock } = gateway;
  await gateway.createService(['read']);
  for (const name of ['b', 'a', 'c']) {
    await clock.advance(1_000);
    await asAdmin('POST', '', { email: `${name}@example.com`, password: PASSWORD });
  }
  const emails: string[] = [];
  for (let after = ''; ; ) {
    const { users, pageInfo } = (await asAdmin('GET', `?first=3${after}`)).json();
    emails.push(...users.map(({ email }: { email: string }) => email));
    if (!pageInfo.hasNextPage) break;
    after = `&after=${pageInfo.endCursor}`;
  }
  expect(emails).toEqual([ADMIN.email, 'b@example.com', 'a@example.com', 'c@example.com']);
  const found = (await asAdmin('GET', '?email=A@example.com')).json();
  expect(found.users).toMatchObject([{ email: 'a@example.com' }]);
  expect((await asAdmin('GET', '?email=nobody@example.com')).json().users).toEqual([]);
  const [{ id }] = found.users;
  expect((await asAdmin('GET', `/${id}`)).json()).toEqual({ user: found.users[0] });
  expect((await asAdmin('GET', `/${UNKNOWN}`)).json().code).toBe('NOT_FOUND');
});

test('a reset token serves once, for an hour, only the newest one, and ends all sessions', async () => {
  await using gateway = await bootWithUsers();
  const { asAdmin, login, post, clock } = gateway;
  const ada = await signUp(gateway);
  const { id } = (await gateway.get('/v1/me', ada.accessToken)).json();
  const issue = async (): Promise<string> =>
    (await asAdmin('POST', `/${id}/password-reset`)).json().resetToken;
  const redeem = async (resetToken: string) =>
    (await post('/v1/auth/password-reset', { resetToken, newPassword: 'another horse battery' })).statusCode;

  const old = await issue();
  await issue();
  expect(await redeem(old)).toBe(401);
  expect(await redeem('qgp_guessed')).toBe(401);
  const signedIn = (await login(ada.email)).json();
  const resetToken = await issue();
  const both = await Promise.all([redeem(resetToken), redeem(resetToken)]);
  expect(both.toSorted()).toEqual([204, 401]);
  expect((await gateway.get('/v1/me', signedIn.accessToken)).statusCode).toBe(401);
  expect((await post('/v1/auth/refresh', { refreshToken: signedIn.refreshToken })).statusCode).toBe(401);
  expect((await login(ada.email)).statusCode).toBe(401);
  expect((await login(ada.email, 'another horse battery')).statusCode).toBe(200);
  expect((await asAdmin('POST', `/${UNKNOWN}/password-reset`)).statusCode).toBe(404);

  const late = await issue();
  await clock.advance(3_600_000);
  expect(await redeem(late)).toBe(401);
});

test('a disabled user is told so by the right password only; tokens, refresh and services end at once', async () => {
  await using gateway = await bootWithUsers();
  const { asAdmin, login, post } = gateway;
  const ada = await signUp(gateway);
  const { id } = (await gateway.get('/v1/me', ada.accessToken)).json();
  const service = await gateway.createService(['read', 'act_as']);
  const acting = await gateway.tokenOf(service, { requested_subject: ada.email.toUpperCase() });
  expect((await gateway.get('/v1/me', acting)).json()).toMatchObject({ id, actor: { id: service.id } });

  const changed = await asAdmin('PATCH', `/${id}`, { isDisabled: true });
  expect(changed.json()).toMatchObject({ user: { id, isDisabled: true } });
  for (const token of [ada.accessToken, acting])
    expect((await gateway.get('/v1/me', token)).statusCode).toBe(401);
  expect((await post('/v1/auth/refresh', { refreshToken: ada.refreshToken })).statusCode).toBe(401);
  const [right, wrong, unknown] = [
    await login(ada.email),
    await login(ada.email, 'wrong horse battery'),
    await login('nobody@example.com'),
  ];
  expect([right.statusCode, right.json().code]).toEqual([403, 'FORBIDDEN']);
  const { requestId: _one, ...wrongAnswer } = wrong.json();
  const { requestId: _other, ...unknownAnswer } = unknown.json();
  expect(wrongAnswer).toEqual(unknownAnswer);
  await expect(gateway.tokenOf(service, { requested_subject: id })).rejects.toThrow('is disabled');

  await asAdmin('PATCH', `/${id}`, { isDisabled: false });
  expect((await gateway.get('/v1/me', ada.accessToken)).statusCode).toBe(401);
  const again = (await login(ada.email)).json();
  expect((await gateway.get('/v1/me', again.accessToken)).statusCode).toBe(200);
});

test('a role that is given or taken holds for tokens that are out', async () => {
  await using gateway = await bootWithUsers();
  const { asAdmin, call } = gateway;
  const ada = await signUp(gateway);
  const { id } = (await gateway.get('/v1/me', ada.accessToken)).json();
  const tries = async () => (await call('GET', '/v1/users', ada.accessToken)).statusCode;
  expect(await tries()).toBe(403);
  await asAdmin('PATCH', `/${id}`, { roles: ['user', 'admin'] });
  expect(await tries()).toBe(200);
  await asAdmin('PATCH', `/${id}`, { roles: ['user'] });
  expect(await tries()).toBe(403);
});

test('service accounts of a disabled administrator end with the account', async () => {
  await using gateway = await bootWithUsers();
  const { asAdmin, call, login } = gateway;
  const made = await asAdmin('POST', '', {
    ...{ email: 'second@example.com', password: PASSWORD, roles: ['user', 'admin'] },
  });
  const { id } = made.json().user;
  const { accessToken } = (await login('second@example.com')).json();
  const service = (
    await call('POST', '/v1/service-accounts', accessToken, { name: 'hers', scopes: ['read'] })
  ).json();
  const token = await gateway.tokenOf(service);
  expect((await gateway.get('/v1/me', token)).statusCode).toBe(200);
  await asAdmin('PATCH', `/${id}`, { isDisabled: true });
  expect((await gateway.get('/v1/me', token)).statusCode).toBe(401);
  await expect(gateway.tokenOf(service)).rejects.toThrow('UNAUTHENTICATED');
  await asAdmin('PATCH', `/${id}`, { isDisabled: false });
  await gateway.tokenOf(service);
});

test('the last administrator can be neither disabled nor demoted; of two at once one stays', async () => {
  await using gateway = await bootWithUsers();
  const { asAdmin, adminId } = gateway;
  for (const change of [{ isDisabled: true }, { roles: ['user'] }]) {
    const answer = await asAdmin('PATCH', `/${adminId}`, change);
    expect([answer.statusCode, answer.json().code]).toEqual([409, 'CONFLICT']);
  }
  const other = await asAdmin('POST', '', {
    ...{ email: 'second@example.com', password: PASSWORD, roles: ['user', 'admin'] },
  });
  const both = await Promise.all([
    asAdmin('PATCH', `/${adminId}`, { roles: ['user'] }),
    asAdmin('PATCH', `/${other.json().user.id}`, { isDisabled: true }),
  ]);
  expect(both.map(({ statusCode }) => statusCode).toSorted()).toEqual([200, 409]);
});

test('an administrator ends all sessions of a user', async () => {
  await using gateway = await bootWithUsers();
  const ada = await signUp(gateway);
  const { id } = (await gateway.get('/v1/me', ada.accessToken)).json();
  expect((await gateway.asAdmin('DELETE', `/${id}/sessions`)).statusCode).toBe(204);
  expect((await gateway.get('/v1/me', ada.accessToken)).statusCode).toBe(401);
  expect((await gateway.asAdmin('DELETE', `/${UNKNOWN}/sessions`)).statusCode).toBe(404);
});

test('every act on a user is in the audit log, with the administrator and without a secret', async () => {
  await using gateway = await bootWithUsers();
  const { asAdmin, post, call, adminToken, adminId } = gateway;
  const made = (await asAdmin('POST', '', { email: 'grace@example.com' })).json();
  const { id } = made.user;
  await post('/v1/auth/password-reset', { resetToken: made.resetToken, newPassword: PASSWORD });
  await gateway.login('grace@example.com');
  await asAdmin('DELETE', `/${id}/sessions`);
  await asAdmin('POST', `/${id}/password-reset`);
  await asAdmin('PATCH', `/${id}`, { isDisabled: true });
  await asAdmin('PATCH', `/${id}`, { isDisabled: true });
  await asAdmin('PATCH', `/${id}`, { isDisabled: false, roles: ['user', 'admin'] });
  const { nodes } = (await call('GET', '/v1/audit', adminToken)).json();
  const acts = nodes.slice(0, -1).toReversed();
  expect(acts.map(({ act }: { act: string }) => act)).toEqual([
    ...['USER_CREATE', 'PASSWORD_RESET', 'SIGN_IN', 'SESSION_END', 'PASSWORD_RESET_ISSUE'],
    ...['USER_DISABLE', 'USER_ENABLE', 'USER_ROLES_CHANGE'],
  ]);
  expect(acts[0]).toMatchObject({ actor: { id: adminId, name: ADMIN.email }, subjects: { userId: id } });
  expect(acts[1]).toMatchObject({ actor: { id, name: 'grace@example.com' } });
  expect(acts[3]).toMatchObject({ actor: { id: adminId }, onBehalfOf: { id } });
  expect(JSON.stringify(nodes)).not.toContain('qgp_');

  const filtered = async (query: string) =>
    (await call('GET', `/v1/audit?${query}`, adminToken)).json().nodes.map(({ act }: { act: string }) => act);
  expect(await filtered('act=USER_DISABLE')).toEqual(['USER_DISABLE']);
  expect(await filtered(`principalId=${id}`)).toEqual(
    nodes
      .filter(({ actor, onBehalfOf }: Record<string, { id: string } | null>) =>
        [actor?.id, onBehalfOf?.id].includes(id),
      )
      .map(({ act }: { act: string }) => act),
  );
  expect(await filtered(`principalId=${id}&act=SIGN_IN&first=1`)).toEqual(['SIGN_IN']);
  expect((await call('GET', '/v1/audit?act=NOTHING', adminToken)).json().code).toBe('BAD_USER_INPUT');
});

test('a secret that expires takes its tokens with it, and makes room for another', async () => {
  await using gateway = await bootWithUsers();
  const { call, adminToken, clock } = gateway;
  const create = (expiresAt: string) =>
    call('POST', '/v1/service-accounts', adminToken, { name: 'brief', scopes: ['read'], expiresAt });
  expect((await create('2023-11-14T22:13:20Z')).json().fields[0].path).toBe('expiresAt');
  const service = (await create('2023-11-14T22:15:20Z')).json();
  expect(service.secrets).toMatchObject([{ expiresAt: '2023-11-14T22:15:20.000Z' }]);
  const answer = await gateway.askToken({
    ...{ grant_type: 'client_credentials', client_id: service.id, client_secret: service.secret },
  });
  expect(answer.json().expires_in).toBe(120);
  const token = answer.json().access_token;
  const path = `/v1/service-accounts/${service.id}/secrets`;
  const lasting = await call('POST', path, adminToken, {});
  expect(lasting.json()).toMatchObject({ expiresAt: null });
  expect((await call('POST', path, adminToken)).statusCode).toBe(409);

  await clock.advance(120_000);
  expect((await gateway.get('/v1/me', token)).statusCode).toBe(401);
  await expect(gateway.tokenOf(service)).rejects.toThrow('UNAUTHENTICATED');
  const { accessToken } = (await gateway.login(ADMIN.email, ADMIN.password)).json();
  const third = await call('POST', path, accessToken, { expiresAt: '2024-11-14T22:15:20+01:00' });
  expect([third.statusCode, third.json().expiresAt]).toEqual([201, '2024-11-14T21:15:20.000Z']);
});
