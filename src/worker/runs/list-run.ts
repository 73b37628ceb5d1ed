import type { AiListRunState } from '../../domain/ai-task-run.ts';
import { findDeadline, parseGuard } from '../../domain/deployment-guard.ts';
import { analyzeTasks, type TaskGraphAnalysis } from '../../domain/graph/analyze.ts';
import { LeaseLostError } from '../../events/log.ts';
import type { AiTaskRunWriter, NewTaskRun } from '../../events/writers/ai-task-runs.ts';
import { findExceededBudget } from '../../events/writers/budget-check.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Random } from '../../lib/random.ts';
import { findListRun } from '../../store/ai-tasks/list-runs.ts';
import { taskRunsOf } from '../../store/ai-tasks/task-runs.ts';
import type { Lease } from '../../store/coordination/leases.ts';
import { findCredential } from '../../store/identity/credentials.ts';
import type { AiListRunRow, AiTaskRunRow, CredentialRow } from '../../store/schema/index.ts';
import { readTimeMs, type Store } from '../../store/store.ts';
import type { QuantCdnClient } from '../../upstream/quantcdn/client.ts';
import type { AiTaskGraph } from '../../upstream/quantcdn/model.ts';
import type { ReconcileResult, Reconciler } from '../reconcile.ts';
import { BUDGET_EXCEEDED } from './claim.ts';
import { whyNothingBegins } from './starter.ts';

export interface ListRunDeps {
  store: Store;
  clock: Pick<Clock, 'evenMs'>;
  random: Random;
  /** Opens a QuantCDN credential. */
  aiTasksOf(credential: CredentialRow): Pick<QuantCdnClient, 'readGraph'>;
  /** The writer for the holder of the lease. */
  writerUnder(lease: Lease): AiTaskRunWriter;
}

/** What a list run does with the graph as it was read. */
export type ListRunDecision =
  /** Starts runs of these AI tasks, and waits. */
  { action: 'CONTINUE'; start: string[] } | { action: 'END'; state: AiListRunState; reason?: string };

/**
 * Runs of whole lists. Each poll reads the graph and starts what has become ready, within the limit. Each task gets one
 * run; a failed task makes those that depend on it unreachable, and the others go on.
 */
export function createListRunReconciler(deps: ListRunDeps): Reconciler {
  const { store, clock } = deps;
  return {
    isNeeded: async (tx, { ownerId, scope }) => (await findListRun(tx, ownerId, scope))?.endedAt === null,

    async reconcile(lease, credential) {
      const writer = deps.writerUnder(lease);
      const found = await findListRun(store.db, lease.ownerId, lease.scope);
      if (found === undefined) return undefined;
      const guard = parseGuard(found.guard);
      if (guard !== undefined) await writer.enforceListGuard(found);
      const run = guard === undefined ? found : await findListRun(store.db, lease.ownerId, lease.scope);
      if (run === undefined) return undefined;
      const nowMs = await readTimeMs(store, clock.evenMs());
      const deadlineMs = findDeadline(guard, run.createdAt, nowMs);
      const maxDelayMs = deadlineMs === undefined ? undefined : deadlineMs - nowMs;
      try {
        const result = await carryOn({ ...deps, writer }, run, credential);
        return result && { ...result, maxDelayMs };
      } catch (failure) {
        // The guard is checked when it is due, also while the upstream fails.
        if (failure instanceof LeaseLostError || maxDelayMs === undefined) throw failure;
        return { hasChanges: false, failure, maxDelayMs };
      }
    },
  };
}

/** Starts what has become ready, or ends the run. @throws GatewayError the upstream's failure */
async function carryOn(
  { store, clock, random, aiTasksOf, writer }: ListRunDeps & { writer: AiTaskRunWriter },
  run: AiListRunRow,
  credential: CredentialRow,
): Promise<ReconcileResult | undefined> {
  const members = await taskRunsOf(store.db, run.id);
  const hasActive = members.some(({ endedAt }) => endedAt === null);
  const obstacle = run.state === 'STOPPING' ? undefined : await whyNothingBegins(store, run);
  if (obstacle !== undefined) {
    await writer.stopListRun(run, false, obstacle);
    return { hasChanges: true };
  }
  if (run.state === 'STOPPING') {
    if (hasActive) return { hasChanges: false };
    await writer.updateListRun(run, { state: 'STOPPED', reason: run.reason });
    return undefined;
  }

  const agentCredential = await findCredential(store.db, run.ownerId, run.agentCredentialId);
  if (agentCredential === undefined && !hasActive) {
    await writer.updateListRun(run, { state: 'FAILED', reason: 'CREDENTIAL_MISSING' });
    return undefined;
  }
  const isRejected = agentCredential?.status === 'REJECTED';
  // A budget of one task holds its run alone.
  const subject = { taskId: null, taskListId: run.taskListId, listRunId: run.id };
  const isHeld =
    !isRejected && (await findExceededBudget({ store, clock }, run.ownerId, subject)) !== undefined;
  const reason = isRejected ? 'CREDENTIAL_REJECTED' : isHeld ? BUDGET_EXCEEDED : null;
  if (run.reason !== reason) await writer.updateListRun(run, { state: 'RUNNING', reason });

  const graph = await aiTasksOf(credential).readGraph(run.taskListId);
  const mayStart = agentCredential !== undefined && !isRejected && !isHeld;
  const decision = decideListRun(graph, members, { maxParallel: mayStart ? run.maxParallel : 0 });
  if (decision.action === 'END') {
    const { state, reason } = decision;
    await writer.updateListRun(run, { state, reason });
    return undefined;
  }
  const started = await writer.startTaskRuns(
    decision.start.map((aiTaskId) => toMember(run, { id: random.uuid(), aiTaskId, credential })),
  );
  return { hasChanges: started.length > 0 };
}

/**
 * A list run goes on while a task waits to be started or a task is in progress, also one that another client works on:
 * each may make more of the list ready.
 */
export function decideListRun(
  graph: AiTaskGraph,
  members: readonly AiTaskRunRow[],
  { maxParallel }: { maxParallel: number },
): ListRunDecision {
  const analysis = analyzeTasks(graph.nodes);
  const active = members.filter(({ endedAt }) => endedAt === null);
  const startedIds = new Set(members.map(({ aiTaskId }) => aiTaskId));
  const waiting = analysis.ready.filter((id) => !startedIds.has(id));
  if (waiting.length === 0 && active.length === 0 && analysis.running.length === 0) {
    return { action: 'END', ...findEnd(graph, analysis, members) };
  }
  return { action: 'CONTINUE', start: canStartOne(active, maxParallel) ? waiting.slice(0, 1) : [] };
}

/**
 * Whether there is a free node shows only when a task is deployed (docs/upstream/quantconnect.md, Throttling and
 * capacity). So tasks are started one by one, and none while another waits for a node.
 */
function canStartOne(active: readonly AiTaskRunRow[], maxParallel: number): boolean {
  // A run with OUTCOME_UNKNOWN has already been sent, so it does not hold up the next start.
  const isStarting = active.some(
    ({ state, reason }) => state === 'STARTING' || (state === 'DEPLOYING' && reason !== 'OUTCOME_UNKNOWN'),
  );
  return !isStarting && active.length < maxParallel;
}

/**
 * The end of a run that can start nothing more. A failed run of a task fails the list, also if the task was deleted or
 * completed by another client meanwhile: clients see the ends of all runs beside that of the list.
 */
function findEnd(
  graph: AiTaskGraph,
  analysis: TaskGraphAnalysis,
  members: readonly AiTaskRunRow[],
): { state: AiListRunState; reason?: string } {
  const failedIds = new Set([
    ...graph.nodes.filter(({ status }) => status === 'FAILED').map(({ id }) => id),
    ...members.filter(({ state }) => state === 'FAILED').map(({ aiTaskId }) => aiTaskId),
  ]);
  const listedIds = new Set(graph.nodes.map(({ id }) => id));
  const goneCount = [...failedIds].filter((id) => !listedIds.has(id)).length;
  const causes = [
    { count: failedIds.size, text: 'failed' },
    { count: analysis.unreachable.length, text: 'cannot be reached because of that' },
    { count: analysis.blocked.length, text: 'blocked' },
  ].filter(({ count }) => count > 0);
  if (causes.length === 0) return { state: 'COMPLETED' };
  const texts = causes.map(({ count, text }) => `${count} ${text}`);
  return { state: 'FAILED', reason: `Of ${graph.taskCount + goneCount} tasks: ${texts.join(', ')}` };
}

function toMember(
  run: AiListRunRow,
  { id, aiTaskId, credential }: { id: string; aiTaskId: string; credential: CredentialRow },
): NewTaskRun {
  return {
    id,
    ownerId: run.ownerId,
    credentialId: credential.id,
    agentCredentialId: run.agentCredentialId,
    organisation: run.organisation,
    aiTaskId,
    taskListId: run.taskListId,
    listRunId: run.id,
    taskId: null,
    guard: run.guard,
    startedBy: run.startedBy,
  };
}
