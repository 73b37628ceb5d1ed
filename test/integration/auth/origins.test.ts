import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bootGateway, type Gateway } from '../../support/gateway.ts';
import { refusalOf } from '../../support/socket-probe.ts';

const PAGE = 'https://app.example.com';
const PUBLIC_URL = 'https://gateway.example.com/quantgate';
const ADA = { email: 'ada@example.com', password: 'correct horse battery staple' };

/** `PORT` stands for the port that the gateway listens on. */
type Row = [what: string, origin: string, isTrusted: boolean];

const ANYWHERE: Row[] = [
  ['an origin of CORS_ORIGINS', PAGE, true],
  ['that origin in upper case', 'HTTPS://APP.Example.COM', true],
  ['that origin with the default port', `${PAGE}:443`, true],
  ['that host by another scheme', 'http://app.example.com', false],
  ['that host at another port', `${PAGE}:8443`, false],
  ['a host that begins like it', `${PAGE}.evil.com`, false],
  ['a host that ends like it', 'https://evilapp.example.com', false],
  ['a host below it', 'https://x.app.example.com', false],
  ['another host', 'https://evil.example.com', false],
  ['it as a user name', `${PAGE}@evil.com`, false],
  ['it with a path', `${PAGE}/`, false],
  ['two origins', `${PAGE} https://evil.com`, false],
  ['an opaque origin', 'null', false],
  ['an empty origin', '', false],
];

const HERE: Row[] = [
  ['its own origin', 'http://127.0.0.1:PORT', true],
  ['its own origin by the name localhost', 'http://localhost:PORT', true],
  ['its own origin by the IPv6 loopback', 'http://[::1]:PORT', true],
  ['its own host by another scheme', 'https://127.0.0.1:PORT', false],
  ['its own host at another port', 'http://127.0.0.1:1', false],
  ['its own host at the default port', 'http://127.0.0.1', false],
  ['localhost at another port', 'http://localhost:1', false],
  ['a host that begins like a loopback name', 'http://127.0.0.1.evil.com:PORT', false],
  ['a host that ends like a loopback name', 'http://evil-localhost:PORT', false],
];

const PUBLIC: Row[] = [
  ['the origin of PUBLIC_URL', 'https://gateway.example.com', true],
  ['that origin in upper case', 'HTTPS://GATEWAY.example.com', true],
  ['that origin with the default port', 'https://gateway.example.com:443', true],
  ['that host by another scheme', 'http://gateway.example.com', false],
  ['that host by another scheme at the same port', 'http://gateway.example.com:443', false],
  ['that host at another port', 'https://gateway.example.com:4000', false],
  ['that origin with the path', PUBLIC_URL, false],
  ['a host that begins like it', 'https://gateway.example.com.evil.com', false],
  ['a host that ends like it', 'https://agateway.example.com', false],
  ['the address that it listens on', 'http://127.0.0.1:PORT', false],
  ['localhost', 'http://localhost:PORT', false],
];

describe.each<[string, Record<string, string>, Row[]]>([
  ['without PUBLIC_URL, on the loopback', {}, HERE],
  ['with PUBLIC_URL', { PUBLIC_URL }, PUBLIC],
])('%s, the origin of a page', (_name, env, rows) => {
  let gateway: Gateway;
  let cookie: string;

  beforeAll(async () => {
    gateway = await bootGateway({ env: { CORS_ORIGINS: PAGE, ...env } });
    const post = { method: 'POST' as const, payload: ADA };
    await gateway.app.inject({ ...post, url: '/v1/auth/register' });
    const payload = { ...ADA, session: 'cookie' };
    const login = await gateway.app.inject({ ...post, url: '/v1/auth/login', payload });
    cookie = login.cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  test.each([...rows, ...ANYWHERE])(
    '%s, %s: trusted %s, alike by requests, CORS and sockets',
    async (...row) => {
      const isTrusted = row[2];
      const { host, port } = new URL(gateway.url);
      const origin = row[1].replace('PORT', port);
      // The Host that the client names decides nothing.
      const headers = { cookie, origin, host: URL.canParse(origin) ? new URL(origin).host : host };
      const change = { method: 'POST' as const, url: '/graphql', payload: { query: '{ viewer { id } }' } };
      const changed = await gateway.app.inject({ ...change, headers: { ...headers, 'x-csrf': '1' } });
      const cors = await gateway.app.inject({ url: '/healthz', headers });
      const signIn = { method: 'POST' as const, url: '/v1/auth/login', headers: { origin } };
      const signedIn = await gateway.app.inject({ ...signIn, payload: { ...ADA, session: 'cookie' } });
      expect({
        change: changed.statusCode,
        signIn: signedIn.statusCode,
        cors: cors.headers['access-control-allow-origin'],
        upgrade: await refusalOf(gateway.url, { headers }),
      }).toEqual({
        change: isTrusted ? 200 : 403,
        signIn: isTrusted ? 200 : 403,
        cors: isTrusted ? origin : undefined,
        upgrade: isTrusted ? 'accepted' : 'refused with 403',
      });
    },
  );
});
