import { findPrincipal, isPrincipalDisabled } from '../../store/identity/users.ts';
import type { AiListRunRow, AiTaskRunRow } from '../../store/schema/index.ts';
import type { Store } from '../../store/store.ts';

/** Why a run ended that a service account had begun for its owner. */
const STARTER_GONE = 'The service account that began the run was deleted';
const OWNER_DISABLED = 'The user is disabled';
const STARTER_DISABLED = 'The service account that began the run belongs to a disabled user';

/**
 * Why the owner of a run, or the service account that began it for them, may begin nothing more; undefined when they may. What
 * the run has begun goes on and its end is reported, because only the owner stops deployments.
 */
export async function whyNothingBegins(
  { db }: Pick<Store, 'db'>,
  { ownerId, startedBy }: Pick<AiTaskRunRow | AiListRunRow, 'ownerId' | 'startedBy'>,
): Promise<string | undefined> {
  if (await isPrincipalDisabled(db, ownerId)) return OWNER_DISABLED;
  if (startedBy === null) return undefined;
  if ((await findPrincipal(db, startedBy)) === undefined) return STARTER_GONE;
  return (await isPrincipalDisabled(db, startedBy)) ? STARTER_DISABLED : undefined;
}
