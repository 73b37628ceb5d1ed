import { isGatewayError, toGatewayError } from '../../errors.ts';
import { findCredential } from '../../store/identity/credentials.ts';
import type { AiTaskRunRow } from '../../store/schema/index.ts';
import type { ReconcileResult } from '../reconcile.ts';
import { failed } from './outcome.ts';
import { isOurs } from './ownership.ts';
import { releaseClaim } from './release-claim.ts';
import type { RunContext } from './step.ts';
import { isListStopping, mayBeDeployed, STOPPED } from './stopping.ts';

/** What will pass, or can be mended by the owner: the claim is kept, and deploying is tried again. */
const PASSING = [
  'UPSTREAM_NO_CAPACITY',
  'UPSTREAM_THROTTLED',
  'UPSTREAM_UNAVAILABLE',
  'UPSTREAM_TIMEOUT',
  'UPSTREAM_BAD_RESPONSE',
  'OUTCOME_UNKNOWN',
  'RATE_LIMITED',
  'CREDENTIAL_REJECTED',
];

/** How long a run waits for a free node, or for whatever else has kept it from being deployed. */
const WAIT_MS = 5_000;

/** Deploys the task, once for all the times this is called. */
export async function deploy(context: RunContext, run: AiTaskRunRow): Promise<ReconcileResult | undefined> {
  const { store, clock, writer } = context;
  const wait = async (reason: string, waitMs = WAIT_MS) => {
    if (run.reason !== reason) await writer.updateTaskRun(run, { reason });
    const at = clock.now() + waitMs;
    return { hasChanges: false, notBefore: at, notAfter: at };
  };
  const { taskId } = run;
  if (taskId === null) throw new Error(`run ${run.id} is to be deployed and has no task`);
  if (!(await mayBeDeployed(store, run))) {
    if (await isListStopping(store, run)) return void (await releaseClaim(context, run, STOPPED));
    const loss = await lossOf(context, run);
    if (loss !== undefined) return void (await writer.updateTaskRun(run, { state: 'FAILED', reason: loss }));
  }
  const credential = await findCredential(store.db, run.ownerId, run.agentCredentialId);
  // A refused credential is not used again by itself until it is replaced or verified.
  if (credential?.status === 'REJECTED') return wait('CREDENTIAL_REJECTED');
  try {
    await writer.assertLeaseHeld(run.ownerId);
    const deploymentId = await context.deploy({ ...run, taskId });
    await writer.updateTaskRun(run, { state: 'RUNNING', deploymentId, reason: null });
  } catch (error) {
    if (!isGatewayError(error)) throw error;
    const { code, message, details } = toGatewayError(error);
    if (PASSING.includes(code)) return wait(code, Math.max(WAIT_MS, (details.retryAfter ?? 0) * 1_000));
    if (code === 'INTERNAL') throw error;
    await writer.updateTaskRun(run, failed(`The task could not be deployed: ${code}: ${message}`));
  }
  return undefined;
}

/** What has become of the claim while the run waited, or while no process was there to carry it on. */
async function lossOf({ aiTasks }: RunContext, run: AiTaskRunRow): Promise<string | undefined> {
  try {
    const task = await aiTasks.readTask(run.aiTaskId);
    if (!isOurs(task, run)) return 'Another run has taken the AI task over';
    return task.status === 'IN_PROGRESS' ? undefined : `Somebody else has made the AI task ${task.rawStatus}`;
  } catch (error) {
    if (isGatewayError(error, 'NOT_FOUND')) return 'The AI task no longer exists';
    throw error;
  }
}
