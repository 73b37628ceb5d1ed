import { findPrincipal } from '../../store/identity/users.ts';
import type { AiListRunRow, AiTaskRunRow } from '../../store/schema/index.ts';
import type { Store } from '../../store/store.ts';

/** Why a run ended that a service account had begun for its owner. */
export const STARTER_GONE = 'The service account that began the run was deleted';

/**
 * True when a service account began the run and was deleted since. Such a run begins nothing more; what it has begun goes on, and
 * its end is reported, because only the owner stops deployments.
 */
export async function isStarterGone(
  { db }: Pick<Store, 'db'>,
  { startedBy }: Pick<AiTaskRunRow | AiListRunRow, 'startedBy'>,
): Promise<boolean> {
  return startedBy !== null && (await findPrincipal(db, startedBy)) === undefined;
}
