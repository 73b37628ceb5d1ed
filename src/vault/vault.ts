import type { KeyObject } from 'node:crypto';
import { GatewayError } from '../errors.ts';
import type { WrappingKey } from '../lib/keys.ts';
import type { Random } from '../lib/random.ts';
import type { Binding } from './binding.ts';
import { type Envelope, open, parseBox, parseEnvelope, parseWrappedKey, rewrap, seal } from './envelope.ts';

/** A sealed secret as it is stored, and the key that wraps its data key. */
export interface Sealed {
  /** JSON of an envelope; only the vault reads it. */
  sealed: string;
  kid: string;
}

/** A sealed text in two columns: the data key, which a change of the wrapping key replaces, and the text. */
export interface SealedBytes {
  kid: string;
  /** JSON of the wrapped data key. */
  wrappedKey: string;
  /** JSON of the encrypted text. */
  body: string;
}

/** Seals and opens stored secrets. No other code does. */
export interface Vault {
  /** The key that wraps new secrets. */
  readonly primaryKid: string;
  /** The `kid` of every key that can open secrets. */
  kids(): string[];
  /** Seals a secret for one place. */
  seal(binding: Binding, plaintext: string): Sealed;
  /** Seals with the given key of the ring; for canaries. @throws Error when the ring lacks the key */
  sealWith(kid: string, binding: Binding, plaintext: string): Sealed;
  /** @throws GatewayError `INTERNAL` when the secret belongs to another place, was changed, or its key is missing. */
  open(binding: Binding, sealed: string): string;
  /** Wraps a secret's data key with the primary key, without decrypting the secret. @throws as `open` does */
  rewrap(binding: Binding, sealed: string): Sealed;
  /** Seals bytes for one place, in two parts. */
  sealBytes(binding: Binding, bytes: Uint8Array): SealedBytes;
  /** @throws as `open` does */
  openBytes(binding: Binding, sealed: Omit<SealedBytes, 'kid'>): Buffer;
  /** Wraps a data key with the primary key. @throws as `open` does */
  rewrapKey(binding: Binding, wrappedKey: string): Omit<SealedBytes, 'body'>;
}

export interface VaultDeps {
  /** The key ring. The first key seals, each of them opens. */
  keys: readonly WrappingKey[];
  random: Random;
}

/** @throws Error when there is no key, or two keys have the same `kid` */
export function createVault({ keys, random }: VaultDeps): Vault {
  const [primary] = keys;
  if (!primary) throw new Error('The key ring is empty: ENCRYPTION_KEYS must hold at least one key');
  const keyByKid = new Map(keys.map(({ kid, key }) => [kid, key]));
  if (keyByKid.size !== keys.length) throw new Error('The key ring names one kid twice');

  const keyOf = (kid: string): KeyObject => {
    const key = keyByKid.get(kid);
    if (!key) throw new Error(`ENCRYPTION_KEYS holds no key ${kid}`);
    return key;
  };

  return {
    primaryKid: primary.kid,
    kids: () => [...keyByKid.keys()],
    seal: (binding, plaintext) => toSealed(seal(binding, plaintext, primary, random)),
    sealWith: (kid, binding, plaintext) =>
      toSealed(seal(binding, plaintext, { kid, key: keyOf(kid) }, random)),
    open: (binding, sealed) =>
      hidingReason(() => {
        const envelope = parseEnvelope(sealed);
        return open(binding, envelope, keyOf(envelope.kid)).toString();
      }),
    rewrap: (binding, sealed) =>
      hidingReason(() => {
        const envelope = parseEnvelope(sealed);
        return toSealed(rewrap(binding, envelope, keyOf(envelope.kid), primary, random));
      }),
    sealBytes(binding, bytes) {
      const { text, ...wrapped } = seal(binding, bytes, primary, random);
      return { kid: wrapped.kid, wrappedKey: JSON.stringify(wrapped), body: JSON.stringify(text) };
    },
    openBytes: (binding, { wrappedKey, body }) =>
      hidingReason(() => {
        const wrapped = parseWrappedKey(wrappedKey);
        return open(binding, { ...wrapped, text: parseBox(body) }, keyOf(wrapped.kid));
      }),
    rewrapKey: (binding, wrappedKey) =>
      hidingReason(() => {
        const wrapped = parseWrappedKey(wrappedKey);
        const rewrapped = rewrap(binding, wrapped, keyOf(wrapped.kid), primary, random);
        return { kid: rewrapped.kid, wrappedKey: JSON.stringify(rewrapped) };
      }),
  };
}

function toSealed(envelope: Envelope): Sealed {
  return { sealed: JSON.stringify(envelope), kid: envelope.kid };
}

/** Gives callers the same error for every failure; the reason is kept as the cause, for the log. */
function hidingReason<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw new GatewayError(
      'INTERNAL',
      undefined,
      {},
      new Error('A stored secret cannot be opened', { cause }),
    );
  }
}
