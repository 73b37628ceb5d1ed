import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type AuthApp, bootAuthApp, createFakeHasher, signUp } from '../../support/auth-app.ts';
import { bodyOf, sendRaw } from '../../support/raw-socket.ts';

const LOGIN = '/v1/auth/login';
const json = { 'content-type': 'application/json' };
const problem = z.strictObject({
  type: z.string().startsWith('urn:quantgate:problem:'),
  title: z.string().min(1),
  status: z.int(),
  detail: z.string().min(1),
  code: z.string(),
  requestId: z.uuid(),
  fields: z.array(z.strictObject({ path: z.string(), message: z.string() })).optional(),
});

let gateway: AuthApp;
let port: number;
beforeAll(async () => {
  gateway = await bootAuthApp({ hasher: createFakeHasher() });
  gateway.app.get('/boom', async () => {
    throw new Error('the inner workings');
  });
  gateway.app.get('/things/:thingId/parts', async () => ({}));
  await gateway.app.listen({ port: 0, host: '127.0.0.1' });
  port = (gateway.app.server.address() as AddressInfo).port;
});
afterAll(() => gateway[Symbol.asyncDispose]());

const huge = JSON.stringify({ email: 'a@example.com', password: 'x'.repeat(1_100_000) });

test.each([
  ['an unknown route', { method: 'GET', url: '/nowhere' }, 404, 'NOT_FOUND'],
  ['an unknown route with a method of its own', { method: 'PATCH', url: '/nowhere' }, 404, 'NOT_FOUND'],
  ['HEAD', { method: 'HEAD', url: '/nowhere' }, 404, undefined],
  ['HEAD of a known path', { method: 'HEAD', url: '/healthz' }, 405, undefined],
  ['a path that is not well formed', { method: 'GET', url: '/v1/%zz' }, 400, 'BAD_USER_INPUT'],
  ['another method', { method: 'GET', url: LOGIN }, 405, 'METHOD_NOT_ALLOWED'],
  ['a preflight without CORS', { method: 'OPTIONS', url: LOGIN }, 405, 'METHOD_NOT_ALLOWED'],
  [
    'a form',
    {
      method: 'POST',
      url: LOGIN,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: 'a=b',
    },
    415,
    'UNSUPPORTED_MEDIA_TYPE',
  ],
  [
    'plain text',
    { method: 'POST', url: LOGIN, headers: { 'content-type': 'text/plain' }, payload: '{}' },
    415,
    'UNSUPPORTED_MEDIA_TYPE',
  ],
  [
    'a multipart body',
    {
      method: 'POST',
      url: LOGIN,
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
      payload: '--x--',
    },
    415,
    'UNSUPPORTED_MEDIA_TYPE',
  ],
  [
    'a content type with something behind it',
    { method: 'POST', url: LOGIN, headers: { 'content-type': 'application/json garbage' }, payload: '{}' },
    415,
    'UNSUPPORTED_MEDIA_TYPE',
  ],
  ['a huge body', { method: 'POST', url: LOGIN, headers: json, payload: huge }, 413, 'PAYLOAD_TOO_LARGE'],
  [
    'malformed JSON',
    { method: 'POST', url: LOGIN, headers: json, payload: '{"email":' },
    400,
    'BAD_USER_INPUT',
  ],
  [
    'a key that reaches the prototype',
    { method: 'POST', url: LOGIN, headers: json, payload: '{"__proto__":{"a":1}}' },
    400,
    'BAD_USER_INPUT',
  ],
  ['an empty body', { method: 'POST', url: LOGIN, headers: json, payload: '' }, 400, 'BAD_USER_INPUT'],
  ['no body', { method: 'POST', url: LOGIN }, 400, 'BAD_USER_INPUT'],
  ['a list', { method: 'POST', url: LOGIN, headers: json, payload: '[]' }, 400, 'BAD_USER_INPUT'],
  ['an unexpected failure', { method: 'GET', url: '/boom' }, 500, 'INTERNAL'],
] as const)('%s is answered as a problem', async (_name, request, status, code) => {
  const response = await gateway.app.inject(request as never);
  expect(response.statusCode).toBe(status);
  expect(response.headers['x-request-id']).toEqual(expect.any(String));
  expect(response.headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(response.headers['cache-control']).toBe('no-store');
  if (code === undefined) return;
  const body = problem.parse(response.json());
  expect(body).toMatchObject({ status, code, requestId: response.headers['x-request-id'] });
});

test('an unexpected failure reveals nothing; the log has it under the same id', async () => {
  const response = await gateway.app.inject({ method: 'GET', url: '/boom' });
  expect(response.body).not.toContain('inner workings');
  expect(response.json().detail).toBe('Internal error');
  const line = gateway.logLines.find(
    (one) => one.includes(response.json().requestId) && one.includes('"err"'),
  );
  expect(JSON.parse(line ?? '')).toMatchObject({ level: 'error', err: { message: 'the inner workings' } });
});

test('a known path with another method lists its methods', async () => {
  const allowOf = async (method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string) =>
    (await gateway.app.inject({ method, url })).headers.allow;
  expect(await allowOf('GET', LOGIN)).toBe('POST');
  expect(await allowOf('DELETE', '/v1/me?x=1')).toBe('GET');
  expect(await allowOf('POST', '/things/7/parts')).toBe('GET');
  expect(await allowOf('POST', '/things//parts')).toBeUndefined();
  expect(await allowOf('POST', '/things/7')).toBeUndefined();
});

test.each(['{"__proto__":{"a":1}}', '{"email":{"constructor":{"prototype":{"a":1}}}}'])(
  'a body that names an object’s prototype is refused while parsing: %s',
  async (payload) => {
    const response = await gateway.post(LOGIN, payload, { headers: json });
    expect(response.json()).toMatchObject({
      code: 'BAD_USER_INPUT',
      detail: 'The request could not be read',
    });
    expect(response.json().fields).toBeUndefined();
  },
);

test('every wrong field is named', async () => {
  const response = await gateway.post('/v1/auth/register', {
    email: 'nobody',
    password: 5,
    role: 'admin',
    x: 1,
  });
  expect(response.json()).toMatchObject({ code: 'BAD_USER_INPUT', status: 400 });
  expect(
    response
      .json()
      .fields.map((field: { path: string }) => field.path)
      .sort(),
  ).toEqual(['email', 'password', 'role', 'x']);
});

test('request ids are ours, not the client’s', async () => {
  const response = await gateway.app.inject({
    url: '/healthz',
    headers: { 'x-request-id': 'mine', 'request-id': 'mine' },
  });
  expect(response.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
});

test('answers may not be cached, framed or executed', async () => {
  const { accessToken } = await signUp(gateway);
  for (const response of [await gateway.get('/v1/me', accessToken), await gateway.get('/nowhere')]) {
    expect(response.headers).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none';frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
    });
  }
});

describe('CORS', () => {
  test('without listed origins no header is sent', async () => {
    const response = await gateway.app.inject({
      url: '/healthz',
      headers: { origin: 'https://app.example.com' },
    });
    expect(Object.keys(response.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  test('a listed origin may call, another may not', async () => {
    await using open = await bootAuthApp({
      env: { CORS_ORIGINS: 'https://app.example.com' },
      hasher: createFakeHasher(),
    });
    const preflight = (origin: string) =>
      open.app.inject({
        method: 'OPTIONS',
        url: LOGIN,
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization',
        },
      });
    const listed = await preflight('https://app.example.com');
    expect(listed.statusCode).toBe(204);
    expect(listed.headers['access-control-allow-origin']).toBe('https://app.example.com');
    expect(listed.headers['access-control-allow-headers']).toContain('authorization');
    const other = await preflight('https://evil.example.com');
    expect(other.headers['access-control-allow-origin']).toBeUndefined();
  });
});

describe.concurrent('over a bare connection', () => {
  const head = (more: string) => `POST ${LOGIN} HTTP/1.1\r\nhost: x\r\n${more}`;

  test('a body that never ends is cut off with 408 after 15 s', async () => {
    const request = head('content-type: application/json\r\ncontent-length: 1000\r\n\r\n{"email":"');
    const answer = await sendRaw(port, request, { bytes: 'a', everyMs: 250 });
    expect(answer.text).toMatch(/^HTTP\/1\.1 408 /);
    expect(problem.parse(bodyOf(answer))).toMatchObject({ status: 408, code: 'REQUEST_TIMEOUT' });
    expect(answer.elapsedMs).toBeGreaterThan(14_000);
    expect(answer.elapsedMs).toBeLessThan(17_000);
    const { requestId } = problem.parse(bodyOf(answer));
    expect(gateway.logLines.find((line) => line.includes(requestId))).toContain(
      'request refused before it was read',
    );
  });

  test('headers that never end are cut off with 408 after 5 s', async () => {
    const answer = await sendRaw(port, 'GET /healthz HTTP/1.1\r\n', { bytes: 'x-a: b\r\n', everyMs: 250 });
    expect(answer.text).toMatch(/^HTTP\/1\.1 408 /);
    expect(problem.parse(bodyOf(answer))).toMatchObject({ status: 408, code: 'REQUEST_TIMEOUT' });
    expect(answer.elapsedMs).toBeGreaterThan(4_000);
    expect(answer.elapsedMs).toBeLessThan(7_000);
  });

  test.each([
    [
      'lengths that contradict each other',
      head('content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}'),
      400,
    ],
    ['two lengths', head('content-length: 2\r\ncontent-length: 3\r\n\r\n{}'), 400],
    ['a space before the colon', head('content-length : 2\r\n\r\n{}'), 400],
    ['no host', 'GET /healthz HTTP/1.1\r\n\r\n', 400],
    ['no HTTP', 'hello\r\n\r\n', 400],
    ['huge headers', `GET /healthz HTTP/1.1\r\nhost: x\r\nx-a: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
  ])('%s is refused, and the connection closed', async (_name, bytes, status) => {
    const answer = await sendRaw(port, bytes);
    expect(answer.text).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer.elapsedMs).toBeLessThan(2_000);
  });

  test('a chunked body beyond the limit is refused before it has arrived', async () => {
    const chunk = `10000\r\n${'a'.repeat(0x10000)}\r\n`;
    const request = head('content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n');
    const answer = await sendRaw(port, request + chunk.repeat(32));
    expect(answer.text).toMatch(/^HTTP\/1\.1 413 /);
  });
});
