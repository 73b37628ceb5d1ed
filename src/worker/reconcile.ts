import { toGatewayError } from '../errors.ts';
import type { EventLog } from '../events/log.ts';
import { LeaseLostError } from '../events/log.ts';
import type { WatchHealth } from '../events/writers/watch-health.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { Random } from '../lib/random.ts';
import { releaseLease, rescheduleWatch } from '../store/coordination/leases.ts';
import { deleteWatch, NEVER } from '../store/coordination/watches.ts';
import { findCredential } from '../store/identity/credentials.ts';
import type { CredentialRow, WatchRow } from '../store/schema/index.ts';
import type { Db, Store } from '../store/store.ts';
import { afterFailure, afterSuccess, type ScheduleLimits } from './schedule.ts';

/** One look at a claimed watch, and the plan for the next. A look that fails is part of the plan. */
export type Reconcile = (lease: WatchRow) => Promise<void>;

/** What a look found. */
export interface ReconcileResult {
  /** Something changed, or is about to: the next look should come soon. */
  hasChanges: boolean;
  /** The next look must not come later, in ms since the epoch. */
  notAfter?: number | undefined;
  /** It must not come earlier, unless somebody calls for it. */
  notBefore?: number | undefined;
}

/** What one kind of watch is looked at for. */
export interface Reconciler {
  /** False when there is nothing left to look at: then the watch is over. */
  isNeeded(tx: Db, lease: WatchRow): Promise<boolean>;
  /**
   * @returns undefined when it seems to have been the last look: then it is asked again whether one is needed
   * @throws GatewayError what the upstream did instead of answering
   */
  reconcile(lease: WatchRow, credential: CredentialRow): Promise<ReconcileResult | undefined>;
}

export interface ReconcileDeps {
  store: Store;
  eventLog: EventLog;
  health: WatchHealth;
  clock: Pick<Clock, 'now'>;
  random: Random;
  logger: Logger;
  schedule: ScheduleLimits;
}

/** The frame around every look: whether it is needed and allowed, and what comes of its success or failure. */
export function createReconcile(deps: ReconcileDeps, subject: Reconciler): Reconcile {
  const { store, eventLog, health, clock, random, logger, schedule } = deps;

  /** What to look with. A watch of nothing is gone; one whose credential is refused rests. */
  const credentialFor = (lease: WatchRow): Promise<CredentialRow | undefined> =>
    eventLog.underLease(lease).write(lease.ownerId, async (tx) => {
      const credential = await findCredential(tx, lease.ownerId, lease.credentialId);
      const isRefused = credential?.status === 'REJECTED';
      if (!(await subject.isNeeded(tx, lease))) {
        await deleteWatch(tx, lease);
        return undefined;
      }
      if (isRefused) await rescheduleWatch(tx, lease, { nextLookAt: NEVER });
      return isRefused ? undefined : credential;
    });

  const succeed = async (lease: WatchRow, found: ReconcileResult): Promise<void> => {
    const { hasChanges, notAfter = Number.POSITIVE_INFINITY, notBefore = 0 } = found;
    const plan = afterSuccess(clock.now(), lease.pauseMs, hasChanges, random.fraction(), schedule);
    const nextLookAt = Math.max(notBefore, Math.min(plan.nextLookAt, notAfter));
    await health.pollSucceeded(lease, { ...plan, nextLookAt });
  };

  const fail = async (lease: WatchRow, credential: CredentialRow, thrown: unknown): Promise<void> => {
    const error = toGatewayError(thrown);
    logger.warn({ err: thrown, credentialId: credential.id, code: error.code }, 'a look failed');
    if (error.code === 'CREDENTIAL_REJECTED') {
      await health.credentialRejected(credential);
      return releaseLease(store.db, lease);
    }
    const retryAfterMs = (error.details.retryAfter ?? 0) * 1000;
    const plan = afterFailure(clock.now(), lease.failures, retryAfterMs, random.fraction(), schedule);
    await health.pollFailed(lease, error.code, plan);
  };

  return async (lease) => {
    const credential = await credentialFor(lease);
    if (credential === undefined) return;
    try {
      const found = await subject.reconcile(lease, credential);
      if (found === undefined && (await credentialFor(lease)) === undefined) return;
      await succeed(lease, found ?? { hasChanges: true });
    } catch (error) {
      if (error instanceof LeaseLostError) throw error;
      await fail(lease, credential, error);
    }
  };
}
