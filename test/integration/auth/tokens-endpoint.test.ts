import { sign as signBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { type AdminApp, bootAdminApp, type CreatedService } from '../../support/admin-app.ts';
import { signUp } from '../../support/auth-app.ts';

const GRANT = { grant_type: 'client_credentials' };
function basic(id: string, secret: string): string {
  return `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`;
}
function inBody({ id, secret }: CreatedService) {
  return { ...GRANT, client_id: id, client_secret: secret };
}
function claimsOf(token: string) {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
}
async function userId(gateway: AdminApp): Promise<string> {
  const { accessToken } = await signUp(gateway);
  return (await gateway.get('/v1/me', accessToken)).json().id;
}

test('a service gets a token by form or JSON, its secret in the header or the body', async () => {
  await using gateway = await bootAdminApp();
  const service = await gateway.createService(['read', 'write']);
  const json = await gateway.post('/v1/auth/token', inBody(service));
  expect(json.statusCode).toBe(200);
  expect(json.headers).toMatchObject({ 'cache-control': 'no-store', pragma: 'no-cache' });
  expect(json.json()).toEqual({
    access_token: expect.any(String),
    token_type: 'Bearer',
    expires_in: 600,
    scope: 'read write',
  });

  const header = basic(service.id, service.secret);
  const answers = [
    await gateway.askToken(inBody(service)),
    await gateway.askToken(GRANT, header),
    await gateway.askToken({ ...GRANT, client_id: service.id }, header),
    await gateway.post('/v1/auth/token', GRANT, { headers: { authorization: header } }),
    // What OAuth clients send besides is ignored, and a parameter without a value is no parameter.
    await gateway.askToken({ ...inBody(service), audience: 'quantgate', scope: '' }),
  ];
  for (const answer of answers) {
    expect(answer.statusCode).toBe(200);
    expect((await gateway.get('/v1/me', answer.json().access_token)).json().id).toBe(service.id);
  }
});

test('the header is decoded as a form: percent signs and pluses', async () => {
  await using gateway = await bootAdminApp();
  const service = await gateway.createService(['read']);
  const everyCharacter = [...service.secret].map((one) => `%${one.charCodeAt(0).toString(16)}`).join('');
  const header = `basic ${Buffer.from(`${service.id}:${everyCharacter}`).toString('base64')}`;
  expect((await gateway.askToken(GRANT, header)).statusCode).toBe(200);
  const withBlank = Buffer.from(`${service.id}:${service.secret}+`).toString('base64');
  expect((await gateway.askToken(GRANT, `Basic ${withBlank}`)).statusCode).toBe(401);
});

test('an unknown client id and a wrong secret are the same invalid_client', async () => {
  await using gateway = await bootAdminApp({ env: { LOGIN_RATE: '100/1m' } });
  const service = await gateway.createService(['read']);
  const other = await gateway.createService(['read'], 'other');
  const answers = [
    await gateway.askToken({ ...inBody(service), client_secret: other.secret }),
    await gateway.askToken({ ...inBody(service), client_secret: `${service.secret}x` }),
    await gateway.askToken({ ...inBody(service), client_id: 'nobody' }),
    await gateway.askToken(GRANT, basic('nobody', service.secret)),
  ];
  const bodies = new Set<string>();
  for (const answer of answers) {
    expect(answer.statusCode).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Basic realm="quantgate"');
    expect(answer.headers['content-type']).toContain('application/problem+json');
    const { requestId: _, ...body } = answer.json();
    expect(body).toMatchObject({ code: 'UNAUTHENTICATED', error: 'invalid_client' });
    bodies.add(JSON.stringify(body));
  }
  expect(bodies.size).toBe(1);

  for (const header of ['Basic', 'Basic !', 'Basic bm9jb2xvbg==', 'Basic JTox', 'Bearer x', undefined]) {
    const answer = await gateway.askToken(GRANT, header);
    expect([header, answer.statusCode, answer.json().error]).toEqual([header, 401, 'invalid_client']);
  }
});

test('a header whose text is not UTF-8, or holds NUL, is an invalid request', async () => {
  await using gateway = await bootAdminApp();
  for (const pair of [Buffer.from('café:secret', 'latin1'), Buffer.from('client:secret%00')]) {
    const answer = await gateway.askToken(GRANT, `Basic ${pair.toString('base64')}`);
    expect([answer.statusCode, answer.json().error]).toEqual([400, 'invalid_request']);
  }
});

test('an invalid request gets an OAuth error code beside ours', async () => {
  await using gateway = await bootAdminApp();
  const service = await gateway.createService(['read']);
  const form = inBody(service);
  const cases: [Record<string, string>, number, string][] = [
    [{ ...form, grant_type: 'password' }, 400, 'unsupported_grant_type'],
    [{ client_id: form.client_id, client_secret: form.client_secret }, 400, 'invalid_request'],
    [{ ...form, scope: 'read write' }, 400, 'invalid_scope'],
    [{ ...form, scope: 'root' }, 400, 'invalid_scope'],
    [{ ...form, requested_subject: service.id }, 403, 'unauthorized_client'],
  ];
  for (const [body, status, error] of cases) {
    const answer = await gateway.askToken(body);
    expect([answer.statusCode, answer.json().error]).toEqual([status, error]);
    expect(answer.json()).toMatchObject({ status, code: status === 403 ? 'FORBIDDEN' : 'BAD_USER_INPUT' });
  }
  const twoPlaces = await gateway.askToken(form, basic(service.id, service.secret));
  expect(twoPlaces.json().error).toBe('invalid_request');
  const post = (type: string, payload: string) =>
    gateway.app.inject({ method: 'POST', url: '/v1/auth/token', headers: { 'content-type': type }, payload });
  const twice = await post(
    'application/x-www-form-urlencoded',
    `${new URLSearchParams(form)}&scope=a&scope=b`,
  );
  expect(twice.json()).toMatchObject({ error: 'invalid_request', fields: [{ path: 'scope' }] });
  expect((await post('application/json', '{')).json().error).toBe('invalid_request');
  expect((await post('text/plain', 'x')).json()).toMatchObject({ status: 415, error: 'invalid_request' });
});

test('other routes still take JSON only', async () => {
  await using gateway = await bootAdminApp();
  const answer = await gateway.app.inject({
    method: 'POST',
    url: '/v1/auth/login',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: 'email=ada@example.com&password=x',
  });
  expect(answer.statusCode).toBe(415);
  expect(answer.json()).not.toHaveProperty('error');
});

test('a scope narrows the token', async () => {
  await using gateway = await bootAdminApp();
  const service = await gateway.createService(['read', 'write', 'deploy', 'act_as']);
  const answer = await gateway.askToken({ ...inBody(service), scope: 'deploy read' });
  expect(answer.json().scope).toBe('read deploy');
  const me = await gateway.get('/v1/me', answer.json().access_token);
  expect(me.json().scopes).toEqual(['read', 'deploy']);
});

test("a token for a user is the user's, names the service, and has its scopes", async () => {
  await using gateway = await bootAdminApp();
  const service = await gateway.createService(['read', 'act_as']);
  const id = await userId(gateway);
  const answer = await gateway.askToken({ ...inBody(service), requested_subject: id });
  expect(answer.json().scope).toBe('read');
  expect(claimsOf(answer.json().access_token)).toMatchObject({
    sub: id,
    act: { sub: service.id },
    client_id: service.id,
    scope: 'read',
    sid: service.secrets[0]?.id,
  });
  expect(claimsOf(await gateway.tokenOf(service))).not.toHaveProperty('act');
});

test('a service acts for people only, and only with act_as', async () => {
  await using gateway = await bootAdminApp();
  const service = await gateway.createService(['read', 'act_as']);
  for (const requested_subject of ['nobody', service.id]) {
    const answer = await gateway.askToken({ ...inBody(service), requested_subject });
    expect(answer.json()).toMatchObject({ status: 400, error: 'invalid_request' });
  }
  const without = await gateway.createService(['read', 'write', 'deploy'], 'plain');
  const refused = await gateway.askToken({ ...inBody(without), requested_subject: await userId(gateway) });
  expect(refused.json()).toMatchObject({ status: 403, error: 'unauthorized_client' });
  expect(refused.json().detail).toContain('act_as');
});

test('a token combined from parts of others is refused, though signed by our key', async () => {
  await using gateway = await bootAdminApp();
  const { accessToken } = await signUp(gateway);
  const service = await gateway.createService(['read', 'act_as']);
  const own = claimsOf(await gateway.tokenOf(service));
  const other = claimsOf(await gateway.tokenOf(await gateway.createService(['read'], 'other')));
  const root = claimsOf(gateway.adminToken);
  const user = claimsOf(accessToken);
  const { kid, algorithm, privateKey } = gateway.signingKey;
  const sign = (claims: unknown): string => {
    const parts = [{ alg: algorithm, typ: 'at+jwt', kid }, claims];
    const input = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    return `${input}.${signBytes(null, Buffer.from(input), privateKey).toString('base64url')}`;
  };
  const { client_id: _, scope: __, ...nameless } = own;
  const mixed = [
    { ...own, sub: user.sub },
    { ...own, act: { sub: own.sub } },
    { ...own, act: { sub: user.sub } },
    { ...own, sid: user.sid },
    { ...own, sid: other.sid },
    { ...user, sid: root.sid },
    { ...user, sid: own.sid },
    { ...user, act: { sub: own.sub } },
    { ...user, client_id: own.sub },
    { ...own, scope: 'read everything' },
    nameless,
  ];
  for (const claims of mixed) expect((await gateway.get('/v1/me', sign(claims))).statusCode).toBe(401);
  expect((await gateway.get('/v1/me', sign(own))).statusCode).toBe(200);
});

test('wrong secrets lock out their address, never the service', async () => {
  await using gateway = await bootAdminApp({ env: { LOGIN_RATE: '2/1m' } });
  const service = await gateway.createService(['read']);
  const askFrom = (remoteAddress: string, client_secret: string) =>
    gateway.post('/v1/auth/token', { ...inBody(service), client_secret }, { remoteAddress });
  for (let tries = 0; tries < 20; tries++)
    expect((await askFrom('192.0.2.1', 'qgs_wrong')).statusCode).toBe(401);
  const refused = await askFrom('192.0.2.1', 'qgs_wrong');
  expect(refused.statusCode).toBe(429);
  expect(refused.headers['retry-after']).toBe('60');
  expect((await askFrom('192.0.2.1', service.secret)).statusCode).toBe(429);
  expect((await askFrom('192.0.2.2', service.secret)).statusCode).toBe(200);
  await gateway.clock.advance(60_000);
  expect((await askFrom('192.0.2.1', service.secret)).statusCode).toBe(200);
});

test('a service with act_as alone gets no token of its own, and none with an empty scope', async () => {
  await using gateway = await bootAdminApp();
  const service = await gateway.createService(['act_as']);
  const subject = { requested_subject: await userId(gateway) };
  const requests: Record<string, string>[] = [{}, { scope: 'act_as' }, subject];
  for (const more of requests) {
    const answer = await gateway.askToken({ ...inBody(service), ...more });
    expect(answer.json()).toMatchObject({ status: 400, error: 'invalid_scope', code: 'BAD_USER_INPUT' });
    expect(answer.json().detail).toContain('act_as');
  }
});
