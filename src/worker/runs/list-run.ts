import { analyzeTasks, type TaskGraphAnalysis } from '../../domain/graph/analyze.ts';
import type { AiTaskRunWriter } from '../../events/writers/ai-task-runs.ts';
import type { Random } from '../../lib/random.ts';
import { findListRun } from '../../store/ai-tasks/list-runs.ts';
import { taskRunsOf } from '../../store/ai-tasks/task-runs.ts';
import type { Lease } from '../../store/coordination/leases.ts';
import { findCredential } from '../../store/identity/credentials.ts';
import type { AiListRunRow, AiTaskRunRow, CredentialRow } from '../../store/schema/index.ts';
import type { Store } from '../../store/store.ts';
import type { QuantCdnClient } from '../../upstream/quantcdn/client.ts';
import type { AiTaskGraph } from '../../upstream/quantcdn/model.ts';
import type { ReconcileResult, Reconciler } from '../reconcile.ts';

export interface ListRunDeps {
  store: Store;
  random: Random;
  /** Opens a QuantCDN credential. */
  aiTasksOf(credential: CredentialRow): QuantCdnClient;
  /** Where what is done is written, for as long as the lease is held. */
  writerUnder(lease: Lease): AiTaskRunWriter;
}

/**
 * Runs of whole lists: each look reads the graph and starts what has become ready, as long as there is room. Each task
 * is given one run; what fails makes its descendants unreachable, and everything else goes on.
 */
export function createListRunReconciler({ store, random, aiTasksOf, writerUnder }: ListRunDeps): Reconciler {
  return {
    isNeeded: async (tx, { ownerId, scope }) => (await findListRun(tx, ownerId, scope))?.endedAt === null,

    async reconcile(lease, credential): Promise<ReconcileResult | undefined> {
      const run = await findListRun(store.db, lease.ownerId, lease.scope);
      if (run === undefined) return undefined;
      const writer = writerUnder(lease);
      const started = await taskRunsOf(store.db, run.id);
      const active = started.filter(({ endedAt }) => endedAt === null);
      if (run.state === 'STOPPING') {
        if (active.length > 0) return { hasChanges: false };
        await writer.updateListRun(run, { state: 'STOPPED', reason: run.reason });
        return undefined;
      }

      const agents = await findCredential(store.db, lease.ownerId, run.agentCredentialId);
      if (agents === undefined && active.length === 0) {
        await writer.updateListRun(run, { state: 'FAILED', reason: 'CREDENTIAL_MISSING' });
        return undefined;
      }
      const isRefused = agents?.status === 'REJECTED';
      const reason = isRefused ? 'CREDENTIAL_REJECTED' : null;
      if (run.reason !== reason) await writer.updateListRun(run, { state: 'RUNNING', reason });

      const graph = await aiTasksOf(credential).readGraph(run.taskListId);
      const state = analyzeTasks(graph.nodes);
      const waiting = startable(state, started);
      const room = isRefused || agents === undefined ? 0 : roomIn(run, active);
      const begun = await writer.startTaskRuns(
        waiting
          .slice(0, room)
          .map((aiTaskId) => ({ ...memberOf(run, credential.id), id: random.uuid(), aiTaskId })),
      );
      // What is in progress, ours or somebody else's, may make more of the list ready.
      const mayGoOn = waiting.length > 0 || active.length > 0 || state.running.length > 0;
      if (mayGoOn) return { hasChanges: begun.length > 0 };
      await writer.updateListRun(run, endOf(graph, state, started));
      return undefined;
    },
  };
}

/** Ready tasks that have not been given their run, in the order of the graph. */
function startable(state: TaskGraphAnalysis, started: readonly AiTaskRunRow[]): string[] {
  const given = new Set(started.map(({ aiTaskId }) => aiTaskId));
  return state.ready.filter((id) => !given.has(id));
}

/**
 * How many more may run. The upstream tells of a free node only by deploying (its page, section 3.1): so one task after
 * the other is claimed and deployed, and none beyond the one that waits for a node.
 */
function roomIn(run: AiListRunRow, active: readonly AiTaskRunRow[]): number {
  // Of one whose answer was lost it is known that it was sent, and it may take long to find.
  const isStarting = active.some(
    ({ state, reason }) => state === 'STARTING' || (state === 'DEPLOYING' && reason !== 'OUTCOME_UNKNOWN'),
  );
  return isStarting || active.length >= run.maxParallel ? 0 : 1;
}

function memberOf(run: AiListRunRow, credentialId: string) {
  return {
    ownerId: run.ownerId,
    credentialId,
    agentCredentialId: run.agentCredentialId,
    organisation: run.organisation,
    taskListId: run.taskListId,
    listRunId: run.id,
    taskId: null,
  };
}

/** The end of a run that can start nothing more. */
function endOf(graph: AiTaskGraph, state: TaskGraphAnalysis, started: readonly AiTaskRunRow[]) {
  const refused = new Set(started.flatMap((run) => (run.state === 'FAILED' ? [run.aiTaskId] : [])));
  // What this run could not do, somebody else may have done.
  const unfinished = graph.nodes.filter(
    ({ id, status }) => status === 'FAILED' || (refused.has(id) && status !== 'COMPLETED'),
  );
  const causes = [
    counted(unfinished.length, 'failed'),
    counted(state.unreachable.length, 'cannot be reached because of that'),
    counted(state.blocked.length, 'blocked'),
  ].filter((cause) => cause !== undefined);
  if (causes.length === 0) return { state: 'COMPLETED' as const };
  return { state: 'FAILED' as const, reason: `Of ${graph.taskCount} tasks: ${causes.join(', ')}` };
}

function counted(count: number, words: string): string | undefined {
  return count === 0 ? undefined : `${count} ${words}`;
}
