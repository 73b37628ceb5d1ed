import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { parseSigningKeys, parseWrappingKeys } from './keys.ts';

function ed25519(): KeyObject {
  return generateKeyPairSync('ed25519').privateKey;
}

function p256(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}

function pem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function base64(length = 32): string {
  return randomBytes(length).toString('base64');
}

describe('signing keys', () => {
  test('PEMs one after another, the first first, line breaks escaped or not', () => {
    const keys = [ed25519(), p256()];
    const text = keys.map(pem).join('\n');
    for (const given of [text, text.replaceAll('\n', '\\n')]) {
      expect(parseSigningKeys(given).map(({ algorithm }) => algorithm)).toEqual(['EdDSA', 'ES256']);
    }
  });

  test('a JWK set keeps its names; a key without one is named by its thumbprint', () => {
    const [named, unnamed] = [ed25519(), p256()].map((key) => key.export({ format: 'jwk' }));
    const [first, second] = parseSigningKeys(JSON.stringify({ keys: [{ ...named, kid: 'a' }, unnamed] }));
    expect(first?.kid).toBe('a');
    expect(second?.kid).toMatch(/^[\w-]{43}$/);
  });

  test('the thumbprint is that of RFC 8037, appendix A.3', () => {
    const jwk = {
      kty: 'OKP',
      crv: 'Ed25519',
      d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
      x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
    };
    const key = createPrivateKey({ key: jwk, format: 'jwk' });
    expect(parseSigningKeys(pem(key))[0]?.kid).toBe('kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k');
  });

  const rsa = (): string => pem(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);
  const twice = (): string =>
    JSON.stringify({
      keys: [ed25519(), ed25519()].map((key) => ({ ...key.export({ format: 'jwk' }), kid: 'a' })),
    });
  test.each([
    ['no key at all', () => 'hello'],
    ['an empty set', () => '{"keys":[]}'],
    ['JSON that is no set', () => '{"keys":"none"}'],
    ['an RSA key', rsa],
    ['another curve', () => pem(generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey)],
    ['a name used twice', twice],
  ])('%s is refused', (_what, text) => {
    expect(() => parseSigningKeys(text())).toThrow();
  });
});

describe('wrapping keys', () => {
  test('the first encrypts, so their order stays', () => {
    const keys = parseWrappingKeys(`b:${base64()}, a:${base64()}`);
    expect(keys.map(({ kid }) => kid)).toEqual(['b', 'a']);
  });

  test.each([
    ['nothing', ''],
    ['a key without a name', base64()],
    ['a name without a key', 'a:'],
    ['a short key', `a:${base64(16)}`],
    ['a long key', `a:${base64(33)}`],
    ['a name with odd characters', `a b:${base64()}`],
    ['a name used twice', `a:${base64()},a:${base64()}`],
    ['a trailing comma', `a:${base64()},`],
  ])('%s is refused, and the error does not quote it', (_what, text) => {
    const secret = text.split(':')[1];
    expect(() => parseWrappingKeys(text)).toThrow();
    try {
      parseWrappingKeys(text);
    } catch (error) {
      if (secret) expect(String(error)).not.toContain(secret);
    }
  });
});
