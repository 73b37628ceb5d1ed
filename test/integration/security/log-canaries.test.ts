import { expect, test } from 'vitest';
import { bearer, bootAuthApp, signUp } from '../../support/auth-app.ts';

test('a whole session at trace level logs no password and no token', async () => {
  await using gateway = await bootAuthApp();
  const password = 'a canary among passwords';
  const { email, accessToken, refreshToken } = await signUp(gateway, 'ada@example.com', password);
  const secrets = [password, accessToken, refreshToken, accessToken.split('.')[2] ?? ''];
  const keep = (pair: { accessToken: string; refreshToken: string }) => {
    secrets.push(pair.accessToken, pair.refreshToken);
    return pair;
  };

  const next = keep((await gateway.post('/v1/auth/refresh', { refreshToken })).json());
  await gateway.post('/v1/auth/login', { email, password: `${password}!` });
  await gateway.post('/v1/auth/login', { email: password, password });
  await gateway.post('/v1/auth/register', { email, password, [refreshToken]: password });
  await gateway.post('/v1/auth/login', `{"password":"${password}"`, {
    headers: { 'content-type': 'application/json' },
  });
  await gateway.get(`/v1/me?access_token=${accessToken}`);
  await gateway.get(`/v1/me/${accessToken}`);
  await gateway.get('/v1/me', `${accessToken}x`);
  await gateway.app.inject({
    url: `/${refreshToken}`,
    headers: { AUTHORIZATION: `Bearer ${next.accessToken}`, cookie: accessToken },
  });
  await gateway.post('/v1/auth/refresh', { refreshToken: `${refreshToken}x` });
  await gateway.post('/v1/auth/logout', undefined, { headers: bearer(next.accessToken) });
  await gateway.get('/v1/me', next.accessToken);

  const log = gateway.logLines.join('');
  expect(gateway.logLines.length).toBeGreaterThan(12);
  for (const secret of secrets) expect(log).not.toContain(secret);
});

test('a request is one log line: the operation, its result and its user', async () => {
  await using gateway = await bootAuthApp();
  const { accessToken } = await signUp(gateway);
  gateway.logLines.length = 0;
  const response = await gateway.app.inject({ url: '/v1/me?a=1', headers: bearer(accessToken) });
  expect(gateway.logLines).toHaveLength(1);
  expect(JSON.parse(gateway.logLines[0] ?? '')).toEqual({
    level: 'info',
    time: expect.any(String),
    requestId: response.headers['x-request-id'],
    method: 'GET',
    path: '/v1/me',
    route: '/v1/me',
    status: 200,
    ms: expect.any(Number),
    userId: response.json().id,
    operation: 'getMe',
    upstreamCalls: 0,
    network: '127.0.0.1',
    msg: 'request',
  });
});
