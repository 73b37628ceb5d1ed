import { StartError } from '../lib/start-error.ts';
import { kidsInUse } from '../store/identity/credentials.ts';
import { deleteKeyCheck, insertKeyCheck, listKeyChecks } from '../store/identity/key-checks.ts';
import type { Db } from '../store/store.ts';
import { canaryBindingOf } from './binding.ts';
import type { Vault } from './vault.ts';

/**
 * Compares the key ring with the keys that sealed the store, at start and before any request. The store has a canary
 * for each key: a text that the key sealed when it was first used. The start fails here, instead of a request later,
 * when the ring lacks a key that a secret needs, or has different bytes under a known `kid`.
 *
 * A lost key cannot be replaced. To go on without it, delete the credentials and transcripts it wrapped (`DELETE FROM
 * credentials WHERE kid = '…'`, `DELETE FROM transcripts WHERE kid = '…'`) and its canary (`DELETE FROM key_checks WHERE kid = '…'`); the owners of the credentials must store them again. To retire
 * a key without loss: put the new key first, wait until every secret is rewrapped, then drop the old key. Its canary is
 * deleted at the next start.
 * @param retires false for a command beside gateways that may have other keys: then no canary is deleted
 * @throws StartError that names the `kid` and what to do
 */
export async function checkKeys(db: Db, vault: Vault, { retires = true } = {}): Promise<void> {
  const held = new Set(vault.kids());
  const checks = await assertKeysFit(db, vault);
  const retired = checks.filter(({ kid }) => !held.has(kid));
  for (const { kid } of retires ? retired : []) await deleteKeyCheck(db, kid);
  const checked = new Set(checks.map((check) => check.kid));
  for (const kid of held) {
    if (!checked.has(kid))
      await insertKeyCheck(db, { kid, sealed: vault.sealWith(kid, canaryBindingOf(kid), kid).sealed });
  }
}

/**
 * The part of `checkKeys` that only reads.
 * @returns what the store has to compare keys with
 * @throws StartError that names the `kid` and what to do
 */
export async function assertKeysFit(db: Db, vault: Vault): Promise<{ kid: string; sealed: string }[]> {
  const held = new Set(vault.kids());
  for (const kid of await kidsInUse(db)) {
    if (!held.has(kid)) throw new StartError(missingKey(kid));
  }
  const checks = await listKeyChecks(db);
  for (const { kid, sealed } of checks) if (held.has(kid)) assertOpens(vault, kid, sealed);
  return checks;
}

function assertOpens(vault: Vault, kid: string, sealed: string): void {
  try {
    vault.open(canaryBindingOf(kid), sealed);
  } catch (cause) {
    throw new StartError(otherKey(kid), { cause });
  }
}

function missingKey(kid: string): string {
  return (
    `ENCRYPTION_KEYS lacks the key ${kid}, which stored credentials or transcripts need: add it back after the first one. ` +
    'It may be dropped once every one has been rewrapped.'
  );
}

function otherKey(kid: string): string {
  return (
    `ENCRYPTION_KEYS has another key under the name ${kid} than the one this store was sealed with: ` +
    'restore the former key, and give the new one a name of its own.'
  );
}
