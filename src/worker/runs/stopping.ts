import { findListRun } from '../../store/ai-tasks/list-runs.ts';
import { findIntent } from '../../store/coordination/intents.ts';
import type { AiTaskRunRow } from '../../store/schema/index.ts';
import type { Store } from '../../store/store.ts';

/** Why a run ended before anything was deployed for it. */
export const STOPPED = 'The run of the list was stopped before this task was deployed';

/** True when the run is part of a list's run that starts nothing more. */
export async function isListStopping(store: Store, { ownerId, listRunId }: AiTaskRunRow): Promise<boolean> {
  return listRunId !== null && (await findListRun(store.db, ownerId, listRunId))?.state === 'STOPPING';
}

/**
 * False while it is certain that nothing was deployed: the intent is stored before anything is sent, and deleted when
 * the upstream has refused.
 */
export async function mayBeDeployed(store: Store, { ownerId, id: key }: AiTaskRunRow): Promise<boolean> {
  return (await findIntent(store.db, { ownerId, operation: 'deployTask', key })) !== undefined;
}
