import { expect, test } from 'vitest';
import { createLogger } from './logger.ts';

const JWT = 'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ1c2VyIn0.c2lnbmF0dXJlLXNpZ25hdHVyZQ';
const HASH = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
const BASIC = Buffer.from(`123456:${HASH}`).toString('base64');
const PHC =
  '$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$K8Z1v5n0xV3v2l1Wf0Hj3b8Yy6b0j5bE0b5jv8gk1nQ';
const REFRESH = `qgr_${'aB3-_'.repeat(8)}xyz`;
const KEY = Buffer.alloc(32, 7).toString('base64');
const KEY_URL = 'x5Qy_8vJk2mN-pL0rT3wZ6aB9cD1eF4gH7iJ2kM5nPs';
const PEM =
  '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF\n-----END PRIVATE KEY-----';

function withCode(message: string, extra: object) {
  return Object.assign(new Error(message), extra);
}

const shapes: [name: string, fields: object, secret: string][] = [
  ['a JWT in a message', { err: new Error(`bad token ${JWT}`) }, JWT],
  ['a JWT in a path', { path: `/v1/things/${JWT}/x` }, JWT],
  ['a JWT whose signature is missing', { a: JWT.slice(0, JWT.lastIndexOf('.')) }, 'eyJzdWIiOiJ1c2VyIn0'],
  ['a token in a query', { url: `/x?token=plain-secret-1&b=1` }, 'plain-secret-1'],
  ['a password in a form', { body: 'user=a&password=hunter22' }, 'hunter22'],
  ['a header', { headers: { authorization: `Bearer ${JWT}` } }, JWT],
  ['a header in capitals', { headers: { AUTHORIZATION: 'opaque-value-1' } }, 'opaque-value-1'],
  ['raw headers', { rawHeaders: ['Authorization', `Basic ${BASIC}`] }, BASIC],
  ['a bearer in a URL', { url: '/x?a=Bearer%20opaque-value-2' }, 'opaque-value-2'],
  ['an upstream echo', { err: new Error(`Hash doesn't match. UID: 1 Hash: ${HASH}`) }, HASH],
  ['a digest after a line break', { err: new Error(`first\n${HASH}`) }, HASH],
  ['a digest glued to a word', { a: `hash_${HASH}`, b: `a%3A${HASH}` }, HASH],
  ['a digest in capitals', { a: HASH.toUpperCase() }, HASH.toUpperCase()],
  ['a cause', { err: new Error('outer', { cause: new Error(`inner ${HASH}`) }) }, HASH],
  ['a cause that is text', { err: new Error('outer', { cause: `Basic ${BASIC}` }) }, BASIC],
  [
    'a field that a library adds to its error',
    { err: withCode('x', { config: { headers: { cookie: 'c-1' } } }) },
    'c-1',
  ],
  ['a deep object', { a: { b: [{ c: { apiToken: 'deep-secret' } }] } }, 'deep-secret'],
  ['JSON inside a string', { body: JSON.stringify({ password: 'mine"tail-9\\1', x: 1 }) }, 'tail-9'],
  [
    'JSON inside JSON inside a string',
    { b: JSON.stringify(JSON.stringify({ password: 'nested-1' })) },
    'nested-1',
  ],
  ['a refresh token', { a: REFRESH, err: new Error(`line\n${REFRESH}`) }, REFRESH.slice(4)],
  ['a PHC string', { user: { passwordHash: PHC }, err: new Error(PHC) }, PHC.slice(30)],
  ['a wrapping key', { env: `k1:${KEY},k2:${KEY}` }, KEY],
  ['a key in base64url', { a: KEY_URL, err: new Error(`x\n${KEY_URL}`) }, KEY_URL],
  ['a PEM', { err: new Error(PEM) }, 'MC4CAQAwBQYDK2VwBCIEIJ'],
  [
    'a private JWK',
    { jwk: { kty: 'OKP', d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7' } },
    'nWGxne_9WmC6hEr0kuwsxERJxWl7',
  ],
  ['the password of a URL', { url: 'postgres://me:pw-in-url@host/db' }, 'pw-in-url'],
];

test.each(shapes)('%s does not reach the log, at any level', (_name, fields, secret) => {
  for (const level of ['error', 'trace'] as const) {
    const lines: string[] = [];
    const log = createLogger({ level: 'trace', destination: { write: (line) => lines.push(line) } });
    log.child({ requestId: 'r-1', ...fields })[level](fields, 'message');
    log[level]({ note: JSON.stringify(Object.values(fields).map(String)) }, String(Object.values(fields)[0]));
    expect(lines.join('')).not.toContain(secret);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level, requestId: 'r-1', msg: 'message' });
  }
});

test('text that is not secret stays readable', () => {
  const lines: string[] = [];
  const log = createLogger({ level: 'info', destination: { write: (line) => lines.push(line) } });
  const fields = {
    requestId: '8a0e9f5e-6c0b-4b5c-9d0e-2f1a3b4c5d6e',
    path: '/v1/deployments/A-8a0e9f5e6c0b4b5c9d0e2f1a3b4c5d6e/conversation',
    tokens: 1200,
    tokenHint: 'ab12',
    ms: 1.5,
  };
  log.info(fields, 'request');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject(fields);
});

test('a long line of repeated text is scrubbed in time', () => {
  const lines: string[] = [];
  const log = createLogger({ level: 'info', destination: { write: (line) => lines.push(line) } });
  for (const text of ['\\', '"', 'a', '-', 'eyJ', 'Bearer ', 'password=', 'f', '://a:']) {
    log.info({ text: text.repeat(100_000 / text.length) }, 'long');
  }
  expect(lines).toHaveLength(9);
});
