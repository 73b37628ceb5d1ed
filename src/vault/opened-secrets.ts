import type { Clock } from '../lib/clock.ts';
import { createShortMemory } from '../lib/short-memory.ts';
import type { Binding } from './binding.ts';
import type { Vault } from './vault.ts';

/** Opens the secrets of credentials that are in use, each of them once in a few seconds. */
export interface OpenedSecrets {
  /** @throws as `Vault.open` does */
  open(binding: Binding, sealed: string): string;
}

/** How long an opened secret stays in memory, and of how many owners (docs/decisions/0037-what-a-read-remembers.md). */
const REMEMBER_MS = 5_000;
const MAX_OWNERS = 10_000;

/** An opened secret, and the place that it was sealed for. */
interface Opened {
  credentialId: string;
  field: string;
  secret: Buffer;
}

/**
 * A secret is remembered under its sealed form, with its place: one that was replaced, or moved to another place, is opened
 * anew. It is held as bytes, which are overwritten when it is forgotten.
 */
export function createOpenedSecrets({ vault, clock }: { vault: Vault; clock: Clock }): OpenedSecrets {
  const memory = createShortMemory<Opened, { binding: Binding; sealed: string }>({
    load: ({ binding, sealed }) => ({
      credentialId: binding.credentialId,
      field: binding.field,
      secret: Buffer.from(vault.open(binding, sealed)),
    }),
    maxAgeMs: REMEMBER_MS,
    maxGroups: MAX_OWNERS,
    onForget: ({ secret }) => secret.fill(0),
    clock,
  });
  return {
    open(binding, sealed) {
      const { credentialId, field, secret } = memory.get(binding.ownerId, sealed, { binding, sealed });
      const isInPlace = credentialId === binding.credentialId && field === binding.field;
      return isInPlace ? secret.toString() : vault.open(binding, sealed);
    },
  };
}
