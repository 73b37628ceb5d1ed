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

/**
 * A secret is remembered under its place and its sealed form: one that was replaced, or moved to another place, is opened
 * anew. It is held as bytes, which are overwritten when it is forgotten.
 */
export function createOpenedSecrets({ vault, clock }: { vault: Vault; clock: Clock }): OpenedSecrets {
  const memory = createShortMemory<Buffer, { binding: Binding; sealed: string }>({
    load: ({ binding, sealed }) => Buffer.from(vault.open(binding, sealed)),
    maxAgeMs: REMEMBER_MS,
    maxGroups: MAX_OWNERS,
    onForget: (secret) => secret.fill(0),
    clock,
  });
  return {
    open: (binding, sealed) =>
      memory
        .get(binding.ownerId, JSON.stringify([binding.credentialId, binding.field, sealed]), {
          binding,
          sealed,
        })
        .toString(),
  };
}
