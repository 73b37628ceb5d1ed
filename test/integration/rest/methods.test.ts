import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AuthApp, bearer, bootAuthApp, createFakeHasher, signUp } from '../../support/auth-app.ts';

const PAGE = 'https://app.example.com';
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'] as const;

/** Each path of the router with its methods, as the router itself prints them. */
function routesOf({ app }: AuthApp): { path: string; methods: string[] }[] {
  const above: string[] = [];
  return app
    .printRoutes()
    .split('\n')
    .flatMap((line) => {
      const [, indent, part = '', methods] = /^([│ ]*)[├└]── (\S*)(?: \((.*)\))?$/.exec(line) ?? [];
      if (indent === undefined) return [];
      above.splice(indent.length / 4, Number.POSITIVE_INFINITY, part);
      const path = above.join('').replace(/:\w+/g, '7').replace('*', 'nowhere.js');
      return methods === undefined ? [] : [{ path, methods: methods.split(', ') }];
    });
}

describe.each([
  ['without CORS_ORIGINS', {}],
  ['with CORS_ORIGINS', { CORS_ORIGINS: PAGE }],
])('%s', (_name, env) => {
  let gateway: AuthApp;
  beforeAll(async () => {
    gateway = await bootAuthApp({ env, hasher: createFakeHasher() });
    gateway.app.get('/things/:thingId', async () => ({}));
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  const ask = (method: (typeof METHODS)[number], url: string, headers: Record<string, string> = {}) =>
    gateway.app.inject({ method: method as 'GET', url, headers: { origin: PAGE, ...headers } });

  test('every route answers HEAD like GET, OPTIONS with its methods, and other methods with 405', async () => {
    const routes = routesOf(gateway);
    expect(routes.length).toBeGreaterThan(50);
    for (const { path, methods } of routes) {
      const isStream = path === '/graphql/stream';
      expect([path, methods.includes('HEAD')]).toEqual([path, methods.includes('GET') && !isStream]);
      if (methods.includes('HEAD')) {
        const [get, head] = [await ask('GET', path), await ask('HEAD', path)];
        expect([path, head.statusCode, head.body]).toEqual([path, get.statusCode, '']);
        expect(head.headers['content-type']).toBe(get.headers['content-type']);
      }
      const allow = [...methods, 'OPTIONS'].sort().join(', ');
      const options = await ask('OPTIONS', path);
      expect([path, options.statusCode, options.headers.allow, options.body]).toEqual([path, 204, allow, '']);
      for (const method of METHODS.filter((name) => name !== 'OPTIONS' && !methods.includes(name))) {
        const refused = await ask(method, path);
        expect([method, path, refused.statusCode, refused.headers.allow]).toEqual([method, path, 405, allow]);
      }
    }
  });

  test.each(METHODS)('an unknown path is 404 for %s, whatever headers and body it has', async (method) => {
    const preflight = { 'access-control-request-method': 'POST' };
    const broken = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    for (const path of ['/nowhere', '/v1/nowhere', '/v1/me/nowhere', '/things/', '/graphql/nowhere']) {
      for (const headers of [{}, preflight, { 'content-type': 'text/plain' }, broken]) {
        const answer = await gateway.app.inject({
          method: method as 'GET',
          url: path,
          headers: { origin: PAGE, ...headers },
          payload: '{"a":',
        });
        expect([path, answer.statusCode]).toEqual([path, 404]);
      }
    }
  });

  test('a missing file below a path that serves files is 404', async () => {
    expect((await ask('GET', '/docs/static/nowhere.js')).statusCode).toBe(404);
    expect((await ask('POST', '/docs/static/nowhere.js')).statusCode).toBe(405);
  });

  test('a path in another spelling has the same methods', async () => {
    expect((await ask('PUT', '/v1/%6de?x=1')).headers.allow).toBe('DELETE, GET, HEAD, OPTIONS');
  });

  test('HEAD has the headers of GET for a signed-in caller, and no body', async () => {
    const { accessToken } = await signUp(gateway);
    for (const url of ['/v1/me', '/graphql?query={viewer{id}}', '/v1/sessions']) {
      const get = await ask('GET', url, bearer(accessToken));
      const head = await ask('HEAD', url, bearer(accessToken));
      expect([get.statusCode, head.statusCode, head.body]).toEqual([200, 200, '']);
      expect(head.headers['content-length']).toBe(get.headers['content-length']);
    }
  });

  test('HEAD and GET on /graphql refuse a mutation, and HEAD begins no event stream', async () => {
    const { accessToken } = await signUp(gateway, 'grace@example.com');
    const url = '/graphql?query=mutation{deleteAgent(id:"1")}';
    for (const method of ['GET', 'HEAD'] as const) {
      const refused = await ask(method, url, bearer(accessToken));
      expect([refused.statusCode, refused.headers.allow]).toEqual([405, 'POST']);
    }
    const events = { ...bearer(accessToken), accept: 'text/event-stream' };
    expect((await ask('HEAD', '/v1/events', events)).statusCode).toBe(406);
  });
});

describe('a preflight', () => {
  const preflight = ({ app }: AuthApp, url: string, origin = PAGE) =>
    app.inject({
      method: 'OPTIONS',
      url,
      headers: { origin, 'access-control-request-method': 'PUT' },
    });

  test('allows the methods of the path, and the headers of the gateway, of tracing and of CORS_HEADERS', async () => {
    const env = { CORS_ORIGINS: PAGE, CORS_HEADERS: 'X-Tenant, x-team' };
    await using gateway = await bootAuthApp({ env, hasher: createFakeHasher() });
    gateway.app.put('/things/:thingId', async () => ({}));
    const answer = await preflight(gateway, '/things/7');
    expect(answer.statusCode).toBe(204);
    expect(answer.headers).toMatchObject({
      allow: 'OPTIONS, PUT',
      'access-control-allow-origin': PAGE,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'OPTIONS, PUT',
      'access-control-max-age': '600',
      vary: expect.stringMatching(/origin/i),
    });
    expect(String(answer.headers['access-control-allow-headers']).split(', ')).toEqual(
      expect.arrayContaining([
        ...['authorization', 'content-type', 'idempotency-key', 'last-event-id', 'x-csrf', 'if-none-match'],
        ...['traceparent', 'tracestate', 'baggage', 'sentry-trace', 'x-request-id'],
        ...['apollographql-client-name', 'apollographql-client-version', 'x-tenant', 'x-team'],
      ]),
    );
  });

  test('of an unlisted origin gets no CORS header', async () => {
    await using gateway = await bootAuthApp({ env: { CORS_ORIGINS: PAGE }, hasher: createFakeHasher() });
    const answer = await preflight(gateway, '/v1/me', 'https://evil.example.com');
    expect(answer.statusCode).toBe(204);
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});
