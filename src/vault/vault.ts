import { GatewayError } from '../errors.ts';
import type { WrappingKey } from '../lib/keys.ts';
import type { Random } from '../lib/random.ts';
import type { Binding } from './binding.ts';
import { open, parseEnvelope, rewrap, seal } from './envelope.ts';
import { createKeyRing } from './key-ring.ts';

/** A sealed secret as it is stored, and the key that wraps it. */
export interface Sealed {
  /** JSON; opaque to everyone but the vault. */
  sealed: string;
  kid: string;
}

/** The only door to stored secrets. */
export interface Vault {
  /** The key that wraps what is sealed now. */
  readonly primaryKid: string;
  /** Every key that opens. */
  kids(): string[];
  /** Seals a secret for one place. */
  seal(binding: Binding, plaintext: string): Sealed;
  /** Seals under a certain key of the ring; for canaries. @throws Error when the ring lacks it */
  sealWith(kid: string, binding: Binding, plaintext: string): Sealed;
  /** @throws GatewayError `INTERNAL` when it is of another place, changed, or under a key we do not hold. */
  open(binding: Binding, sealed: string): string;
  /** Moves a secret under the primary key without looking at it. @throws as `open` does */
  rewrap(binding: Binding, sealed: string): Sealed;
}

/** What a vault is made of. */
export interface VaultDeps {
  /** The first key seals, every one opens. */
  keys: readonly WrappingKey[];
  random: Random;
}

/** Makes the vault over a ring of wrapping keys. */
export function createVault({ keys, random }: VaultDeps): Vault {
  const ring = createKeyRing(keys);
  const keyOf = (kid: string) => {
    const key = ring.find(kid);
    if (!key) throw new Error(`ENCRYPTION_KEYS holds no key ${kid}`);
    return key;
  };
  return {
    primaryKid: ring.primary.kid,
    kids: ring.kids,
    seal: (binding, plaintext) => toSealed(seal(binding, plaintext, ring.primary, random)),
    sealWith: (kid, binding, plaintext) =>
      toSealed(seal(binding, plaintext, { kid, key: keyOf(kid) }, random)),
    open: (binding, sealed) =>
      closed(() => {
        const envelope = parseEnvelope(sealed);
        return open(binding, envelope, keyOf(envelope.kid));
      }),
    rewrap: (binding, sealed) =>
      closed(() => {
        const envelope = parseEnvelope(sealed);
        return toSealed(rewrap(binding, envelope, keyOf(envelope.kid), ring.primary, random));
      }),
  };
}

function toSealed(envelope: ReturnType<typeof seal>): Sealed {
  return {
    sealed: JSON.stringify(envelope),
    kid: envelope.kid,
  };
}

/** Fails closed: whatever is wrong, the caller learns only that the secret cannot be read. */
function closed<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new GatewayError(
      'INTERNAL',
      undefined,
      {},
      new Error('A stored secret cannot be opened', { cause: error }),
    );
  }
}
