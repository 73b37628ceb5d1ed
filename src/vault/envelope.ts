import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import type { WrappingKey } from '../lib/keys.ts';
import type { Random } from '../lib/random.ts';
import type { Binding } from './binding.ts';

const CIPHER = 'aes-256-gcm';
/** 96 random bits (NIST SP 800-38D, 8.2.2). Each data key encrypts one text, so its nonces cannot repeat. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;

const box = z.strictObject({ nonce: z.base64(), data: z.base64() });
const wrappedKey = z.strictObject({ v: z.literal(1), kid: z.string(), key: box });
const envelope = wrappedKey.extend({ text: box });

/** A nonce and a ciphertext that ends with the authentication tag; both base64. */
type Box = z.infer<typeof box>;

/** A sealed secret as it is stored: the data key, encrypted by the key `kid`, and the text, encrypted by the data key. */
export type Envelope = z.infer<typeof envelope>;

/** The part of an envelope that a change of the wrapping key replaces. */
export type WrappedKey = z.infer<typeof wrappedKey>;

/** @throws Error when the text is not an envelope of a known version */
export function parseEnvelope(sealed: string): Envelope {
  return envelope.parse(JSON.parse(sealed));
}

/** @throws Error when the text is not a wrapped key of a known version */
export function parseWrappedKey(text: string): WrappedKey {
  return wrappedKey.parse(JSON.parse(text));
}

/** Its data may have megabytes, which a check of each letter would take long for; decryption checks every bit. */
const largeBox = z.strictObject({ nonce: z.base64(), data: z.string() });

/** @throws Error when the text is not the encrypted text of an envelope */
export function parseBox(text: string): Box {
  return largeBox.parse(JSON.parse(text));
}

/**
 * Encrypts in two layers: a new data key encrypts the text, and the wrapping key encrypts the data key. The text is
 * bound to its place; the data key is bound to its place and to the `kid`. If one of these is changed, `open` fails.
 * Rewrapping needs only the data key.
 */
export function seal(
  binding: Binding,
  plaintext: string | Uint8Array,
  wrapping: WrappingKey,
  random: Random,
): Envelope {
  const dataKey = random.bytes(KEY_BYTES);
  return {
    v: 1,
    kid: wrapping.kid,
    key: encrypt(wrapping.key, dataKey, context('key', binding, wrapping.kid), random),
    text: encrypt(createSecretKey(dataKey), toBytes(plaintext), context('text', binding), random),
  };
}

/** @throws Error when the envelope was changed, moved to another place, or wrapped by another key */
export function open(binding: Binding, sealed: Envelope, wrappingKey: KeyObject): Buffer {
  const dataKey = createSecretKey(unwrap(binding, sealed, wrappingKey));
  return decrypt(dataKey, sealed.text, context('text', binding));
}

/** Encrypts the data key with another wrapping key; the text is neither needed nor decrypted. @throws as `open` does */
export function rewrap<Wrapped extends WrappedKey>(
  binding: Binding,
  sealed: Wrapped,
  from: KeyObject,
  to: WrappingKey,
  random: Random,
): Wrapped {
  const key = encrypt(to.key, unwrap(binding, sealed, from), context('key', binding, to.kid), random);
  return { ...sealed, kid: to.kid, key };
}

function toBytes(plaintext: string | Uint8Array): Uint8Array {
  return typeof plaintext === 'string' ? Buffer.from(plaintext) : plaintext;
}

function unwrap(binding: Binding, sealed: WrappedKey, wrappingKey: KeyObject): Buffer {
  return decrypt(wrappingKey, sealed.key, context('key', binding, sealed.kid));
}

/** The additional authenticated data. A JSON array, so that different places never give the same bytes. */
function context(layer: 'key' | 'text', binding: Binding, kid = ''): Buffer {
  return Buffer.from(
    JSON.stringify(['quantgate', 1, layer, binding.ownerId, binding.credentialId, binding.field, kid]),
  );
}

function encrypt(key: KeyObject, plain: Uint8Array, additional: Buffer, random: Random): Box {
  const nonce = random.bytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAAD(additional);
  const data = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  return { nonce: nonce.toString('base64'), data: data.toString('base64') };
}

function decrypt(key: KeyObject, { nonce, data }: Box, additional: Buffer): Buffer {
  const bytes = Buffer.from(data, 'base64');
  const tagAt = bytes.length - TAG_BYTES;
  const decipher = createDecipheriv(CIPHER, key, Buffer.from(nonce, 'base64'), { authTagLength: TAG_BYTES });
  decipher.setAAD(additional).setAuthTag(bytes.subarray(tagAt));
  return Buffer.concat([decipher.update(bytes.subarray(0, tagAt)), decipher.final()]);
}
