import { isGatewayError } from '../errors.ts';
import { listWrappedByOthers, replaceSealed } from '../store/identity/credentials.ts';
import type { Db } from '../store/store.ts';
import { bindingOf } from './binding.ts';
import type { Vault } from './vault.ts';

/** Credentials read at a time. */
const BATCH_SIZE = 100;

/** What a pass over all credentials came to. */
export interface Rewrapped {
  moved: number;
  /** Credentials whose secret does not open, and why; they keep their former key in use until they are deleted. */
  unreadable: { credentialId: string; error: unknown }[];
}

/**
 * Moves every stored secret under the primary key, so that the other keys can be dropped. It may be interrupted and
 * run again at any time, beside requests and other replicas: a secret that was replaced meanwhile is left alone.
 */
export async function rewrapAll(db: Db, vault: Vault): Promise<Rewrapped> {
  const result: Rewrapped = { moved: 0, unreadable: [] };
  let afterId = '';
  for (;;) {
    const batch = await listWrappedByOthers(db, vault.primaryKid, afterId, BATCH_SIZE);
    for (const credential of batch) {
      afterId = credential.id;
      try {
        const rewrapped = vault.rewrap(bindingOf(credential), credential.sealed);
        if (await replaceSealed(db, credential, rewrapped)) result.moved += 1;
      } catch (error) {
        if (!isGatewayError(error)) throw error;
        result.unreadable.push({ credentialId: credential.id, error });
      }
    }
    if (batch.length < BATCH_SIZE) return result;
  }
}
