import { createHmac, sign as signBytes } from 'node:crypto';
import type { SigningKey } from '../../../src/lib/keys.ts';
import { newSigningKey } from '../../support/auth-app.ts';

/** A JSON object. */
type Json = Record<string, unknown>;

function encode(part: unknown): string {
  return Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');
}
/** The header and the claims of a token. */
export function partsOf(token: string): [header: Json, claims: Json] {
  const [header = '', claims = ''] = token.split('.');
  return [header, claims].map((part) => JSON.parse(Buffer.from(part, 'base64url').toString())) as [
    Json,
    Json,
  ];
}
/** Signs any header and claims, as an attacker with the key could. */
export function forge(header: unknown, claims: unknown, key: SigningKey): string {
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

/** Every hostile shape by its name, made from a valid token and the key that signed it. */
export function hostileTokens(signingKey: SigningKey, valid: string): Record<string, string> {
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
    'alg NONE in capitals': `${encode({ ...header, alg: 'NONE' })}.${body}.`,
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
    'our key, with an x5u': signed({ x5u: 'https://example.com/cert.pem' }, {}),
    'our key, with an x5c': signed({ x5c: ['AAAA'] }, {}),
    'our key, with a jku': signed({ jku: 'https://example.com/jwks.json' }, {}),
    'an unknown crit': signed({ crit: ['b64'], b64: false }, {}),
    'an empty crit': signed({ crit: [] }, {}),
    'an unknown kid': signed({ kid: 'sig-2' }, {}),
    'a kid that is a path': signed({ kid: '../../dev/null' }, {}),
    'a kid of the prototype': signed({ kid: '__proto__' }, {}),
    'a kid that is no text': signed({ kid: 1 }, {}),
    'a kid that is a query': signed({ kid: "' OR '1'='1" }, {}),
    'a kid that is a URL': signed({ kid: 'http://127.0.0.1/key' }, {}),
    'no kid': forge(without(header, 'kid'), claims, signingKey),
    'typ JWT': signed({ typ: 'JWT' }, {}),
    'typ of a refresh token': signed({ typ: 'rt+jwt' }, {}),
    'typ of a watch token': signed({ typ: 'wt+jwt' }, {}),
    'no typ': forge(without(header, 'typ'), claims, signingKey),
    'exp reached': signed({}, { exp: now }),
    'exp of a century ago': signed({}, { exp: 1 }),
    'exp below zero': signed({}, { exp: -1 }),
    'exp that is null': signed({}, { exp: null }),
    'exp that is 1e309': forge(
      header,
      JSON.stringify({ ...claims, exp: 0 }).replace('"exp":0', '"exp":1e309'),
      signingKey,
    ),
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
