import { createHash, createPrivateKey, createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';

/** A private key that signs access tokens; its public half is published under the same `kid`. */
export interface SigningKey {
  kid: string;
  algorithm: 'EdDSA' | 'ES256';
  privateKey: KeyObject;
  publicKey: KeyObject;
}

/** A key that wraps data keys (the outer layer of envelope encryption). */
export interface WrappingKey {
  kid: string;
  key: KeyObject;
}

/** RFC 7638 thumbprint of the public key, the default `kid`. */
function thumbprint(publicKey: KeyObject): string {
  const { crv, kty, x, y } = publicKey.export({ format: 'jwk' });
  const members = y === undefined ? { crv, kty, x } : { crv, kty, x, y };
  return createHash('sha256').update(JSON.stringify(members)).digest('base64url');
}

/** @throws Error unless the key is Ed25519 or P-256; each key has one algorithm (RFC 8725, section 3.1) */
export function toSigningKey(privateKey: KeyObject, kid?: string): SigningKey {
  const publicKey = createPublicKey(privateKey);
  const isEd25519 = privateKey.asymmetricKeyType === 'ed25519';
  const isP256 = privateKey.asymmetricKeyDetails?.namedCurve === 'prime256v1';
  if (!isEd25519 && !isP256) throw new Error('must be Ed25519 or P-256');
  return {
    kid: kid ?? thumbprint(publicKey),
    algorithm: isEd25519 ? 'EdDSA' : 'ES256',
    privateKey,
    publicKey,
  };
}

/**
 * Reads signing keys from a JWK set (RFC 7517) or from concatenated PEMs.
 * @throws Error that says what is wrong and never quotes the text
 */
export function parseSigningKeys(text: string): SigningKey[] {
  const keys = text.trimStart().startsWith('{') ? keysOfJwkSet(text) : keysOfPems(text);
  if (keys.length === 0) throw new Error('holds no private key');
  if (new Set(keys.map((key) => key.kid)).size !== keys.length) throw new Error('names one kid twice');
  return keys;
}

function keysOfJwkSet(text: string): SigningKey[] {
  const set: unknown = JSON.parse(text);
  const jwks = typeof set === 'object' && set !== null && 'keys' in set ? set.keys : [set];
  if (!Array.isArray(jwks)) throw new Error('is not a JWK set');
  return jwks.map((jwk) => toSigningKey(createPrivateKey({ key: jwk, format: 'jwk' }), jwk.kid));
}

function keysOfPems(text: string): SigningKey[] {
  return (
    text
      .replaceAll('\\n', '\n')
      .match(/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g) ?? []
  ).map((pem) => toSigningKey(createPrivateKey(pem)));
}

/**
 * Reads `kid:base64(32 bytes)[,kid:…]`; the first key encrypts, all decrypt.
 * @throws Error that says what is wrong and never quotes the text
 */
export function parseWrappingKeys(text: string): WrappingKey[] {
  const keys = text.split(',').map((entry) => {
    const [kid, encoded, rest] = entry.trim().split(':');
    if (!kid || !encoded || rest !== undefined || !/^[\w.-]{1,64}$/.test(kid))
      throw new Error('must read kid:base64');
    const bytes = Buffer.from(encoded, 'base64');
    if (bytes.length !== 32) throw new Error(`key ${kid} must be 32 bytes in base64`);
    return { kid, key: createSecretKey(bytes) };
  });
  if (new Set(keys.map((key) => key.kid)).size !== keys.length) throw new Error('names one kid twice');
  return keys;
}
