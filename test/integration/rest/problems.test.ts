import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type AuthApp, bearer, bootAuthApp, createFakeHasher, signUp } from '../../support/auth-app.ts';
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
  // Of RFC 6749, at the token route only.
  error: z.string().optional(),
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
const unknownKeys = JSON.stringify(
  Object.fromEntries(Array.from({ length: 80_000 }, (_, index) => [`k${index}`, 1])),
);

test.each([
  ['an unknown route', { method: 'GET', url: '/nowhere' }, 404, 'NOT_FOUND'],
  ['an unknown route with a method of its own', { method: 'PATCH', url: '/nowhere' }, 404, 'NOT_FOUND'],
  ['HEAD', { method: 'HEAD', url: '/nowhere' }, 404, undefined],
  ['HEAD of a path without GET', { method: 'HEAD', url: LOGIN }, 405, undefined],
  ['a path that is not well formed', { method: 'GET', url: '/v1/%zz' }, 400, 'BAD_USER_INPUT'],
  ['another method', { method: 'GET', url: LOGIN }, 405, 'METHOD_NOT_ALLOWED'],
  [
    'an encoded body',
    { method: 'POST', url: LOGIN, headers: { ...json, 'content-encoding': 'gzip' }, payload: '{}' },
    415,
    'UNSUPPORTED_MEDIA_TYPE',
  ],
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
  ...['login', 'register', 'refresh', 'logout', 'token'].map(
    (name) =>
      [
        `80,000 unknown keys without a token, to ${name}`,
        { method: 'POST', url: `/v1/auth/${name}`, headers: json, payload: unknownKeys },
        413,
        'PAYLOAD_TOO_LARGE',
      ] as const,
  ),
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
  expect(await allowOf('GET', LOGIN)).toBe('OPTIONS, POST');
  expect(await allowOf('PUT', '/v1/me?x=1')).toBe('DELETE, GET, HEAD, OPTIONS');
  expect(await allowOf('POST', '/things/7/parts')).toBe('GET, HEAD, OPTIONS');
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

test('a request keeps the id that its caller gave it, in the header, the problem and the log', async () => {
  for (const id of ['mine', 'A.b_c-9', 'x'.repeat(128)]) {
    const response = await gateway.app.inject({ url: '/nowhere', headers: { 'x-request-id': id } });
    expect([response.headers['x-request-id'], response.json().requestId]).toEqual([id, id]);
    expect(gateway.logLines.some((line) => line.includes(`"requestId":"${id}"`))).toBe(true);
  }
});

test('a request gets a new id when its caller gave none, or one of other characters or too long', async () => {
  for (const id of ['', 'a b', 'a"b', 'é', 'a/b', 'x'.repeat(129)]) {
    const headers = { 'x-request-id': id, 'request-id': 'mine' };
    const response = await gateway.app.inject({ url: '/healthz', headers });
    expect(response.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  }
});

test('an encoded body is refused at every door with what would be taken; identity is no encoding', async () => {
  const { accessToken } = await signUp(gateway, 'gzip@example.com');
  const headers = (encoding: string) => ({ ...bearer(accessToken), ...json, 'content-encoding': encoding });
  const payload = { query: '{ viewer { id } }' };
  for (const encoding of ['gzip', 'br', 'deflate', 'x-unknown', 'identity, gzip']) {
    for (const url of ['/graphql', '/graphql/stream', '/v1/agents', '/v1/auth/token', '/v1/auth/login']) {
      const answer = await gateway.post(url, payload, { headers: headers(encoding) });
      expect([url, answer.statusCode]).toEqual([url, 415]);
      expect(answer.headers['accept-encoding']).toBe('identity');
    }
  }
  for (const encoding of ['', 'identity', 'Identity']) {
    const answer = await gateway.post('/graphql', payload, { headers: headers(encoding) });
    expect([encoding, answer.statusCode]).toEqual([encoding, 200]);
  }
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

  test.each([
    ['chunked', 'transfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['of length 0', 'content-length: 0\r\n\r\n'],
    ['chunked, of another type', 'content-type: text/plain\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
  ])('an empty body, %s, is no body', async (_name, bytes) => {
    const { accessToken } = await signUp(gateway, `${bytes.length}@example.com`);
    const headers = `host: x\r\nauthorization: Bearer ${accessToken}\r\nconnection: close\r\n`;
    const answer = await sendRaw(port, `POST /v1/auth/logout HTTP/1.1\r\n${headers}${bytes}`);
    expect(answer.text).toMatch(/^HTTP\/1\.1 204 /);
  });

  test('a chunked body without a type is refused with 415 at its first byte', async () => {
    const more = 'transfer-encoding: chunked\r\n\r\n1\r\na\r\n';
    const answer = await sendRaw(port, head(more));
    expect(answer.text).toMatch(/^HTTP\/1\.1 415 /);
    expect(problem.parse(bodyOf(answer))).toMatchObject({ code: 'UNSUPPORTED_MEDIA_TYPE' });
    expect(answer.elapsedMs).toBeLessThan(3_000);
  });

  test('a chunked body beyond the limit is refused before it has arrived', async () => {
    const chunk = `10000\r\n${'a'.repeat(0x10000)}\r\n`;
    const request = head('content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n');
    const answer = await sendRaw(port, request + chunk.repeat(32));
    expect(answer.text).toMatch(/^HTTP\/1\.1 413 /);
  });
});
