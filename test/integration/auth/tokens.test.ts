import { createHmac, createPublicKey, sign as signBytes, verify as verifyBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createTokens } from '../../../src/auth/tokens.ts';
import type { SigningKey } from '../../../src/lib/keys.ts';
import { systemRandom as random } from '../../../src/lib/random.ts';
import {
  type AuthApp,
  bootAuthApp,
  createFakeHasher,
  newSigningKey,
  signUp,
} from '../../support/auth-app.ts';
import { createManualClock } from '../../support/manual-clock.ts';

type Json = Record<string, unknown>;

function encode(part: unknown): string {
  return Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');
}
function partsOf(token: string): [header: Json, claims: Json] {
  const [header = '', claims = ''] = token.split('.');
  return [header, claims].map((part) => JSON.parse(Buffer.from(part, 'base64url').toString())) as [
    Json,
    Json,
  ];
}
/** Signs any header and claims, as an attacker with the key could. */
function forge(header: unknown, claims: unknown, key: SigningKey): string {
  const input = `${encode(header)}.${encode(claims)}`;
  const signature =
    key.algorithm === 'EdDSA'
      ? signBytes(null, Buffer.from(input), key.privateKey)
      : signBytes('sha256', Buffer.from(input), { key: key.privateKey, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}
function hmac(header: unknown, claims: unknown, secret: string | Buffer): string {
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}
function without(object: Json, key: string): Json {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
}

/** Every hostile shape, made from a valid token; the first is the valid one again, to show that forging works. */
function shapesOf({ signingKey }: Pick<AuthApp, 'signingKey'>, valid: string): Record<string, string> {
  const [header, claims] = partsOf(valid);
  const [head, body, signature = ''] = valid.split('.');
  const other = newSigningKey('sig-1');
  const now = Number(claims.iat);
  const signed = (h: Json, c: Json) => forge({ ...header, ...h }, { ...claims, ...c }, signingKey);
  const pem = signingKey.publicKey.export({ type: 'spki', format: 'pem' });
  const der = signingKey.publicKey.export({ type: 'spki', format: 'der' });
  const hs = { ...header, alg: 'HS256' };
  return {
    'alg none': `${encode({ ...header, alg: 'none' })}.${body}.`,
    'alg None with a signature': `${encode({ ...header, alg: 'None' })}.${body}.${signature}`,
    'no signature': `${head}.${body}.`,
    'no signature part': `${head}.${body}`,
    'HS256 with the public PEM': hmac(hs, claims, pem),
    'HS256 with the public DER': hmac(hs, claims, der),
    'HS256 with an empty key': hmac(hs, claims, ''),
    'ES256 said, EdDSA signed': signed({ alg: 'ES256' }, {}),
    'another key under our kid': forge(header, claims, other),
    'another key, embedded': forge(
      { ...header, jwk: other.publicKey.export({ format: 'jwk' }) },
      claims,
      other,
    ),
    'our key, with a jwk': signed({ jwk: other.publicKey.export({ format: 'jwk' }) }, {}),
    'our key, with a jku': signed({ jku: 'https://example.com/jwks.json' }, {}),
    'an unknown crit': signed({ crit: ['b64'], b64: false }, {}),
    'an empty crit': signed({ crit: [] }, {}),
    'an unknown kid': signed({ kid: 'sig-2' }, {}),
    'a kid that is a path': signed({ kid: '../../dev/null' }, {}),
    'a kid of the prototype': signed({ kid: '__proto__' }, {}),
    'a kid that is no text': signed({ kid: 1 }, {}),
    'no kid': forge(without(header, 'kid'), claims, signingKey),
    'typ JWT': signed({ typ: 'JWT' }, {}),
    'no typ': forge(without(header, 'typ'), claims, signingKey),
    'exp reached': signed({}, { exp: now }),
    'exp as text': signed({}, { exp: String(now + 600) }),
    'exp as a fraction': signed({}, { exp: now + 0.5 }),
    'nbf in the future': signed({}, { nbf: now + 60 }),
    'nbf as text': signed({}, { nbf: '0' }),
    ...Object.fromEntries(
      ['iss', 'aud', 'sub', 'sid', 'iat', 'exp', 'jti'].map((claim) => [
        `no ${claim}`,
        forge(header, without(claims, claim), signingKey),
      ]),
    ),
    'another issuer': signed({}, { iss: 'https://example.com' }),
    'another audience': signed({}, { aud: 'somebody-else' }),
    'several audiences': signed({}, { aud: [claims.aud, 'somebody-else'] }),
    'another subject than the session has': signed({}, { sub: 'somebody-else' }),
    'an unknown session': signed({}, { sid: 'no-such-session' }),
    'claims changed': `${head}.${encode({ ...claims, sub: 'somebody-else' })}.${signature}`,
    'signature changed': `${head}.${body}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`,
    'signature cut short': valid.slice(0, -4),
    'something appended': `${valid}.${signature}`,
    'claims that are a list': forge(header, [], signingKey),
    'claims that are null': forge(header, 'null', signingKey),
    'a header that is no JSON': forge('{', claims, signingKey),
    'only dots': '..',
    '10 kB of claims': signed({}, { padding: 'x'.repeat(10_000) }),
    '10 kB of nothing': 'a'.repeat(10_000),
  };
}

test('every hostile token gets the same 401', async () => {
  await using gateway = await bootAuthApp({ hasher: createFakeHasher() });
  const { accessToken } = await signUp(gateway);
  const [header, claims] = partsOf(accessToken);
  expect((await gateway.get('/v1/me', forge(header, claims, gateway.signingKey))).statusCode).toBe(200);

  const answers = new Set<string>();
  for (const [shape, token] of Object.entries(shapesOf(gateway, accessToken))) {
    const response = await gateway.get('/v1/me', token);
    expect([shape, response.statusCode]).toEqual([shape, 401]);
    const { requestId: _, ...body } = response.json();
    answers.add(JSON.stringify([body, response.headers['www-authenticate']]));
  }
  expect(answers.size).toBe(1);
});

test('a token states its type, its user and its lifetime', async () => {
  await using gateway = await bootAuthApp({ hasher: createFakeHasher() });
  const { accessToken } = await signUp(gateway);
  const [header, claims] = partsOf(accessToken);
  const now = gateway.clock.now() / 1000;
  expect(header).toEqual({ alg: 'EdDSA', typ: 'at+jwt', kid: 'sig-1' });
  expect(claims).toEqual({
    iss: 'http://127.0.0.1:4000',
    aud: 'quantgate',
    sub: expect.any(String),
    sid: expect.any(String),
    iat: now,
    exp: now + 600,
    jti: expect.any(String),
  });
});

test('a token works until the exact millisecond of its expiry', async () => {
  await using gateway = await bootAuthApp({ hasher: createFakeHasher() });
  const { accessToken } = await signUp(gateway);
  await gateway.clock.advance(599_999);
  expect((await gateway.get('/v1/me', accessToken)).statusCode).toBe(200);
  await gateway.clock.advance(1);
  expect((await gateway.get('/v1/me', accessToken)).statusCode).toBe(401);
});

test('a refresh token is no access token and an access token no refresh token', async () => {
  await using gateway = await bootAuthApp({ hasher: createFakeHasher() });
  const { accessToken, refreshToken } = await signUp(gateway);
  expect((await gateway.get('/v1/me', refreshToken)).statusCode).toBe(401);
  expect((await gateway.post('/v1/auth/refresh', { refreshToken: accessToken })).statusCode).toBe(401);
});

test('tokens verify with the published keys, which hold nothing private', async () => {
  await using gateway = await bootAuthApp({ hasher: createFakeHasher() });
  const { accessToken } = await signUp(gateway);
  const response = await gateway.get('/.well-known/jwks.json');
  expect(response.headers['cache-control']).toBe('public, max-age=300');
  const { keys } = response.json();
  expect(keys).toEqual([
    { kty: 'OKP', crv: 'Ed25519', x: expect.any(String), kid: 'sig-1', alg: 'EdDSA', use: 'sig' },
  ]);
  const [head, body, signature = ''] = accessToken.split('.');
  const key = createPublicKey({ key: keys[0], format: 'jwk' });
  expect(verifyBytes(null, Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'))).toBe(
    true,
  );
});

test('keys rotate: the first signs, every one verifies, each by its own algorithm', () => {
  const deps = { issuer: 'i', audience: 'a', ttlMs: 60_000, clock: createManualClock(), random };
  const former = newSigningKey('old', 'ed25519');
  const next = newSigningKey('new', 'ec');
  const before = createTokens({ ...deps, keys: [former] });
  const during = createTokens({ ...deps, keys: [next, former] });
  const after = createTokens({ ...deps, keys: [next] });
  const session = { userId: 'u', sessionId: 's' };

  const { token } = before.issue(session);
  const { token: newToken } = during.issue(session);
  expect(partsOf(newToken)[0]).toMatchObject({ alg: 'ES256', kid: 'new' });
  expect(during.verify(token)).toMatchObject(session);
  expect(during.verify(newToken)).toMatchObject(session);
  expect(after.verify(newToken)).toMatchObject(session);
  expect(() => after.verify(token)).toThrow('Authentication is required');

  const [, claims] = partsOf(newToken);
  const crossed = forge({ alg: 'EdDSA', typ: 'at+jwt', kid: 'new' }, claims, former);
  expect(() => during.verify(crossed)).toThrow('Authentication is required');
  expect(during.jwks().keys.map((key) => [key.kid, key.alg])).toEqual([
    ['new', 'ES256'],
    ['old', 'EdDSA'],
  ]);
});
