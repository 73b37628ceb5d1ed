import {
  findExceeded,
  findWarnings,
  type Guard,
  type GuardUsage,
  type GuardWarning,
  parseGuard,
  parseWarned,
} from '../../domain/deployment-guard.ts';
import { toJson } from '../../lib/json.ts';
import { openDeploymentsOf, readListRunUsage } from '../../store/ai-tasks/list-guards.ts';
import { findListRun, updateListRun } from '../../store/ai-tasks/list-runs.ts';
import { type Moment, wakeWatch } from '../../store/coordination/watches.ts';
import type { AiListRunRow, DeploymentRow } from '../../store/schema/index.ts';
import type { Db } from '../../store/store.ts';
import type { Emit } from '../log.ts';
import { toEventDraft } from './deployment-diff.ts';
import { tripGuard } from './guard-events.ts';

export interface ListGuardContext {
  nowMs: number;
  /** The time of the store, for due times. */
  now: Moment;
  /** Has the list run start nothing more, and its deployments stopped, also those that are only being created. */
  stop(run: AiListRunRow, reason: string): Promise<void>;
}

/**
 * Checks the guard of a list run over what all of its deployments have used together. Warns once of each limit, on each
 * deployment that runs. When a limit is exceeded, the list run starts nothing more, and each of its deployments has the event
 * `GUARD_TRIPPED`; its own watch stops it. Idempotent.
 * @returns whether a deployment is to be stopped, or the list run was
 */
export async function enforceListGuard(
  tx: Db,
  emit: Emit,
  { ownerId, id }: Pick<AiListRunRow, 'ownerId' | 'id'>,
  { nowMs, now, stop }: ListGuardContext,
): Promise<boolean> {
  const run = await findListRun(tx, ownerId, id);
  if (run === undefined || run.endedAt !== null || run.guard === null) return false;
  const guard: Guard = parseGuard(run.guard) ?? {};
  const usage: GuardUsage = {
    nowMs,
    runStartedAtMs: run.createdAt,
    ...(await readListRunUsage(tx, run)),
  };
  const open = await openDeploymentsOf(tx, run);
  await warn(tx, emit, { run, open, warnings: findWarnings(guard, usage) });
  const exceeded = findExceeded(guard, usage);
  const reason = run.guardTripped ?? (exceeded && ofWholeRun(exceeded));
  if (reason === undefined) return false;
  if (run.guardTripped === null) {
    await updateListRun(tx, run.id, { guardTripped: reason });
    await stop(run, `Guard tripped: ${reason}`);
  }
  const running = open.filter(({ guardTripped }) => guardTripped === null);
  for (const deployment of running) {
    await tripGuard(tx, emit, deployment, reason);
    const { credentialId, organizationId } = deployment;
    if (credentialId === null) continue;
    await wakeWatch(tx, { kind: 'DEPLOYMENTS', credentialId, scope: organizationId ?? '' }, now);
  }
  return running.length > 0 || run.guardTripped === null;
}

/** Nothing is warned of while no deployment runs: the warning is an event of each that does. */
async function warn(
  tx: Db,
  emit: Emit,
  { run, open, warnings }: { run: AiListRunRow; open: DeploymentRow[]; warnings: GuardWarning[] },
): Promise<void> {
  const warned = parseWarned(run.guardWarned);
  const added = warnings.filter(({ limit }) => !warned.includes(limit));
  if (added.length === 0 || open.length === 0) return;
  await updateListRun(tx, run.id, { guardWarned: toJson([...warned, ...added.map(({ limit }) => limit)]) });
  for (const deployment of open) {
    for (const { reason } of added) {
      emit({ type: 'GUARD_WARNED', ...toEventDraft(deployment), reason: ofWholeRun(reason) });
    }
  }
}

function ofWholeRun(reason: string): string {
  return `${reason} (the whole list run)`;
}
