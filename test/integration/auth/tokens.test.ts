import { createPublicKey, verify as verifyBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createTokens } from '../../../src/auth/tokens.ts';
import { systemRandom as random } from '../../../src/lib/random.ts';
import { forge, hostileTokens, partsOf } from '../../audit/tables/tokens.ts';
import { bootAuthApp, createFakeHasher, newSigningKey, signUp } from '../../support/auth-app.ts';
import { createManualClock } from '../../support/manual-clock.ts';

test('every hostile token gets the same 401', async () => {
  await using gateway = await bootAuthApp({ hasher: createFakeHasher() });
  const { accessToken } = await signUp(gateway);
  const [header, claims] = partsOf(accessToken);
  expect((await gateway.get('/v1/me', forge(header, claims, gateway.signingKey))).statusCode).toBe(200);

  const answers = new Set<string>();
  for (const [shape, token] of Object.entries(hostileTokens(gateway.signingKey, accessToken))) {
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
