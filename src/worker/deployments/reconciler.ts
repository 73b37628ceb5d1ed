import { findDeadline, parseGuard } from '../../domain/deployment-guard.ts';
import { isGatewayError } from '../../errors.ts';
import { LeaseLostError } from '../../events/log.ts';
import type { AiTaskRunWriter } from '../../events/writers/ai-task-runs.ts';
import type { DeploymentWriter } from '../../events/writers/deployments.ts';
import type { MessageWriter } from '../../events/writers/messages.ts';
import type { PromptWriter } from '../../events/writers/prompts.ts';
import type { TranscriptWriter } from '../../events/writers/transcripts.ts';
import type { Sighting } from '../../events/writers/watch-health.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import { guardedListRuns } from '../../store/ai-tasks/list-guards.ts';
import type { Lease } from '../../store/coordination/leases.ts';
import { watchedDeployments } from '../../store/deployments/deployments.ts';
import { hasWatched } from '../../store/deployments/polled.ts';
import type { CredentialRow, DeploymentRow, WatchRow } from '../../store/schema/index.ts';
import type { Store } from '../../store/store.ts';
import { startStoreClock } from '../../store/store-clock.ts';
import { budgetedDeployments } from '../../store/usage/budgets.ts';
import type { QuantConnectClient } from '../../upstream/quantconnect/client.ts';
import type { TranscriptSeal } from '../../vault/transcript-seal.ts';
import { forEachCollecting, type LoopResult } from '../for-each-collecting.ts';
import type { ReconcileResult, Reconciler } from '../reconcile.ts';
import { type ConversationPollContext, enforceGuard, pollConversation } from './conversation-poll.ts';
import { isReadDue } from './conversation-read.ts';
import { type QueuedPromptsContext, type SendPrompt, sendQueuedPrompts } from './queued-prompts.ts';
import { resolveOrganizations } from './resolve-organization.ts';
import { type ListRead, readTaskList } from './task-list.ts';

export interface DeploymentReconcilerDeps {
  store: Store;
  clock: Pick<Clock, 'now' | 'evenMs' | 'steadyMs'>;
  /** Opens a stored credential for background reads. */
  clientOf(credential: CredentialRow): QuantConnectClient;
  /** The writers for the holder of the lease. */
  writersUnder(lease: Lease): {
    deployments: DeploymentWriter;
    messages: MessageWriter;
    runs: Pick<AiTaskRunWriter, 'enforceListGuard'>;
    transcripts: TranscriptWriter;
    prompts: PromptWriter;
  };
  /** Sends a prompt that has waited for the end of a run. */
  sendPrompt: SendPrompt;
  seal: TranscriptSeal;
  keepsTranscripts: boolean;
  logger: Pick<Logger, 'warn'>;
}

/** What one poll works with. */
interface PollContext extends ConversationPollContext, QueuedPromptsContext {
  store: Store;
  runs: Pick<AiTaskRunWriter, 'enforceListGuard'>;
  clock: Pick<Clock, 'now' | 'evenMs'>;
}

/** Watches of the deployments of one credential in one organization; the scope is '' while the organization is unknown. */
export function createDeploymentReconciler(deps: DeploymentReconcilerDeps): Reconciler {
  const { store, clock, logger, seal, keepsTranscripts, sendPrompt } = deps;
  return {
    isNeeded: (db, lease) => hasWatched(db, lease),
    async reconcile(lease, credential) {
      const client = deps.clientOf(credential);
      const writers = deps.writersUnder(lease);
      const startContext = async (): Promise<PollContext> => ({
        ...{ store, clock, logger, seal, keepsTranscripts, sendPrompt, client, ...writers },
        credentialId: credential.id,
        storeNowMs: await startStoreClock(store, clock),
        budgetedIds: await budgetedDeployments(store.db, lease),
        stopsSent: new Set(),
      });
      let context: PollContext | undefined;
      try {
        if (lease.scope === '') {
          context = await startContext();
          return await pollUnplaced(context, lease);
        }
        const { deployments } = writers;
        const list = await readTaskList({ store, clock, client, deployments }, lease);
        if (list === undefined) return undefined;
        if (list.isAll) return { hasChanges: false, sighting: list.sighting };
        context = await startContext();
        return await pollRest(context, lease, list);
      } catch (failure) {
        if (failure instanceof LeaseLostError) throw failure;
        return failPoll(context ?? (await startContext()), lease, failure);
      }
    },
  };
}

/** Polls deployments whose organization is unknown: once it is found, they are polled with the others of it. */
async function pollUnplaced(context: PollContext, lease: WatchRow): Promise<ReconcileResult | undefined> {
  await resolveOrganizations(context, lease);
  const rows = await watchedDeployments(context.store.db, lease);
  // Usually none is left here.
  return rows.length === 0 ? undefined : pollOneByOne(context, lease, rows);
}

/**
 * Goes on where the task list does not tell all. What it has shown is stored first: the reads that follow may take long.
 * @throws GatewayError the upstream's failure
 */
async function pollRest(context: PollContext, lease: WatchRow, list: ListRead): Promise<ReconcileResult> {
  const { sighting } = list;
  const changed = await list.findChanged(context.store.db);
  const hasListChanged =
    changed.length > 0 && (await context.deployments.applyObserved(lease.ownerId, changed, sighting.start));
  const result = await pollOneByOne(context, lease, list.unlisted);
  const isStored: Sighting = { start: sighting.start, isQuiet: false, store: async () => false };
  return { ...result, hasChanges: hasListChanged || result.hasChanges, sighting: isStored };
}

/** Enforces the guards although the upstream could not be read. */
async function failPoll(context: PollContext, lease: WatchRow, failure: unknown): Promise<ReconcileResult> {
  await enforceGuardsOf(context, lease);
  const rows = await watchedDeployments(context.store.db, lease);
  return { hasChanges: false, maxDelayMs: findTimeToDeadline(rows, context.storeNowMs()), failure };
}

/**
 * Reads each of the deployments once, for its end; then the conversations of those that the watch covers, and their guards.
 * @throws GatewayError the upstream's failure
 */
async function pollOneByOne(
  context: PollContext,
  watch: WatchRow,
  unlisted: readonly Pick<DeploymentRow, 'id' | 'revision'>[],
): Promise<ReconcileResult> {
  const { store } = context;
  const reads = await forEachCollecting(unlisted, (row) => readOne(context, watch.ownerId, row));
  const polled = await watchedDeployments(store.db, watch);
  const conversations = await forEachCollecting(guardsFirst(polled), (row) => pollConversation(context, row));
  const [error] = [...reads.errors, ...conversations.errors];
  if (error !== undefined) throw error;
  const stops = await enforceListGuards(context, watch, polled);
  if (stops.errors[0] !== undefined) throw stops.errors[0];

  const rest = await watchedDeployments(store.db, watch);
  const prompted = await sendQueuedPrompts(
    context,
    rest.filter((row) => row.isTerminal === 1),
  );
  const areSomeSettling = await stopWatchingSettled(
    context,
    rest.filter(({ id }) => !prompted.has(id)),
  );
  const isUnderWay = areSomeSettling || prompted.size > 0;
  return {
    hasChanges: reads.hasChanges || conversations.hasChanges || stops.hasChanges || isUnderWay,
    maxDelayMs: findTimeToDeadline(rest, context.storeNowMs()),
  };
}

/** A guard must not wait for the budget of its owner while conversations are read that clients only look at. */
function guardsFirst(rows: readonly DeploymentRow[]): DeploymentRow[] {
  const isGuarded = (row: DeploymentRow): boolean =>
    (row.guard !== null || isToStop(row)) && row.isTerminal === 0;
  return [...rows.filter(isGuarded), ...rows.filter((row) => !isGuarded(row))];
}

/** True when a guard has tripped or a budget is used up, until the deployment has ended. */
function isToStop({ guardTripped, stopCause }: DeploymentRow): boolean {
  return guardTripped !== null || stopCause === 'BUDGET';
}

/**
 * Stops deployments whose guard has tripped and that a failed poll has not reached: an upstream that throttles reads may
 * still take stops. A stop that fails is sent again with the next poll, which the first failure schedules.
 */
async function enforceGuardsOf(context: PollContext, watch: WatchRow): Promise<void> {
  const rows = await watchedDeployments(context.store.db, watch);
  const isChecked = await checkListGuards(context, watch, rows);
  for (const row of isChecked ? await watchedDeployments(context.store.db, watch) : rows) {
    if (context.stopsSent.has(row.id)) continue;
    try {
      await enforceGuard(context, row);
    } catch (error) {
      if (!isGatewayError(error) || error.code === 'INTERNAL') throw error;
    }
  }
}

/**
 * Checks the guards of the list runs that the watched deployments belong to, and stops those that they have tripped, or whose
 * budget the reads of this poll have used up.
 * @returns whether one was stopped, and the upstream's failures
 */
async function enforceListGuards(
  context: PollContext,
  watch: WatchRow,
  rows: readonly DeploymentRow[],
): Promise<LoopResult> {
  const isChecked = await checkListGuards(context, watch, rows);
  if (!isChecked && context.budgetedIds.size === 0) return { hasChanges: false, errors: [] };
  const tripped = (await watchedDeployments(context.store.db, watch)).filter(
    (row) => isToStop(row) && !context.stopsSent.has(row.id),
  );
  return forEachCollecting(tripped, (row) => enforceGuard(context, row));
}

/**
 * The deployments of a list run with a guard have the same guard themselves, so others cost no query.
 * @returns whether a guard of a list run was checked
 */
async function checkListGuards(
  { store, runs }: PollContext,
  { ownerId }: WatchRow,
  rows: readonly DeploymentRow[],
): Promise<boolean> {
  const ids = rows.filter(({ guard }) => guard !== null).map(({ id }) => id);
  const found = await guardedListRuns(store.db, ownerId, ids);
  for (const run of found) await runs.enforceListGuard(run);
  return found.length > 0;
}

/** Reads one deployment. @returns whether it has changed */
async function readOne(
  { clock, client, deployments }: PollContext,
  ownerId: string,
  { id, revision }: Pick<DeploymentRow, 'id' | 'revision'>,
): Promise<boolean> {
  const start = { atMs: clock.now(), revision };
  try {
    return await deployments.applyObserved(ownerId, [await client.readDeployment(id, start)], start);
  } catch (error) {
    if (!isGatewayError(error, 'NOT_FOUND')) throw error;
    await deployments.markDeleted(ownerId, id);
    return true;
  }
}

/**
 * Ends the watch of ended deployments whose last messages and transcript are stored.
 * @returns whether others may still get messages
 */
async function stopWatchingSettled(context: PollContext, rows: readonly DeploymentRow[]): Promise<boolean> {
  const ended = rows.filter((row) => row.isTerminal === 1);
  const settled = ended.filter((row) => row.settleAt <= context.storeNowMs());
  for (const row of settled) {
    if (isReadDue(row)) continue;
    await context.deployments.stopWatching(row.ownerId, row.id, row.transcriptDueAt);
  }
  return settled.length < ended.length;
}

/** How long until the next guard warns or trips by time alone, in ms. */
function findTimeToDeadline(rows: readonly DeploymentRow[], nowMs: number): number | undefined {
  const deadlines = rows
    .map((row) => (row.isTerminal ? undefined : findDeadline(parseGuard(row.guard), row.runStartedAt, nowMs)))
    .filter((at) => at !== undefined);
  return deadlines.length > 0 ? Math.min(...deadlines) - nowMs : undefined;
}
