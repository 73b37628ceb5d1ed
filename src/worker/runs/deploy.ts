import { UNKNOWN_OUTCOME_LIMIT_MS } from '../../domain/ai-task-run.ts';
import { conflict, type GatewayError, isGatewayError } from '../../errors.ts';
import { findIntent } from '../../store/coordination/intents.ts';
import { findCredential } from '../../store/identity/credentials.ts';
import type { AiTaskRunRow, IntentRow } from '../../store/schema/index.ts';
import { readTimeMs, type Store } from '../../store/store.ts';
import type { DetailedAiTask } from '../../upstream/quantcdn/model.ts';
import type { ReconcileResult } from '../reconcile.ts';
import { findObstacle, isOwnTask, readListStop, releaseClaim } from './claim.ts';
import type { RunContext } from './step.ts';

/** Failures that pass by themselves, or that the owner can end: the claim is kept and deploying is tried again. */
const PASSING_CODES = [
  'UPSTREAM_NO_CAPACITY',
  'UPSTREAM_THROTTLED',
  'UPSTREAM_UNAVAILABLE',
  'UPSTREAM_TIMEOUT',
  'UPSTREAM_BAD_RESPONSE',
  'OUTCOME_UNKNOWN',
  'RATE_LIMITED',
  // The database was away while the task was deployed: the intent says whether it was.
  'UNAVAILABLE',
  'CREDENTIAL_REJECTED',
  'BUDGET_EXCEEDED',
];

/** Shortest time until deploying is tried again. */
const WAIT_MS = 5_000;

/** What follows when deploying has failed. */
export type DeployFailureDecision =
  | { action: 'WAIT'; reason: string; waitMs: number }
  | { action: 'FAIL'; reason: string };

export const NEVER_KNOWN =
  'The answer to the create was lost, and it could not be found out whether the task was deployed';

/** DEPLOYING: deploys the task, once however often this is repeated. */
export async function deploy(context: RunContext, run: AiTaskRunRow): Promise<ReconcileResult | undefined> {
  const { store, writer } = context;
  const { taskId } = run;
  if (taskId === null) throw new Error(`run ${run.id} is DEPLOYING without a task`);
  const mayBeSent = (await findSent(store, run)) !== undefined;
  if (!mayBeSent && (await releaseUnsent(context, run))) return undefined;
  const credential = await findCredential(store.db, run.ownerId, run.agentCredentialId);
  if (credential?.status === 'REJECTED') {
    return waitOrGiveUp(context, run, { reason: 'CREDENTIAL_REJECTED', waitMs: WAIT_MS });
  }
  // The run may wait for its turn, or find that an earlier create was not carried out: its list may be stopped by then.
  let mayNotSend: string | undefined;
  const beforeSend = async (): Promise<void> => {
    mayNotSend = await findObstacle(store, run);
    if (mayNotSend === undefined && mayBeSent) mayNotSend = await readLostClaim(context, run);
    if (mayNotSend !== undefined) throw conflict(mayNotSend);
  };
  try {
    await writer.assertLeaseHeld(run.ownerId);
    const deploymentId = await context.deploy({ ...run, taskId }, beforeSend);
    await writer.updateTaskRun(run, { state: 'RUNNING', deploymentId, reason: null });
    return undefined;
  } catch (error) {
    if (!isGatewayError(error) || error.code === 'INTERNAL') throw error;
    if (mayNotSend !== undefined) {
      await releaseClaim(context, run, mayNotSend);
      return undefined;
    }
    const decision = decideAfterFailure(error);
    if (decision.action === 'WAIT') return waitOrGiveUp(context, run, decision);
    // The AI task is set to failed before the run ends.
    await writer.updateTaskRun(run, { state: 'FINISHING', reason: decision.reason });
    return undefined;
  }
}

/** Ends a run for which nothing was sent if it may not send any more. @returns whether it has ended */
async function releaseUnsent(context: RunContext, run: AiTaskRunRow): Promise<boolean> {
  const obstacle = await findObstacle(context.store, run);
  if (obstacle !== undefined) {
    await releaseClaim(context, run, obstacle);
    return true;
  }
  const reason = await readLostClaim(context, run);
  if (reason !== undefined) await context.writer.updateTaskRun(run, { state: 'FAILED', reason });
  return reason !== undefined;
}

/** Waits at least as long as the upstream asks for. */
export function decideAfterFailure({ code, message, details }: GatewayError): DeployFailureDecision {
  if (PASSING_CODES.includes(code)) {
    const waitMs = Math.max(WAIT_MS, (details.retryAfter ?? 0) * 1_000);
    return { action: 'WAIT', reason: code, waitMs };
  }
  return { action: 'FAIL', reason: `The task could not be deployed: ${code}: ${message}` };
}

/**
 * Waits to deploy again. A run with an unknown outcome gives up after `UNKNOWN_OUTCOME_LIMIT_MS`, and at once when its list run is
 * stopped, unless the deployment is to be found to be stopped.
 */
async function waitOrGiveUp(
  { store, writer, clock }: RunContext,
  run: AiTaskRunRow,
  { reason, waitMs }: { reason: string; waitMs: number },
): Promise<ReconcileResult | undefined> {
  const sent = await findSent(store, run);
  if (sent !== undefined) {
    const stop = await readListStop(store, run);
    const isStopped = stop !== undefined && (!stop.stopsDeployments || reason === 'CREDENTIAL_REJECTED');
    // Sent and compared in the time of the store: the process that sent it may have had another clock.
    const unknownMs = (await readTimeMs(store, clock.evenMs())) - (sent.sentAt ?? sent.createdAt);
    if (isStopped || unknownMs >= UNKNOWN_OUTCOME_LIMIT_MS) {
      await writer.updateTaskRun(run, { state: 'FINISHING', reason: NEVER_KNOWN });
      return undefined;
    }
  }
  if (run.reason !== reason) await writer.updateTaskRun(run, { reason });
  return { hasChanges: false, minDelayMs: waitMs, maxDelayMs: waitMs };
}

/**
 * The intent of a create that may have been sent. The intent is stored before the request, and deleted when the upstream has
 * refused it; one of the version before does not say when it was sent.
 */
async function findSent(store: Store, { ownerId, id: key }: AiTaskRunRow): Promise<IntentRow | undefined> {
  const intent = await findIntent(store.db, { ownerId, operation: 'deployTask', key });
  if (intent === undefined) return undefined;
  const { sentAt, turnKey, result } = intent;
  return sentAt !== null || turnKey === null || result !== null ? intent : undefined;
}

/** @returns why the run may no longer deploy; undefined while the AI task is claimed by it */
async function readLostClaim({ aiTasks }: RunContext, run: AiTaskRunRow): Promise<string | undefined> {
  try {
    return findLostClaim(await aiTasks.readTask(run.aiTaskId), run);
  } catch (error) {
    if (isGatewayError(error, 'NOT_FOUND')) return 'The AI task no longer exists';
    throw error;
  }
}

/** The claim may have been lost while the run waited, or while no process worked on it. */
export function findLostClaim(task: DetailedAiTask, run: AiTaskRunRow): string | undefined {
  if (!isOwnTask(task, run)) return 'Another run has taken the AI task over';
  return task.status === 'IN_PROGRESS' ? undefined : `Somebody else has made the AI task ${task.rawStatus}`;
}
