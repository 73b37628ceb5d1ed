import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import type { WrappingKey } from '../lib/keys.ts';
import type { Random } from '../lib/random.ts';
import type { Binding } from './binding.ts';

const CIPHER = 'aes-256-gcm';
/** NIST SP 800-38D, 8.2.2: 96 random bits; each data key seals one text, so nonces never meet. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;

const box = z.strictObject({ nonce: z.base64(), data: z.base64() });
const envelope = z.strictObject({ v: z.literal(1), kid: z.string(), key: box, text: box });

/** A random nonce and what it sealed; `data` ends with the authentication tag. Base64. */
type Box = z.infer<typeof box>;

/** A sealed secret as it is stored: the data key wrapped by `kid`, and the text under the data key. */
export type Envelope = z.infer<typeof envelope>;

/** @throws Error when the text is no envelope of a known version. */
export function parseEnvelope(sealed: string): Envelope {
  return envelope.parse(JSON.parse(sealed));
}

/**
 * Two layers: a fresh data key seals the text, the wrapping key seals the data key. The text is bound to its
 * place, the data key to its place and to the wrapping key's `kid`, so changing either makes opening fail while
 * rewrapping never needs the text.
 */
export function seal(binding: Binding, plaintext: string, wrapping: WrappingKey, random: Random): Envelope {
  const dataKey = random.bytes(KEY_BYTES);
  return {
    v: 1,
    kid: wrapping.kid,
    key: encrypt(wrapping.key, dataKey, context('key', binding, wrapping.kid), random),
    text: encrypt(createSecretKey(dataKey), Buffer.from(plaintext), context('text', binding), random),
  };
}

/** @throws Error when anything was changed, moved, or wrapped by another key. */
export function open(binding: Binding, sealed: Envelope, wrappingKey: KeyObject): string {
  const dataKey = createSecretKey(unwrap(binding, sealed, wrappingKey));
  return decrypt(dataKey, sealed.text, context('text', binding)).toString();
}

/** The same secret with its data key under another wrapping key; the text stays sealed all the while. */
export function rewrap(
  binding: Binding,
  sealed: Envelope,
  from: KeyObject,
  to: WrappingKey,
  random: Random,
): Envelope {
  const key = encrypt(to.key, unwrap(binding, sealed, from), context('key', binding, to.kid), random);
  return { ...sealed, kid: to.kid, key };
}

function unwrap(binding: Binding, sealed: Envelope, wrappingKey: KeyObject): Buffer {
  return decrypt(wrappingKey, sealed.key, context('key', binding, sealed.kid));
}

/** The additional data: a JSON array, so that no two different places read alike. */
function context(layer: 'key' | 'text', binding: Binding, kid = ''): Buffer {
  return Buffer.from(
    JSON.stringify(['quantgate', 1, layer, binding.ownerId, binding.credentialId, binding.field, kid]),
  );
}

function encrypt(key: KeyObject, plain: Buffer, additional: Buffer, random: Random): Box {
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
