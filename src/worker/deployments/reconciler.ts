import { findDeadline, parseGuard } from '../../domain/deployment-guard.ts';
import type { ObservedDeployment } from '../../domain/observed.ts';
import type { ReadStart } from '../../domain/read-start.ts';
import { isGatewayError } from '../../errors.ts';
import { LeaseLostError } from '../../events/log.ts';
import type { AiTaskRunWriter } from '../../events/writers/ai-task-runs.ts';
import type { DeploymentWriter } from '../../events/writers/deployments.ts';
import type { MessageWriter } from '../../events/writers/messages.ts';
import type { TranscriptWriter } from '../../events/writers/transcripts.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import { guardedListRuns } from '../../store/ai-tasks/list-guards.ts';
import type { Lease } from '../../store/coordination/leases.ts';
import { watchedDeployments } from '../../store/deployments/deployments.ts';
import type { CredentialRow, DeploymentRow, WatchRow } from '../../store/schema/index.ts';
import type { Store } from '../../store/store.ts';
import { startStoreClock } from '../../store/store-clock.ts';
import type { QuantConnectClient } from '../../upstream/quantconnect/client.ts';
import { interpretStatus } from '../../upstream/quantconnect/status.ts';
import type { TranscriptSeal } from '../../vault/transcript-seal.ts';
import { forEachCollecting, type LoopResult } from '../for-each-collecting.ts';
import type { Reconciler } from '../reconcile.ts';
import { type ConversationPollContext, enforceGuard, pollConversation } from './conversation-poll.ts';
import { isTranscriptDue } from './conversation-read.ts';
import { resolveOrganizations } from './resolve-organization.ts';

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
  };
  seal: TranscriptSeal;
  keepsTranscripts: boolean;
  logger: Pick<Logger, 'warn'>;
}

/** What one poll works with. */
interface PollContext extends ConversationPollContext {
  store: Store;
  runs: Pick<AiTaskRunWriter, 'enforceListGuard'>;
  clock: Pick<Clock, 'now'>;
}

/** Watches of the deployments of one credential in one organization; the scope is '' while the organization is unknown. */
export function createDeploymentReconciler(deps: DeploymentReconcilerDeps): Reconciler {
  const { store, clock, logger, seal, keepsTranscripts } = deps;
  return {
    isNeeded: async (tx, lease) => (await watchedDeployments(tx, lease)).length > 0,

    async reconcile(lease, credential) {
      const context: PollContext = {
        ...{ store, clock, logger, seal, keepsTranscripts },
        credentialId: credential.id,
        storeNowMs: await startStoreClock(store, clock),
        client: deps.clientOf(credential),
        stopsSent: new Set(),
        ...deps.writersUnder(lease),
      };
      const maxDelayMs = async () =>
        findTimeToDeadline(await watchedDeployments(store.db, lease), context.storeNowMs());
      try {
        if (lease.scope === '') {
          await resolveOrganizations(context, lease);
          // Resolved deployments are polled with their organization; usually none is left here.
          if ((await watchedDeployments(store.db, lease)).length === 0) return undefined;
        }
        const hasChanges = await pollDeployments(context, lease);
        return { hasChanges, maxDelayMs: await maxDelayMs() };
      } catch (failure) {
        if (failure instanceof LeaseLostError) throw failure;
        await enforceGuardsOf(context, lease);
        return { hasChanges: false, maxDelayMs: await maxDelayMs(), failure };
      }
    },
  };
}

/**
 * Polls everything that a watch covers. The task list shows the status of every active deployment in one call; a
 * deployment that has left it is read once, for its end.
 * @returns whether something has changed, or an ended deployment may still get messages
 * @throws GatewayError the upstream's failure
 */
async function pollDeployments(context: PollContext, watch: WatchRow): Promise<boolean> {
  const { store, clock, client, deployments } = context;
  const rows = await watchedDeployments(store.db, watch);

  const start = { atMs: clock.now(), revision: Math.max(0, ...rows.map(({ revision }) => revision)) };
  const active = await listActive(client, watch.scope, start);
  const listed: ObservedDeployment[] = [];
  const unlisted: DeploymentRow[] = [];
  for (const row of rows) {
    const observed = active.get(row.id);
    if (observed !== undefined && !observed.isTerminal) listed.push(observed);
    else unlisted.push(row);
  }
  const hasListChanged = await deployments.applyObserved(watch.ownerId, listed, start);
  const reads = await forEachCollecting(unlisted, (row) => readOne(context, row));
  const polled = await watchedDeployments(store.db, watch);
  const conversations = await forEachCollecting(guardsFirst(polled), (row) => pollConversation(context, row));
  const [error] = [...reads.errors, ...conversations.errors];
  if (error !== undefined) throw error;
  const stops = await enforceListGuards(context, watch, polled);
  if (stops.errors[0] !== undefined) throw stops.errors[0];

  const areSomeSettling = await stopWatchingSettled(context, await watchedDeployments(store.db, watch));
  return (
    hasListChanged || reads.hasChanges || conversations.hasChanges || stops.hasChanges || areSomeSettling
  );
}

/** A guard must not wait for the budget of its owner while conversations are read that clients only look at. */
function guardsFirst(rows: readonly DeploymentRow[]): DeploymentRow[] {
  const isGuarded = ({ guard, isTerminal }: DeploymentRow): boolean => guard !== null && isTerminal === 0;
  return [...rows.filter(isGuarded), ...rows.filter((row) => !isGuarded(row))];
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
 * Checks the guards of the list runs that the watched deployments belong to, and stops those that they have tripped.
 * @returns whether one was stopped, and the upstream's failures
 */
async function enforceListGuards(
  context: PollContext,
  watch: WatchRow,
  rows: readonly DeploymentRow[],
): Promise<LoopResult> {
  if (!(await checkListGuards(context, watch, rows))) return { hasChanges: false, errors: [] };
  const tripped = (await watchedDeployments(context.store.db, watch)).filter(
    ({ id, guardTripped }) => guardTripped !== null && !context.stopsSent.has(id),
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

/** Active deployments by id, as the organization's task list shows them. */
async function listActive(
  client: QuantConnectClient,
  organizationId: string,
  start: ReadStart,
): Promise<Map<string, ObservedDeployment>> {
  if (organizationId === '') return new Map();
  const { items } = await client.listTasks(organizationId, start).catch((error: unknown) => {
    // This credential may not read the list: each deployment is read by itself instead.
    if (isGatewayError(error, 'UPSTREAM_REJECTED')) return { items: [] };
    throw error;
  });
  return new Map(
    items.flatMap((task) =>
      task.activeDeployments.map(({ deploymentId: id, rawStatus }) => {
        const meaning = interpretStatus({ rawStatus, endedAt: null, runtimeError: null });
        return [id, { id, rawStatus, taskId: task.id, ...meaning }] as const;
      }),
    ),
  );
}

/** Reads one deployment. @returns whether it has changed */
async function readOne(
  { clock, client, deployments }: PollContext,
  { ownerId, id, revision }: DeploymentRow,
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
    if (isTranscriptDue(context, row)) continue;
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
