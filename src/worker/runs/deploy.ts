import { type GatewayError, isGatewayError } from '../../errors.ts';
import { findIntent } from '../../store/coordination/intents.ts';
import { findCredential } from '../../store/identity/credentials.ts';
import type { AiTaskRunRow } from '../../store/schema/index.ts';
import type { Store } from '../../store/store.ts';
import type { DetailedAiTask } from '../../upstream/quantcdn/model.ts';
import type { ReconcileResult } from '../reconcile.ts';
import { isListStopping, isOwnTask, LIST_STOPPED, releaseClaim } from './claim.ts';
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
  'CREDENTIAL_REJECTED',
];

/** Shortest time until deploying is tried again. */
const WAIT_MS = 5_000;

/** What follows when deploying has failed. */
export type DeployFailureDecision =
  | { action: 'WAIT'; reason: string; waitMs: number }
  | { action: 'FAIL'; reason: string };

/** DEPLOYING: deploys the task, once however often this is repeated. */
export async function deploy(context: RunContext, run: AiTaskRunRow): Promise<ReconcileResult | undefined> {
  const { store, writer } = context;
  const { taskId } = run;
  if (taskId === null) throw new Error(`run ${run.id} is DEPLOYING without a task`);
  if (!(await isDeployRequested(store, run))) {
    if (await isListStopping(store, run)) {
      await releaseClaim(context, run, LIST_STOPPED);
      return undefined;
    }
    const reason = await readLostClaim(context, run);
    if (reason !== undefined) {
      await writer.updateTaskRun(run, { state: 'FAILED', reason });
      return undefined;
    }
  }
  const credential = await findCredential(store.db, run.ownerId, run.agentCredentialId);
  if (credential?.status === 'REJECTED') return wait(context, run, 'CREDENTIAL_REJECTED', WAIT_MS);
  try {
    await writer.assertLeaseHeld(run.ownerId);
    const deploymentId = await context.deploy({ ...run, taskId });
    await writer.updateTaskRun(run, { state: 'RUNNING', deploymentId, reason: null });
    return undefined;
  } catch (error) {
    if (!isGatewayError(error) || error.code === 'INTERNAL') throw error;
    const decision = decideAfterFailure(error);
    if (decision.action === 'WAIT') return wait(context, run, decision.reason, decision.waitMs);
    // The AI task is set to failed before the run ends.
    await writer.updateTaskRun(run, { state: 'FINISHING', reason: decision.reason });
    return undefined;
  }
}

/** Waits at least as long as the upstream asks for. */
export function decideAfterFailure({ code, message, details }: GatewayError): DeployFailureDecision {
  if (PASSING_CODES.includes(code)) {
    const waitMs = Math.max(WAIT_MS, (details.retryAfter ?? 0) * 1_000);
    return { action: 'WAIT', reason: code, waitMs };
  }
  return { action: 'FAIL', reason: `The task could not be deployed: ${code}: ${message}` };
}

async function wait(
  { writer, clock }: RunContext,
  run: AiTaskRunRow,
  reason: string,
  waitMs: number,
): Promise<ReconcileResult> {
  if (run.reason !== reason) await writer.updateTaskRun(run, { reason });
  const atMs = clock.now() + waitMs;
  return { hasChanges: false, notBefore: atMs, notAfter: atMs };
}

/**
 * False when it is certain that nothing was sent: the intent is stored before the request and deleted when the upstream
 * has refused it.
 */
async function isDeployRequested(store: Store, { ownerId, id: key }: AiTaskRunRow): Promise<boolean> {
  return (await findIntent(store.db, { ownerId, operation: 'deployTask', key })) !== undefined;
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
