import { isGatewayError } from '../errors.ts';
import { listWrappedByOthers, replaceSealed } from '../store/identity/credentials.ts';
import type { Db } from '../store/store.ts';
import { bindingOf } from './binding.ts';
import { rewrapAnswers } from './kept-answers.ts';
import type { Vault } from './vault.ts';

/** Credentials per query. */
const BATCH_SIZE = 100;

/** The result of `rewrapAll`. */
export interface Rewrapped {
  moved: number;
  /** Credentials whose secret cannot be opened, and why. Their key stays in use until they are deleted. */
  unreadable: { credentialId: string; error: unknown }[];
}

/**
 * Rewraps every stored secret, those in kept answers included, with the primary key, so that the other keys can be dropped. It can be interrupted,
 * repeated, and run beside requests and other replicas: a secret that was replaced in the meantime is not changed.
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
    if (batch.length < BATCH_SIZE) break;
  }
  result.moved += await rewrapAnswers(db, vault);
  return result;
}
