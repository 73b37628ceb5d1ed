import { type GuardWarning, parseWarned } from '../../domain/deployment-guard.ts';
import { toJson } from '../../lib/json.ts';
import { updateDeployment } from '../../store/deployments/deployments.ts';
import type { DeploymentRow } from '../../store/schema/index.ts';
import type { Db } from '../../store/store.ts';
import type { Emit } from '../log.ts';
import { toEventDraft } from './deployment-diff.ts';

/** Notes that the guard of a deployment has tripped, unless it has before. */
export async function tripGuard(tx: Db, emit: Emit, row: DeploymentRow, reason: string): Promise<void> {
  if (row.guardTripped !== null) return;
  await updateDeployment(tx, row.ownerId, row.id, { guardTripped: reason });
  emit({ type: 'GUARD_TRIPPED', ...toEventDraft(row), reason });
}

/** Warns of limits of a deployment's guard, of each once. */
export async function warnOfGuard(
  tx: Db,
  emit: Emit,
  row: DeploymentRow,
  warnings: readonly GuardWarning[],
): Promise<void> {
  const warned = parseWarned(row.guardWarned);
  const added = warnings.filter(({ limit }) => !warned.includes(limit));
  if (added.length === 0) return;
  const guardWarned = toJson([...warned, ...added.map(({ limit }) => limit)]);
  await updateDeployment(tx, row.ownerId, row.id, { guardWarned });
  for (const { reason } of added) emit({ type: 'GUARD_WARNED', ...toEventDraft(row), reason });
}
