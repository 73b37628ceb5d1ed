import type { Restore } from './faults/restore.ts';
import type { KeyUse } from './history.ts';

/** Requests of the lost time may still be on their way for so long after a restore. */
const AFTER_RESTORE_MS = 4_000;

/** True for something that may have been lost, in whole or in part, when the database was restored. */
export function mayBeLost(
  { restores }: { restores: readonly Restore[] },
  { fromMs, toMs }: { fromMs: number; toMs: number },
): boolean {
  return restores.some(
    ({ copiedMs, restoredMs }) => fromMs <= restoredMs + AFTER_RESTORE_MS && toMs >= copiedMs,
  );
}

/** Deployments that may be forgotten, or of which a prompt may be forgotten after which they went on. */
export function forgottenDeployments({
  restores,
  keys,
  upstream,
}: {
  restores: readonly Restore[];
  keys: readonly KeyUse[];
  upstream: readonly { id: string; createdMs: number }[];
}): Set<string> {
  const created = upstream.filter(({ createdMs: atMs }) =>
    mayBeLost({ restores }, { fromMs: atMs, toMs: atMs }),
  );
  const prompts = keys.filter((use) => use.kind === 'prompt' && mayBeLost({ restores }, use));
  return new Set([...created.map(({ id }) => id), ...prompts.flatMap(({ about }) => about ?? [])]);
}
